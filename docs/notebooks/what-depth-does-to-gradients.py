# %% [markdown]
# # What depth does to gradients
#
# Why does a deep network of sigmoids not learn? We stack hidden layers on a
# [network that reads digits](mlp-on-digits.py), watch when it gives up, and
# then measure what arrives in each layer. The theory is on the page on
# [gradients that vanish or
# explode](../neural-networks/vanishing-and-exploding-gradients.md); here is
# the experiment.
#
# ## Deeper and deeper
#
# Three activation functions, one to sixteen hidden layers of 32 units, 40
# passes over the digits. All start from He's weights and use the same step.

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from reference_impl import (
    NeuralNetMLP,
    gradient_norms,
    kaiming_normal,
    mlp_errors,
    mlp_forward,
    mlp_gradients,
    xavier_normal,
)
from reference_impl.examples.digits_mlp import load_rows

(rows, labels), (test_rows, test_labels) = load_rows(seed=0)
depths = (1, 2, 4, 8, 16)
models = {
    (name, depth): NeuralNetMLP(
        [32] * depth,
        name,
        l2=0.0,
        learning_rate=0.1,
        epochs=40,
        random_state=0,
    ).fit(rows, labels)
    for name in ("relu", "tanh", "sigmoid")
    for depth in depths
}
scores = {
    key: model.score(test_rows, test_labels) for key, model in models.items()
}

# %% alt="Accuracy on held-out digits against the number of hidden layers. ReLU and tanh stay above nine tenths up to eight layers; the sigmoid falls to three tenths at four layers and to one tenth, a guess, at eight."
figure, axes = plt.subplots()
for name in ("relu", "tanh", "sigmoid"):
    heights = [100 * scores[name, depth] for depth in depths]
    axes.semilogx(depths, heights, "o-", label=name)
axes.set(xlabel="hidden layers", ylabel="held-out digits read, %")
axes.set_xticks(depths, [str(depth) for depth in depths])
axes.minorticks_off()
axes.legend()
plt.show()

# %% [markdown]
# With one hidden layer the sigmoid reads nearly as well as the others. With
# eight it guesses. It has more than enough units, and the same data. So what
# goes wrong?
#
# ## It does not even begin

# %% alt="Training cost by epoch of networks with eight hidden layers. ReLU and tanh fall towards zero; the sigmoid stays at 2.3, the logarithm of ten, from the first to the last pass."
figure, axes = plt.subplots()
for name in ("relu", "tanh", "sigmoid"):
    axes.plot(range(1, 41), models[name, 8].history_["cost"], label=name)
axes.set(xlabel="epoch", ylabel="training cost, 8 hidden layers")
axes.legend()
plt.show()

# %% [markdown]
# The cost of the deep sigmoid network stays at $\log 10 \approx 2.3$: it says
# "one in ten" to every image, for all 40 passes. It is not stuck on the way.
# It never left.
#
# ## What arrives in each layer
#
# So look at the very first step. We take 256 digits, draw first weights, and
# compute the gradient of the cost to the weights of each layer, equation
# \eqref{mlp-gradients}. Each layer multiplies the gradient that passes through
# it by its weights and by the slope of its activation function, equation
# \eqref{chain-of-layers}. The sigmoid's slope is at most a quarter, equation
# \eqref{sigmoid-slope}.


# %%
def first_gradients(activation, initialize, depth):
    """Return the norm of the gradient to the weights of each layer."""
    rng = np.random.default_rng(0)
    x, y = rows[:256].astype(float), np.eye(10)[labels[:256]]
    sizes = [64, *[32] * depth, 10]
    W = [initialize((d, m), rng=rng).T for m, d in pairwise(sizes)]
    b = [np.zeros(d) for d in sizes[1:]]
    passed = mlp_forward(x, W, b, activation)
    errors = mlp_errors(passed, y, W, activation)
    gradients = mlp_gradients(errors, passed.activations, W)
    return np.array([np.linalg.norm(dW) for dW in gradients.weights])


norms = {
    "relu, He": first_gradients("relu", kaiming_normal, 16),
    "tanh, Xavier": first_gradients("tanh", xavier_normal, 16),
    "relu, Xavier": first_gradients("relu", xavier_normal, 16),
    "sigmoid, Xavier": first_gradients("sigmoid", xavier_normal, 16),
}

# %% alt="Norm of the gradient in each of 17 layers on a logarithmic axis. ReLU with He's weights and tanh with Xavier's are level. ReLU with Xavier's weights is level too, a thousand times lower. The sigmoid falls in a straight line from 0.7 in the last layer to 1e-10 in the first."
figure, axes = plt.subplots()
for name, values in norms.items():
    axes.semilogy(range(1, 18), values, label=name)
axes.set(xlabel="layer, the last at the right", ylabel="gradient norm")
axes.legend()
plt.show()

# %% [markdown]
# A straight line on a logarithmic axis is a factor a layer. For the sigmoid it
# is about a quarter: its slope at 0, times weights that keep the variance. Ten
# orders of magnitude are lost in sixteen layers, so a step that suits the last
# layer does nothing to the first. The last layer, in turn, sees a first layer
# that says much the same of every image. [Bengio, Simard and
# Frasconi](../bibliography.md#bengio1994) met the same in recurrent networks,
# where each step in time is a layer.
#
# Look at the two lines of ReLU as well. The weights after Glorot are too small
# for it by $\sqrt2$ in each layer, since it throws half of its input away. He's
# weights, equation \eqref{first-weights}, make up for it.
#
# ## What we found

# %% tags=["findings"]
sigmoid = norms["sigmoid, Xavier"]
found = {
    "relu, 8 hidden layers, held-out accuracy": scores["relu", 8],
    "sigmoid, 1 hidden layer, held-out accuracy": scores["sigmoid", 1],
    "sigmoid, 8 hidden layers, held-out accuracy": scores["sigmoid", 8],
    "sigmoid, factor a layer": (sigmoid[0] / sigmoid[-1]) ** (1 / 16),
    "sigmoid, orders of magnitude lost": -np.log10(sigmoid[0] / sigmoid[-1]),
    "relu with Xavier, times weaker than He": norms["relu, He"][0]
    / norms["relu, Xavier"][0],
}
findings = {name: round(float(value), 3) for name, value in found.items()}
findings

# %% [markdown]
# ## Exercises
#
# **1.** The sigmoid's slope at 0 is a quarter. Choose first weights that make
# up for it, and measure with [`gradient_norms`][] how much of the gradient at
# the last of 16 layers reaches the first. Why is it still no good choice?

# %% [markdown] tags=["solution"]
# A gain of 4 undoes the quarter, as long as the net inputs stay near 0, where
# the slope is a quarter. But weights four times as large make net inputs large,
# the units saturate, and the slope is smaller there. Much less is lost, and
# it still falls from layer to layer:


# %% tags=["solution", "findings"]
def reached(activation, gain, **skip):
    """Return the first layer's part of what the last of 16 layers gets."""
    norms = gradient_norms(
        16,
        activation,
        lambda shape, rng: xavier_normal(shape, gain, rng=rng),
        of="input",
        **skip,
    )
    return norms[0] / norms[-1]


by_gain = {
    f"sigmoid, gain {gain}, orders of magnitude lost": round(
        -np.log10(reached("sigmoid", gain)).item(), 1
    )
    for gain in (1, 4)
}
by_gain

# %% [markdown]
# **2.** Add each layer's input to its output, equation \eqref{skip-connection}.
# What becomes of the 16 layers of sigmoids?

# %% [markdown] tags=["solution"]
# The gradient gets a second way, on which it is multiplied by 1. Now what
# arrives in the first layer is as much as what left the last, even with
# sigmoids. [He et al.](../bibliography.md#he2016) trained 152 layers this way.

# %% tags=["solution", "findings"]
with_skips = {
    "sigmoid with skips, part that reaches the first layer": round(
        float(reached("sigmoid", 1, skip=True)), 2
    )
}
with_skips
