# %% [markdown]
# # TD against Monte Carlo
#
# You walk at random along five squares. At the right end a coin waits, at the
# left end nothing. What is each square worth? You can wait for the end of each
# walk and remember what came of it, or learn at every step from your own guess
# about the next square. The second sounds like cheating: it learns a guess
# from a guess. We measure [which is
# faster](../neural-networks/temporal-difference-learning.md), and why.
#
# ## The walk
#
# The true values are known: from square $s$ of five, the coin is reached with
# probability $s / 6$. Both methods begin with one half everywhere. Monte Carlo,
# equation \eqref{monte-carlo}, moves each value towards the return of the whole
# walk; TD(0), equation \eqref{td0}, towards the reward plus the value of the
# next square.

# %% alt="Values of the five squares after 0, 1, 10 and 100 walks of one TD run. They begin level at one half and turn step by step into the rising line of the true values."
import matplotlib.pyplot as plt
import numpy as np

from reference_impl import (
    RandomWalk,
    monte_carlo_prediction,
    n_step_td,
    td0,
)

walk = RandomWalk(5)
values = td0(
    walk,
    walk.policy,
    100,
    0.1,
    1.0,
    seed=0,
    initial=np.full(7, 0.5),
    history=True,
)

squares = np.arange(1, 6)
figure, axes = plt.subplots()
for walks in (0, 1, 10, 100):
    axes.plot(squares, values[walks, 1:-1], "o-", label=f"{walks} walks")
axes.plot(squares, walk.true_values[1:-1], ":", color="C5", label="true")
axes.set(xlabel="square", ylabel="value", xticks=squares)
axes.legend()
plt.show()

# %% [markdown]
# The first walk moved a single value: the one next to the end it left by. All
# other steps led from a guess of one half to a guess of one half, so there was
# nothing to learn from them.
#
# ## Who is faster
#
# One run is luck. So we take 100 runs of 100 walks, and compare the root mean
# squared error of the five values. Each method gets its best step size of
# several; that is only fair.


# %%
def errors(method, alpha, runs=100, states=5, **more):
    """Return the error after each walk, of each run: (runs, walks + 1)."""
    walk, start = RandomWalk(states), np.full(states + 2, 0.5)
    found = [
        method(
            walk,
            walk.policy,
            100,
            alpha,
            1.0,
            seed=seed,
            initial=start,
            history=True,
            **more,
        )
        for seed in range(runs)
    ]
    wrong = (np.array(found) - walk.true_values)[..., 1:-1]
    return np.sqrt((wrong**2).mean(axis=2))


steps = (0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.2, 0.3)
td, mc = (
    {alpha: errors(method, alpha) for alpha in steps}
    for method in (td0, monte_carlo_prediction)
)

# %% alt="Error averaged over 100 walks against the step size, one curve for each method. Each is a valley. The valley of TD lies at a step size near 0.1 and is lower and wider; that of Monte Carlo lies at 0.03."
course = {
    name: [found[alpha].mean() for alpha in steps]
    for name, found in (("TD", td), ("Monte Carlo", mc))
}
figure, axes = plt.subplots()
for name, curve in course.items():
    axes.semilogx(steps, curve, "o-", label=name)
axes.set(xlabel="step size", ylabel="error, mean over 100 walks")
axes.set_xticks(steps, [f"{alpha:g}" for alpha in steps])
axes.minorticks_off()
axes.legend()
plt.show()

# %% alt="Error by walk, each method at its best step size. TD falls faster from the first walks on and ends lower."
best_td = steps[int(np.argmin(course["TD"]))]
best_mc = steps[int(np.argmin(course["Monte Carlo"]))]
figure, axes = plt.subplots()
axes.plot(td[best_td].mean(axis=0), label=f"TD, step {best_td:g}")
axes.plot(mc[best_mc].mean(axis=0), label=f"Monte Carlo, step {best_mc:g}")
axes.set(xlabel="walks", ylabel="error", ylim=(0, None))
axes.legend()
plt.show()

# %% [markdown]
# ## Why
#
# Both methods move a value towards a target. Look at the targets for the
# middle square, once the values are right. Monte Carlo's target is the return:
# 0 or 1, a coin toss. TD's target is the value of a neighbour: one sixth more
# or less. Both are one half on average, but the toss varies far more, and what
# varies must be averaged away with small steps.

# %%
rng = np.random.default_rng(0)
neighbour = rng.choice(walk.true_values[[2, 4]], 10_000)
toss = rng.choice([0.0, 1.0], 10_000)
print(f"deviation of TD's target: {neighbour.std():.3f}")
print(f"deviation of the return:  {toss.std():.3f}")

# %% [markdown]
# The price is bias: while the values are wrong, TD's targets are wrong with
# them. On this walk the trade is a good one.
#
# ## What we found

# %% tags=["findings"]
found = {
    "best step size, TD": best_td,
    "best step size, Monte Carlo": best_mc,
    "error over 100 walks, TD": min(course["TD"]),
    "error over 100 walks, Monte Carlo": min(course["Monte Carlo"]),
    "target's deviation, TD": neighbour.std(),
    "target's deviation, Monte Carlo": toss.std(),
}
findings = {name: round(float(value), 3) for name, value in found.items()}
findings

# %% [markdown]
# ## Exercises
#
# **1.** Make the walk longer: 19 squares. Does TD keep its lead?

# %% [markdown] tags=["solution"]
# It does. The return of a long walk says little about the square you were on
# a hundred steps ago, and that is noise to Monte Carlo. News of the coin takes
# TD longer, one square a walk, but a value next door is a good target still.


# %% tags=["solution", "findings"]
def ratio(states):
    """Return the best error of Monte Carlo over that of TD."""
    best = [
        min(
            errors(method, alpha, runs=20, states=states).mean()
            for alpha in (0.01, 0.02, 0.05, 0.1, 0.2)
        )
        for method in (monte_carlo_prediction, td0)
    ]
    return round(float(best[0] / best[1]), 2)


lead = {
    f"Monte Carlo's error over TD's, {n} squares": ratio(n) for n in (5, 19)
}
lead

# %% [markdown]
# **2.** Between the two lies n-step TD, equation \eqref{n-step-td}: n rewards,
# then a value. Which n is best on 19 squares?

# %% [markdown] tags=["solution"]
# A few steps. News of the coin travels n squares in one walk instead of one,
# and the noise of n steps is still small.

# %% tags=["solution", "findings"]
by_n = {
    n: min(
        errors(n_step_td, alpha, runs=20, states=19, n=n).mean()
        for alpha in (0.05, 0.1, 0.2, 0.4)
    )
    for n in (1, 2, 4, 8, 16)
}
print({n: round(float(error), 3) for n, error in by_n.items()})
between = {"best n on 19 squares": min(by_n, key=by_n.get)}
between
