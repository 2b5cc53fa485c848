# %% [markdown]
# # The dynamics of a GAN
#
# Two networks play against each other: one invents examples, the other tells
# them from real ones. How do you see that such a training goes well, when the
# score of the game need not change while both players get better? We watch a
# [GAN](../neural-networks/generative-adversarial-networks.md) twice: on points
# in the plane, where nothing can hide, and on handwritten digits.
#
# ## Eight clusters
#
# The real points lie around eight centres on a circle. The generator turns
# four normal numbers into a point; the discriminator says how likely a point
# is real. They take turns, [`gan_train`][], each with Adam, to climb and
# descend the value of equation \eqref{gan-value}.

# %%
import matplotlib.pyplot as plt
import numpy as np

from reference_impl import maximum_mean_discrepancy, mode_coverage
from reference_impl.examples.digits_gan import digits_gan, told_apart
from reference_impl.examples.digits_mlp import load_rows
from reference_impl.examples.mixture_gan import (
    DEVIATION,
    mixture_gan,
    ring,
    train,
)

MOMENTS = (30, 100, 300, 1000, 3000)


def played(steps, rate=2e-3, saturating=False, seed=0):
    """Play; return values, how good each 50th step was, points, centres."""
    rng = np.random.default_rng(seed)
    real, centres = ring(8, 20_000, rng)
    gan = mixture_gan(rng)
    values, course, points = [], [], {}
    turns = train(gan, real, steps, rng, 128, rate, saturating)
    for number, turn in enumerate(turns, 1):
        values.append(turn.value)
        if number in MOMENTS:
            points[number] = gan.sample(3000, np.random.default_rng(1))
        if number % 50 == 0:
            drawn = gan.sample(2000, np.random.default_rng(2))
            found = mode_coverage(drawn, centres, 3 * DEVIATION)
            course.append((number, found.covered, found.high_quality))
    return np.array(values), np.array(course).T, points, centres


values, course, points, centres = played(3000)

# %% alt="Where generated points fall, at steps 30, 100, 300, 1000 and 3000, on the ring of eight crosses. At first they are one crowd that wanders; then they spread along the ring; at 1000 all eight crosses are met, with points strewn between; at 3000 most points lie on a cross."
figure, panels = plt.subplots(1, 5, figsize=(6.4, 1.6))
for axes, (number, drawn) in zip(panels, points.items(), strict=True):
    counts, _, _ = np.histogram2d(*drawn.T, 60, [[-3, 3], [-3, 3]])
    axes.imshow(
        np.sqrt(counts.T),
        origin="lower",
        extent=(-3, 3, -3, 3),
        interpolation="none",
    )
    axes.plot(*centres.T, "+", color="C1", markersize=5)
    axes.set_title(number)
    axes.axis("off")
plt.show()

# %% [markdown]
# Bright is where many points fall; the crosses are the real centres. First
# the generator runs to where the discriminator believes it, with all its
# points at once; the discriminator learns that this place is suspicious; the
# crowd moves on. Only after a while do the points stay spread out.
#
# ## What the value tells
#
# A discriminator that cannot tell says one half to everything, and the value
# is $-2 \log 2 \approx -1.39$, equation \eqref{value-at-optimum}. A value near
# 0 says that it tells real from generated without trouble.

# %% alt="Above, the value of the game by step: it swings during the first few hundred steps, then settles just above minus 1.39, the dotted line. Below, the clusters covered rise to eight within some hundred steps, and the share of points on a cluster keeps rising to the end."
figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(5.2, 4.0))
smooth = np.convolve(values, np.ones(20) / 20, "valid")
above.plot(np.arange(len(smooth)) + 20, smooth, linewidth=1)
above.axhline(-2 * np.log(2), linestyle=":", color="C5")
above.set_ylabel("value")
number, covered, quality = course
below.plot(number, covered / 8, label="clusters covered")
below.plot(number, quality, label="points on a cluster")
below.set(xlabel="step", ylabel="share", ylim=(0, 1.05))
below.legend()
plt.show()

# %% [markdown]
# After a thousand steps the value hardly moves, and all clusters are covered.
# Yet the points between the clusters keep vanishing to the very end. The value
# is the score of a match between two players who both get better: it tells
# when one of them has lost, but not how well they play. Look at samples, or
# count, as [`mode_coverage`][] does.
#
# ## On digits
#
# For 64 pixels there is no counting. We measure the [maximum mean
# discrepancy](../neural-networks/generative-adversarial-networks.md), equation
# \eqref{mmd}, of the samples from digits held out: 0 for real ones. And we
# call in a judge: a new [perceptron](mlp-on-digits.py), trained on half of the
# samples to tell them from real digits. By chance it is right about one in two.

# %%
(x, _), (x_test, _) = load_rows(seed=0)
rng = np.random.default_rng(0)
gan = digits_gan(rng)
shown, apart = {}, {}
for number, _ in enumerate(train(gan, x, 3000, rng, 64, 2e-3), 1):
    if number in (50, 200, 1000, 3000):
        drawn = gan.sample(1500, np.random.default_rng(1))
        shown[number] = drawn[:10]
        apart[number] = maximum_mean_discrepancy(drawn, x_test, 3.0)
        print(f"step {number:4}: discrepancy {apart[number]:.4f}")
judged = told_apart(drawn, x, x_test)
print(f"the judge is right {judged:.0%}")

# %% alt="Ten generated digits after 50, 200, 1000 and 3000 steps, a row each. First the same grey blot ten times, then strokes, then shapes like digits, and in the last row digits that can be read."
figure, grid = plt.subplots(4, 10, figsize=(5.2, 2.3))
for row, digits in zip(grid, shown.values(), strict=True):
    for axes, digit in zip(row, digits, strict=True):
        axes.imshow(
            digit.reshape(8, 8), "gray_r", vmin=0, vmax=1, interpolation="none"
        )
        axes.axis("off")
plt.show()

# %% [markdown]
# The discrepancy falls twentyfold, and most shapes can be read. The judge is
# not fooled: it sees pixels that are a little too smooth or too rough. With
# [more steps](../neural-networks/generative-adversarial-networks.md) it becomes
# less sure.
#
# ## What we found

# %% tags=["findings"]
quality_at = dict(zip(course[0].tolist(), quality, strict=True))
found = {
    "clusters covered at the end, of 8": covered[-1],
    "points on a cluster, step 1000": quality_at[1000],
    "points on a cluster, step 3000": quality_at[3000],
    "value, last 100 steps": values[-100:].mean(),
    "digits, discrepancy at step 200": apart[200],
    "digits, discrepancy at step 3000": apart[3000],
    "digits, judge is right at step 3000": judged,
}
findings = {name: round(float(value), 3) for name, value in found.items()}
findings

# %% [markdown]
# ## Exercises
#
# **1.** A thousand steps, three seeds, and both losses of the generator: the
# non-saturating one, equation \eqref{non-saturating}, and the value itself. In
# how many runs are all eight clusters covered?

# %% [markdown] tags=["solution"]
# In all three with the value itself, and in fewer with the non-saturating
# loss. That loss has the stronger gradient where the discriminator is sure,
# which is its point, and here it keeps the whole crowd running. A single run
# of a GAN shows little: always play several.

# %% tags=["solution", "findings"]
full = {
    loss: sum(
        int(played(1000, saturating=loss == "saturating", seed=seed)[1][1, -1])
        == 8
        for seed in range(3)
    )
    for loss in ("saturating", "non-saturating")
}
runs = {f"{loss}, runs with all 8, of 3": n for loss, n in full.items()}
runs

# %% [markdown]
# **2.** How does the step size matter? Play a thousand steps at $0.0005$ and
# at $0.02$.

# %% [markdown] tags=["solution"]
# With small steps the crowd is still on its way. With large ones the game is
# wilder and over sooner, and since `train` lets the rate fall to zero, it
# still comes to rest.

# %% tags=["solution", "findings"]
by_rate = {
    f"points on a cluster, rate {rate}": round(
        float(played(1000, rate=rate)[1][2, -1]), 3
    )
    for rate in (0.0005, 0.02)
}
by_rate
