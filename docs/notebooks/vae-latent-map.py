# %% [markdown]
# # The latent map of a variational autoencoder
#
# Can two numbers hold all handwritten digits, so that any two numbers you pick
# give a digit? An [autoencoder](autoencoder-against-pca.py) leaves holes
# between its codes. A [variational
# autoencoder](../neural-networks/variational-autoencoders.md) is trained so
# that the codes fill a normal distribution. We train one and draw its map.
#
# ## Training
#
# [`vae_train`][] climbs the ELBO, equation \eqref{elbo-parts}: the decoder
# should give the digit back, while the code stays close to a standard normal.
# Both parts are in nats a digit. The pixels, between 0 and 1, count as
# probabilities of ink.

# %%
import matplotlib.pyplot as plt
import numpy as np

from reference_impl import Adam, VariationalAutoencoder, vae_train
from reference_impl.examples.digits_mlp import load_rows
from reference_impl.examples.digits_vae import (
    held_out_loss,
    independent_pixels,
    latent_map,
)

(x, labels), (x_test, test_labels) = load_rows(seed=0)


def trained(latent, epochs, beta=1.0):
    """Return a model with so many latent variables, and its history."""
    rng = np.random.default_rng(0)
    model = VariationalAutoencoder((64, 256, latent), generator=rng)
    adam = Adam(model.parameters(), 2e-3)
    return model, list(vae_train(model, x, epochs, adam, rng, 32, beta))


model, history = trained(2, 80)
loss = held_out_loss(model, x_test, np.random.default_rng(0))
without = independent_pixels(x, x_test)
print(f"held out, nats a digit: {loss.loss:.2f}")
print(f"  to describe the digit: {loss.reconstruction:.2f}")
print(f"  to describe the code:   {loss.divergence:.2f}")
print(f"without any code: {without:.2f}")

# %% alt="The two parts of the loss by epoch. The reconstruction falls from above 30 nats to about 22, steeply at first; the divergence rises from near 0 to between 2 and 3."
figure, axes = plt.subplots()
for name in ("reconstruction", "divergence"):
    parts = [getattr(epoch, name) for epoch in history]
    axes.plot(range(1, len(parts) + 1), parts, label=name)
axes.set(xlabel="epoch", ylabel="nats a digit")
axes.legend()
plt.show()

# %% [markdown]
# The two parts trade. A code costs nats, and the model spends them while each
# nat spent on the code saves more than one on the digit.
#
# ## The map
#
# Now take a grid of codes, from −2 to 2 in both directions, and decode each.
# No image here was ever scanned.

# %% alt="A map of 14 by 14 decoded digits. Regions of 0, 3, 2, 1, 4, 6 and others border each other, and along the borders one digit turns smoothly into the next."
side = 14
tiles = latent_map(model, side).reshape(side, side, 8, 8)
framed = np.pad(tiles, [(0, 0), (0, 0), (1, 1), (1, 1)])  # space between
picture = framed.swapaxes(1, 2).reshape(10 * side, 10 * side)
figure, axes = plt.subplots(figsize=(4.6, 4.6))
axes.imshow(picture, "gray_r", vmin=0, vmax=1, interpolation="none")
axes.axis("off")
plt.show()

# %% [markdown]
# Walk from one region to the next: there is no hole, only digits that turn
# into others. And here is where the encoder puts the digits it has never seen,
# each drawn as what it is.

# %% alt="The means of the held-out digits in the plane of the two latent variables, each drawn as its class. The classes form regions that together fill a round cloud around zero; some overlap in the middle."
mean, log_variance = model.encode(x_test)
figure, axes = plt.subplots(figsize=(4.6, 4.2))
for digit in range(10):
    points = mean[test_labels == digit].T
    axes.scatter(*points, marker=f"${digit}$", s=24, linewidths=0.3)
axes.set(xlabel="first latent variable", ylabel="second", aspect="equal")
plt.show()

# %% [markdown]
# Together the regions fill a disc, as a normal distribution does. The
# encoder gives each digit a deviation of about three tenths: so much room it
# has in the disc. Nobody gave it a label, and yet the classes have regions
# of their own.
#
# ## What we found

# %% tags=["findings"]
values = {
    "loss, nats a held-out digit": loss.loss,
    "of these for the code": loss.divergence,
    "loss without a code": without,
    "deviation of the means": mean.std(),
    "mean deviation of a code": np.exp(log_variance / 2).mean(),
}
findings = {name: round(float(value), 2) for name, value in values.items()}
findings

# %% [markdown]
# ## Exercises
#
# **1.** Weigh the divergence four times, $\beta = 4$. What does the encoder
# say of a digit then?

# %% [markdown] tags=["solution"]
# Nothing. A nat for the code now costs four and saves less, so the cheapest
# code is none: mean 0 and variance 1 for every digit. The decoder learns to
# ignore it and paints the mean digit, as good as the model without a code.
# This is called posterior collapse.

# %% tags=["solution", "findings"]
strict, _ = trained(2, 40, beta=4.0)
its_loss = held_out_loss(strict, x_test, np.random.default_rng(0))
collapsed = {
    "beta 4, nats for the code": round(its_loss.divergence, 2),
    "beta 4, nats for the digit": round(its_loss.reconstruction, 2),
}
collapsed

# %% [markdown]
# **2.** Give the model eight latent variables. How many does it use? Look at
# the deviation of each code.

# %% [markdown] tags=["solution"]
# About half. A variable that the encoder does not use has the deviation 1 for
# every digit, exactly the normal it is compared with, and costs nothing. The
# model needs no telling how many numbers are enough.

# %% tags=["solution", "findings"]
wide, _ = trained(8, 40)
deviations = np.exp(wide.encode(x_test)[1] / 2).mean(axis=0)
print("mean deviation of each code:", deviations.round(2))
used = {
    "latent variables used, of eight": int(np.sum(deviations < 0.9)),
    "loss with eight": round(
        held_out_loss(wide, x_test, np.random.default_rng(0)).loss, 2
    ),
}
used
