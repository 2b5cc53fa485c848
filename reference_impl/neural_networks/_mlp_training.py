"""One epoch of mini-batch gradient descent, as fast as NumPy goes.

The same equations as in `mlp_forward`, `mlp_errors`, `mlp_gradients` and
`mlp_update`, for softmax and cross-entropy, without their checks and with fewer
passes over the weights: eta / N goes into the small delta, the penalty's step
is a factor 1 - eta * l2.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from reference_impl.neural_networks import _activations, _small_products
from reference_impl.neural_networks.initialization import kaiming_uniform
from reference_impl.neural_networks.mlp_forward_pass import one_hot


class Layers(NamedTuple):
    """The parameters of a network, one array a layer in each list."""

    weights: list[np.ndarray]  # (m, d)
    biases: list[np.ndarray]  # (d,)

    def copy(self) -> "Layers":
        """Return a copy that shares no memory."""
        return Layers(
            [W.copy() for W in self.weights], [b.copy() for b in self.biases]
        )

    def are_finite(self) -> bool:
        """Whether no parameter is NaN or infinite."""
        return all(np.isfinite(p).all() for p in self.weights + self.biases)


class Descent(NamedTuple):
    """How to train."""

    activation: str
    l2: float
    learning_rate: float
    minibatch_size: int
    shuffle: bool


History = dict[str, list[float]]


def first_layers(
    sizes: Sequence[int], rng: np.random.Generator, dtype: np.dtype
) -> Layers:
    """Return He's random weights and biases of 0."""
    layers = Layers([], [])
    for m, d in pairwise(sizes):
        W = kaiming_uniform((d, m), rng=rng, dtype=dtype)
        layers.weights.append(np.ascontiguousarray(W.T))
        layers.biases.append(np.zeros(d, dtype))
    return layers


def train(
    X: np.ndarray,
    codes: np.ndarray,
    layers: Layers,
    rng: np.random.Generator,
    descent: Descent,
    history: History,
) -> None:
    """Change `layers` by one epoch; add its cost and accuracy to `history`."""
    cost, accuracy = epoch(X, codes, layers, rng, descent)
    if not (np.isfinite(cost) and layers.are_finite()):
        raise ValueError(
            "learning_rate must be so small that the cost stays finite, got "
            f"learning_rate={descent.learning_rate}, which failed in epoch "
            f"{len(history['cost']) + 1}; or scale the columns of X"
        )
    history["cost"].append(cost)
    history["accuracy"].append(accuracy)


def split(
    N: int, fraction: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return which examples to hold out for validation, and which to keep."""
    size = max(1, round(fraction * N))
    if size >= N:
        raise ValueError(
            "X must have rows left for training, got "
            f"n_samples={N}, validation_fraction={fraction}"
        )
    order = rng.permutation(N)
    return order[:size], order[size:]


def train_and_stop(
    X: np.ndarray,
    codes: np.ndarray,
    layers: Layers,
    rng: np.random.Generator,
    descent: Descent,
    history: History,
    numbers: Iterable[int],
    validation: tuple[np.ndarray, np.ndarray],
    patience: int,
) -> Layers:
    """Return the layers with the lowest cost on the `validation` examples.

    Training ends once that cost has not fallen for `patience` epochs.
    """
    costs = history["validation_cost"] = []
    accuracies = history["validation_accuracy"] = []
    best, since = layers, 0
    for number in numbers:
        train(X, codes, layers, rng, descent, history)
        cost, accuracy = evaluate(*validation, layers, descent.activation)
        if cost < min(costs, default=np.inf):
            best, since = layers.copy(), number
        costs.append(cost)
        accuracies.append(accuracy)
        if number - since >= patience:
            break
    return best


def evaluate(
    X: np.ndarray, codes: np.ndarray, layers: Layers, activation: str
) -> tuple[float, float]:
    """Return the mean cross-entropy and the accuracy."""
    Z, _ = net_inputs(X, layers, activation)
    log_p = log_softmax(Z[-1])
    hits = log_p.argmax(axis=1) == codes
    cost = -log_p[np.arange(len(X)), codes].mean()
    return float(cost), float(hits.mean())


def epoch(
    X: np.ndarray,
    codes: np.ndarray,
    layers: Layers,
    rng: np.random.Generator,
    descent: Descent,
) -> tuple[float, float]:
    """Change `layers` by one pass over the data; return cost and accuracy.

    Both are means over the examples, each as it was before its update.
    """
    N, B = len(X), descent.minibatch_size
    order = rng.permutation(N) if descent.shuffle else np.arange(N)
    targets = one_hot(codes, len(layers.biases[-1]), dtype=X.dtype)
    cost = hits = 0.0
    with np.errstate(over="ignore", invalid="ignore"):  # the caller checks
        for start in range(0, N, B):
            rows = order[start : start + B]
            J, right = step(X[rows], targets[rows], layers, descent)
            cost += J * len(rows)
            hits += right
    return cost / N, hits / N


def step(
    X: np.ndarray, Y: np.ndarray, layers: Layers, descent: Descent
) -> tuple[float, int]:
    """Change `layers` by one mini-batch; return its cost and hits."""
    weights, biases = layers
    Z, A = net_inputs(X, layers, descent.activation)
    log_p = log_softmax(Z[-1])
    cost = -float(np.vdot(Y, log_p)) / len(X)
    hits = np.count_nonzero(log_p.argmax(axis=1) == Y.argmax(axis=1))
    delta = (np.exp(log_p) - Y) * (descent.learning_rate / len(X))
    shrink = 1 - descent.learning_rate * descent.l2
    for l in reversed(range(len(weights))):
        W, error = weights[l], delta
        if l:
            delta = _activations.backward(
                descent.activation, error @ W.T, Z[l - 1]
            )
        for rows in _small_products.blocks(W, len(X)):
            part = W[rows]
            if descent.l2:
                cost += descent.l2 / 2 * float(np.vdot(part, part))
                part *= shrink
            part -= A[l].T[rows] @ error
        biases[l] -= error.sum(axis=0)
    return cost, int(hits)


def net_inputs(
    X: np.ndarray, layers: Layers, activation: str
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return Z of each layer and what came into it."""
    Z: list[np.ndarray] = []
    A = [X]
    for W, b in zip(*layers, strict=True):
        if Z:
            A.append(_activations.forward(activation, Z[-1]))
        Z.append(_small_products.product(A[-1], W))
        Z[-1] += b
    return Z, A


def log_softmax(Z: np.ndarray) -> np.ndarray:
    """Return the logarithms of the probabilities of the classes."""
    log_p = Z - Z.max(axis=1, keepdims=True)
    log_p -= np.log(np.exp(log_p).sum(axis=1, keepdims=True))
    return log_p
