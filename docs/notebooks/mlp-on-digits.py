# %% [markdown]
# # A perceptron reads digits
#
# How many hidden units does it take to read handwriting? We train a
# [multilayer perceptron](../neural-networks/multilayer-perceptron.md) on real
# digits, look at the ones it gets wrong, and then take units away until it
# can no longer read. The network is [`NeuralNetMLP`][]: equations
# \eqref{mlp-forward} to \eqref{mlp-update} in NumPy, with ReLU as bend.
#
# ## The data
#
# scikit-learn ships 1,797 [scanned
# digits](../bibliography.md#alpaydin1998) of 8 × 8 pixels. A fifth of each
# class is held out: the network never sees it while it learns.

# %% alt="Ten scanned digits, 0 to 9, each eight by eight grey pixels."
import matplotlib.pyplot as plt
import numpy as np

from reference_impl import NeuralNetMLP
from reference_impl.examples.digits_mlp import load_rows

(rows, labels), (test_rows, test_labels) = load_rows(seed=0)
print(len(rows), "to learn from,", len(test_rows), "held out")

figure, grid = plt.subplots(1, 10, figsize=(5.2, 0.7))
for digit, axes in enumerate(grid):
    image = rows[labels == digit][0].reshape(8, 8)
    axes.imshow(image, cmap="gray_r", interpolation="none")
    axes.axis("off")
plt.show()

# %% [markdown]
# ## Training
#
# One hidden layer of 100 units, steps of 32 digits, 60 passes over the data.
# The rows are numbers between 0 and 1, and the labels are the digits.

# %% alt="Training cost by epoch on a logarithmic axis: it falls at every pass, steeply at first."
model = NeuralNetMLP(
    100, "relu", l2=1e-3, learning_rate=0.1, epochs=60, random_state=0
)
model.fit(rows, labels)
print(
    f"digits it learned from, read correctly: {model.score(rows, labels):.1%}"
)
print(f"digits held out: {model.score(test_rows, test_labels):.1%}")

figure, axes = plt.subplots()
axes.semilogy(range(1, 61), model.history_["cost"])
axes.set(xlabel="epoch", ylabel="training cost")
plt.show()

# %% [markdown]
# The cost counts the penalty on the weights as well, so it levels off above
# zero. Nearly all that matters happens in the first 20 passes.
#
# ## What it gets wrong
#
# Only a few digits are left. Look at them before you blame the network.

# %% alt="The held-out digits that the network reads wrongly, each under its label and what was read. Several are hard for a person, too."
read = model.predict(test_rows)
wrong = np.flatnonzero(read != test_labels)

figure, grid = plt.subplots(2, 6, figsize=(5.2, 2.2))
for axes in grid.flat:
    axes.axis("off")
for axes, n in zip(grid.flat, wrong, strict=False):
    axes.imshow(
        test_rows[n].reshape(8, 8), cmap="gray_r", interpolation="none"
    )
    axes.set_title(f"{test_labels[n]} read as {read[n]}", fontsize=8)
plt.show()

# %% [markdown]
# Which pairs are confused? A row of this table is a true digit, a column is
# what was read. Everything right is on the diagonal.

# %%
confusion = np.zeros((10, 10), int)
np.add.at(confusion, (test_labels, read), 1)
print("   " + "".join(f"{digit:4}" for digit in range(10)))
for digit, counts in enumerate(confusion):
    print(f"{digit:2} " + "".join(f"{n or '.':>4}" for n in counts))

# %% [markdown]
# ## Taking units away
#
# Now the question. We train networks with 1 to 100 hidden units, five of each
# from different first weights, and score them on the held-out digits. We also
# count the units that are **dead**: zero for every image, so that no gradient
# reaches them and they never learn again.


# %%
def train(size, seed):
    """Return the score on what is held out, and how many units are dead."""
    model = NeuralNetMLP(
        size, l2=1e-3, learning_rate=0.1, epochs=60, random_state=seed
    )
    model.fit(rows, labels)
    net_inputs = rows @ model.weights_[0] + model.biases_[0]
    dead = np.sum(net_inputs.max(axis=0) <= 0)
    return model.score(test_rows, test_labels), dead


sizes = (1, 2, 3, 4, 6, 8, 16, 32, 64, 100)
runs = np.array([[train(size, seed) for seed in range(5)] for size in sizes])
scores, dead = runs[..., 0], runs[..., 1]

# %% alt="Accuracy on held-out digits against the number of hidden units, one dot a network. One unit reads a third, three about six of seven, sixteen and more all but three in a hundred. Of each size the networks with dead units lie lowest."
figure, axes = plt.subplots()
places = np.broadcast_to(np.array(sizes)[:, None], scores.shape)
alive = dead == 0
axes.semilogx(places[alive], 100 * scores[alive], "o", label="all alive")
axes.semilogx(places[~alive], 100 * scores[~alive], "x", label="some dead")
axes.set(xlabel="hidden units", ylabel="held-out digits read, %")
axes.set_xticks(sizes, [str(size) for size in sizes])
axes.minorticks_off()
axes.legend()
plt.show()

# %% [markdown]
# A single unit can only put all images on one line, so most classes lie on
# top of each other. Each further unit adds a direction to tell them apart by.
# Ten classes do not need ten units: four that are alive read nine digits of
# ten. And the networks far below the others of their size are those in which
# a unit died: four units of which one is dead read no better than three. A
# wide network does not notice.
#
# ## What we found

# %% tags=["findings"]
four = scores[sizes.index(4)], alive[sizes.index(4)]
findings = {
    "held-out accuracy, 100 units": model.score(test_rows, test_labels),
    "digits read wrongly": len(wrong),
    "held-out accuracy, 1 unit": scores[0].mean(),
    "held-out accuracy, 4 units alive": four[0][four[1]].mean(),
    "held-out accuracy, 4 units, one dead": four[0][~four[1]].mean(),
    "held-out accuracy, 16 units": scores[sizes.index(16)].mean(),
}
findings = {name: round(float(value), 3) for name, value in findings.items()}
findings

# %% [markdown]
# ## Exercises
#
# **1.** Leave out the bend: train the same network with `"identity"` as
# activation function. What is it then, and how well does it read?

# %% [markdown] tags=["solution"]
# Two matrices in a row are one matrix. The network is a linear classifier,
# softmax regression, however many hidden units it has. Digits of 8 × 8 pixels
# are nearly separable by planes, so it is not bad:

# %% tags=["solution", "findings"]
linear = NeuralNetMLP(
    100, "identity", l2=1e-3, learning_rate=0.1, epochs=60, random_state=0
).fit(rows, labels)
bend = {
    "without a bend, digits learned from": round(
        linear.score(rows, labels), 3
    ),
    "without a bend, held out": round(linear.score(test_rows, test_labels), 3),
}
bend

# %% [markdown]
# **2.** Give every image a random label. Can 100 units learn that? What does
# the answer say about the accuracy on the data a network was trained on?

# %% [markdown] tags=["solution"]
# They learn much of it by heart, at a larger step, without penalty and with
# patience. There is nothing to understand, so on held-out digits the network
# guesses: one in ten. Accuracy on the training data alone says nothing.

# %% tags=["solution", "findings"]
nonsense = np.random.default_rng(0).permutation(labels)
parrot = NeuralNetMLP(
    100, "relu", l2=0.0, learning_rate=0.3, epochs=300, random_state=0
).fit(rows, nonsense)
by_heart = {
    "random labels, learned by heart": round(parrot.score(rows, nonsense), 3),
    "random labels, held out": round(parrot.score(test_rows, test_labels), 3),
}
by_heart
