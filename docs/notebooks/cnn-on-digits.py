# %% [markdown]
# # A convolutional network on digits
#
# On small digits a [perceptron](mlp-on-digits.py) is as good a reader as a
# [convolutional network](../convolutional-networks/implementing-a-cnn.md). So
# what are convolutions for? We train one of each, look at the filters, and
# then move the digits by a pixel.
#
# ## Training

# %%
import matplotlib.pyplot as plt
import numpy as np

from reference_impl import (
    CNNParameters,
    NeuralNetMLP,
    cnn_init,
    cnn_loss_and_gradients,
    cnn_step,
    cnn_train,
    conv2d,
    relu,
)
from reference_impl.examples.digits_cnn import accuracy, load_digits

(images, labels), (test_images, test_labels) = load_digits(seed=0)
rng = np.random.default_rng(0)
history = list(cnn_train(cnn_init(rng), images, labels, 15, rng))
cnn = history[-1].parameters

mlp = NeuralNetMLP(100, "relu", l2=1e-3, epochs=60, random_state=0)
mlp.fit(images.reshape(-1, 64), labels)


def read_right(images):
    """Return the accuracy of both networks on the held-out labels."""
    return (
        accuracy(cnn, images, test_labels),
        mlp.score(images.reshape(-1, 64), test_labels),
    )


still = read_right(test_images)
print("held out: CNN {:.1%}, perceptron {:.1%}".format(*still))
print("numbers to learn in the CNN:", sum(p.size for p in cnn))

# %% alt="Mean loss of the convolutional network by epoch on a logarithmic axis. It falls from above 1 to a few hundredths in fifteen passes."
figure, axes = plt.subplots()
losses = [np.mean(epoch.losses) for epoch in history]
axes.semilogy(range(1, len(losses) + 1), losses, "o-", markersize=4)
axes.set(xlabel="epoch", ylabel="training loss")
plt.show()

# %% [markdown]
# ## What the first layer looks for
#
# The first layer has sixteen filters of 3 × 3. Each slides over the image,
# [`conv2d`][], and answers where the image looks like the filter. Orange
# weights ask for ink, purple ones for paper.

# %% alt="The sixteen filters of the first layer, three by three weights each, orange for positive and purple for negative. Many have one orange side and one purple side: they answer to edges."
bound = np.abs(cnn.conv1_weight).max()
figure, grid = plt.subplots(2, 8, figsize=(5.2, 1.5))
for axes, kernel in zip(grid.flat, cnn.conv1_weight[:, 0], strict=True):
    axes.imshow(
        kernel, "PuOr_r", vmin=-bound, vmax=bound, interpolation="none"
    )
    axes.axis("off")
plt.show()

# %% [markdown]
# And this is what they answer to one digit: bright where a filter found what
# it looks for, after ReLU. Each map is a drawing of the digit made of one kind
# of stroke or edge.

# %% alt="A held-out digit and its sixteen feature maps. Each map lights up another part of the digit, such as its left edges or its horizontal strokes; a few stay dark."
n = int(np.flatnonzero(test_labels == 3)[0])
maps = relu(
    conv2d(test_images[n : n + 1], cnn.conv1_weight, cnn.conv1_bias, padding=1)
)[0]
figure = plt.figure(figsize=(5.2, 1.6))
left, right = figure.subfigures(1, 2, width_ratios=[1, 4])
axes = left.subplots()
axes.imshow(test_images[n, 0], "gray_r", interpolation="none")
axes.axis("off")
for axes, values in zip(right.subplots(2, 8).flat, maps, strict=True):
    axes.imshow(values, vmin=0, vmax=maps.max(), interpolation="none")
    axes.axis("off")
plt.show()

# %% [markdown]
# ## Moving the digits
#
# A filter does not care where the edge is, and [max
# pooling](../convolutional-networks/pooling.md) forgets where exactly it was.
# The perceptron has a weight for each pixel, and what it learned about one
# pixel says nothing about the next. So we move the held-out digits to the left
# and right. Neither network has seen such images.


# %% alt="Accuracy on held-out digits moved by minus two to plus two pixels. In the middle the two networks agree; one pixel to the side the convolutional network reads nearly eight of ten and the perceptron less than half."
def moved(images, pixels):
    """Return the images moved to the right, paper coming in at the left."""
    result = np.zeros_like(images)
    width = images.shape[-1]
    start, stop = max(pixels, 0), width + min(pixels, 0)
    result[..., start:stop] = images[..., start - pixels : stop - pixels]
    return result


shifts = (-2, -1, 0, 1, 2)
found = np.array([read_right(moved(test_images, s)) for s in shifts])

figure, axes = plt.subplots()
axes.plot(shifts, 100 * found[:, 0], "o-", label="CNN")
axes.plot(shifts, 100 * found[:, 1], "o-", label="perceptron")
axes.set(xlabel="pixels to the right", ylabel="held-out digits read, %")
axes.set_xticks(shifts)
axes.legend()
plt.show()

# %% [markdown]
# One pixel, an eighth of the image, and the perceptron loses more than half of
# the digits. The convolutional network loses a fifth: its filters move along
# with the digit, but its last layer is a plain linear one and still knows
# places. That is what convolution builds in. It is no higher score on the same
# kind of image, but a score that holds when the image moves.
#
# ## What we found

# %% tags=["findings"]
sides = [shifts.index(-1), shifts.index(1)]
values = {
    "CNN, held-out accuracy": still[0],
    "perceptron, held-out accuracy": still[1],
    "CNN, moved by one pixel": found[sides, 0].mean(),
    "perceptron, moved by one pixel": found[sides, 1].mean(),
    "CNN, moved by two pixels": found[[0, -1], 0].mean(),
    "perceptron, moved by two pixels": found[[0, -1], 1].mean(),
}
findings = {name: round(float(value), 3) for name, value in values.items()}
findings

# %% [markdown]
# ## Exercises
#
# **1.** What if the perceptron sees moved digits while it learns? Train it on
# the images moved by −2 to 2 pixels.

# %% [markdown] tags=["solution"]
# Then it reads them as well as anything. What convolution builds in, five times
# the data can teach. The price is five times the training, and that you must
# know beforehand what will happen to the images.

# %% tags=["solution", "findings"]
wide = NeuralNetMLP(100, "relu", l2=1e-3, epochs=30, random_state=0)
every = np.concatenate([moved(images, s) for s in shifts])
wide.fit(every.reshape(-1, 64), np.tile(labels, len(shifts)))
scores = [
    wide.score(moved(test_images, s).reshape(-1, 64), test_labels)
    for s in (-1, 1)
]
taught = {
    "perceptron taught with moved digits, one pixel": round(
        float(np.mean(scores)), 3
    )
}
taught

# %% [markdown]
# **2.** How much of the reading is done by the filters? Leave both
# convolutions as they were drawn, at random, and train the last layer alone.

# %% [markdown] tags=["solution"]
# [`cnn_step`][] takes any gradients, so give it zeros for the convolutions.
# Random filters do nearly all of it: sixteen random edges are edges too, and
# with a small step at the end the last layer makes the most of them. On images
# this small, training the filters is worth a digit or two in 360.

# %% tags=["solution", "findings"]
rng = np.random.default_rng(0)
frozen = cnn_init(rng)
velocity = CNNParameters(*map(np.zeros_like, frozen))
for epoch in range(15):
    rate = 0.05 if epoch < 10 else 0.005
    for batch in np.array_split(rng.permutation(len(images)), 90):
        _, gradients = cnn_loss_and_gradients(
            frozen, images[batch], labels[batch]
        )
        still_there = map(np.zeros_like, gradients[:4])
        gradients = CNNParameters(*still_there, *gradients[4:])
        frozen, velocity = cnn_step(frozen, gradients, velocity, rate, 0.9)
random_filters = {
    "random filters, held-out accuracy": round(
        accuracy(frozen, test_images, test_labels), 3
    )
}
random_filters
