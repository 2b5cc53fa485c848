# %% [markdown]
# # An autoencoder against principal components
#
# A digit of 64 pixels has to pass through a few numbers and come back. How
# much of it survives? We let two methods compete: principal components, the
# best that planes can do, and a deep
# [autoencoder](../neural-networks/autoencoders.md), which may bend.
#
# ## The contest
#
# [`PCA`][] keeps the directions in which the digits vary most, equation
# \eqref{principal-components}. [`Autoencoder`][] trains an encoder and a decoder
# with 256 hidden units each, equation \eqref{autoencoder}, by Adam. Both see
# 1,437 digits and are judged by 360 others: the mean squared error of a pixel.

# %%
import matplotlib.pyplot as plt
import numpy as np

from reference_impl import PCA, Adam, Autoencoder, autoencoder_train
from reference_impl.examples.digits_autoencoder import (
    largest_angle,
    squared_error,
)
from reference_impl.examples.digits_mlp import load_rows

(x, labels), (x_test, test_labels) = load_rows(seed=0)
sizes = (2, 4, 8, 16)
components = {size: PCA(size).fit(x.astype(float)) for size in sizes}


def through_components(size, digits):
    """Return the digits as they come back through principal components."""
    pca = components[size]
    return pca.inverse_transform(pca.transform(digits))


def trained(size, epochs=40):
    """Return an autoencoder with so many numbers in its code."""
    rng = np.random.default_rng(0)
    model = Autoencoder((64, 256, size), generator=rng)
    adam = Adam(model.parameters(), 2e-3)
    for _ in autoencoder_train(model, x, epochs, adam, rng, 32):
        pass
    return model


models = {size: trained(size) for size in sizes}

# %% alt="Error of held-out digits against the numbers in the code, 2 to 16, both axes logarithmic. The autoencoder's line lies below that of the principal components everywhere: it needs about half as many numbers for the same error."
errors = np.array(
    [
        [
            squared_error(through_components(size, x_test), x_test),
            squared_error(models[size](x_test), x_test),
        ]
        for size in sizes
    ]
)
figure, axes = plt.subplots()
for name, column in zip(("components", "autoencoder"), errors.T, strict=True):
    axes.loglog(sizes, column, "o-", label=name)
axes.set(xlabel="numbers in the code", ylabel="error of a held-out digit")
axes.set_xticks(sizes, [str(size) for size in sizes])
axes.minorticks_off()
axes.legend()
plt.show()

# %% [markdown]
# With any size of code the autoencoder loses less. Read it across: with four
# numbers it is better than the components with eight.
#
# ## What comes back
#
# Through four numbers: the digit, what the components make of it, and the
# autoencoder.

# %% alt="Ten held-out digits in three rows: as they are, through four principal components, which blur them into each other, and through an autoencoder with four numbers, which are sharper and nearly all readable."
few = x_test[:10]
stages = (few, through_components(4, few), models[4](few))
figure, grid = plt.subplots(3, 10, figsize=(5.2, 1.7))
for row, digits in zip(grid, stages, strict=True):
    for axes, digit in zip(row, digits, strict=True):
        axes.imshow(
            digit.reshape(8, 8), "gray_r", vmin=0, vmax=1, interpolation="none"
        )
        axes.axis("off")
plt.show()

# %% [markdown]
# ## Where the digits lie
#
# With two numbers in the code we can look at all of it. Each mark is a digit
# that was held out, drawn as what it is. Nobody told either method the labels.

# %% alt="Two maps of the held-out digits, each drawn as its class. Through two principal components most classes overlap in the middle. In the autoencoder's code they form separate arms with less overlap."
codes = {
    "components": components[2].transform(x_test),
    "autoencoder": models[2].encode(x_test),
}
figure, panels = plt.subplots(1, 2, figsize=(5.6, 3.0))
for axes, (name, code) in zip(panels, codes.items(), strict=True):
    for digit in range(10):
        points = code[test_labels == digit].T
        axes.scatter(*points, marker=f"${digit}$", s=22, linewidths=0.3)
    axes.set(title=name, xticks=[], yticks=[])
plt.show()

# %% [markdown]
# To put a number on "separate": guess the label of each held-out digit from
# the five nearest codes of digits that were learned from.


# %%
def guessed_right(encode):
    """Return how often the five nearest codes vote for the true label."""
    known, new = encode(x), encode(x_test)
    distances = ((new[:, None] - known[None]) ** 2).sum(axis=2)
    votes = labels[np.argsort(distances, axis=1)[:, :5]]
    guesses = [np.bincount(vote).argmax() for vote in votes]
    return np.mean(guesses == test_labels)


by_components = guessed_right(components[2].transform)
by_autoencoder = guessed_right(models[2].encode)
print(f"components {by_components:.1%}, autoencoder {by_autoencoder:.1%}")

# %% [markdown]
# ## What we found

# %% tags=["findings"]
values = {
    "error through 4 components": errors[1, 0],
    "error through 4 numbers of the autoencoder": errors[1, 1],
    "error through 8 components": errors[2, 0],
    "error through 8 numbers of the autoencoder": errors[2, 1],
    "label guessed from 2 components": by_components,
    "label guessed from 2 numbers of the autoencoder": by_autoencoder,
}
findings = {name: round(float(value), 4) for name, value in values.items()}
findings

# %% [markdown]
# ## Exercises
#
# **1.** Take the bend out: an autoencoder with two linear layers and eight
# numbers. How far is the space its decoder spans from that of the components?

# %% [markdown] tags=["solution"]
# They are the same space, as the page shows: the largest [angle between
# them](../neural-networks/autoencoders.md#the-linear-autoencoder-finds-the-same-space)
# falls to a millionth. What the deep one gained, it gained by bending.

# %% tags=["solution", "findings"]
rng = np.random.default_rng(0)
linear = Autoencoder((64, 8), dtype=float, generator=rng)
adam = Adam(linear.parameters(), 0.01)
centred = x - components[8].mean_
for _ in autoencoder_train(linear, centred, 1000, adam, rng, len(x)):
    pass
angle = largest_angle(linear, components[8])
same_space = {"largest angle, linear autoencoder": float(f"{angle:.1e}")}
same_space

# %% [markdown]
# **2.** Add noise of deviation 0.3 to the held-out digits and send them through
# eight numbers. Which method is better at removing the noise, and why?

# %% [markdown] tags=["solution"]
# The components. They are a projection, and noise in the 56 directions left
# out is simply gone. The autoencoder has never seen such input, and where it
# has seen nothing its bends may lead anywhere. Trained on noisy digits it would
# learn to clean them: that is a [denoising
# autoencoder](../bibliography.md#vincent2008).

# %% tags=["solution", "findings"]
noise = np.random.default_rng(1).normal(0, 0.3, x_test.shape)
noisy = (x_test + noise).astype(np.float32)
cleaned = {
    "noisy": noisy,
    "through components": through_components(8, noisy),
    "through the autoencoder": models[8](noisy),
}
denoised = {
    f"error against the clean digits, {name}": round(
        squared_error(digits, x_test), 4
    )
    for name, digits in cleaned.items()
}
denoised
