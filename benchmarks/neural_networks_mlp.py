"""Training a perceptron, and the two graph engines, beside their peers."""

import copy
from functools import partial
from importlib import import_module
from itertools import pairwise
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from benchmarks.timing import Case, Contender
from reference_impl.neural_networks.backpropagation import grad
from reference_impl.neural_networks.backpropagation_operations import apply
from reference_impl.neural_networks.backpropagation_scalars import (
    forward_propagation,
    simplified_backprop,
)
from reference_impl.neural_networks.backpropagation_variables import Variable
from reference_impl.neural_networks.hidden_units import relu
from reference_impl.neural_networks.neural_net_mlp import NeuralNetMLP
from reference_impl.neural_networks.output_units import log_softmax

try:
    Value = import_module("micrograd.engine").Value
except ImportError:
    Value = None

Arrays = tuple[np.ndarray, ...]

MINIBATCH = 100
SVM_SIZES = [2, 16, 16, 1]  # of micrograd's demonstration
POINTS = 100


def epoch(dtype: str, batch: int) -> dict[str, Contender]:
    """Return one epoch of 784-100-10, `batch` mini-batches of 100."""
    rng = np.random.default_rng(0)
    X = rng.random((MINIBATCH * batch, 784)).astype(dtype)
    y = rng.integers(0, 10, len(X))
    model = NeuralNetMLP(
        (100,), minibatch_size=MINIBATCH, epochs=1, random_state=0
    )
    model.fit(X, y)
    start = copy.deepcopy(vars(model))
    order = torch.tensor(copy.deepcopy(model._rng).permutation(len(X)))
    inputs, target = torch.tensor(X), torch.tensor(y)

    def ours() -> Arrays:
        vars(model).update(copy.deepcopy(start))
        model.partial_fit(X, y)
        return (*model.weights_, *model.biases_)

    def theirs() -> Arrays:
        first, last = torch.nn.Linear(784, 100), torch.nn.Linear(100, 10)
        layers = (first, last)
        for layer, W, b in zip(
            layers, start["weights_"], start["biases_"], strict=True
        ):
            layer.weight = torch.nn.Parameter(torch.tensor(W.T.copy()))
            layer.bias = torch.nn.Parameter(torch.tensor(b))
        groups: list[dict[str, Any]] = [
            {"params": [l.weight for l in layers], "weight_decay": model.l2},
            {"params": [l.bias for l in layers]},
        ]
        optimizer = torch.optim.SGD(groups, lr=model.learning_rate)
        for rows in order.split(MINIBATCH):
            z = last(F.relu(first(inputs[rows])))
            optimizer.zero_grad()
            F.cross_entropy(z, target[rows]).backward()
            optimizer.step()
        return (
            *(l.weight.detach().numpy().T for l in layers),
            *(l.bias.detach().numpy() for l in layers),
        )

    return {"PyTorch": theirs, "reference_impl": ours}


def parameters(sizes: list[int], dtype: str) -> list[np.ndarray]:
    """Return the weights (m, d), then the biases (d,), of all layers."""
    rng = np.random.default_rng(0)
    pairs = list(pairwise(sizes))
    weights = [rng.uniform(-1, 1, pair) / pair[0] ** 0.5 for pair in pairs]
    biases = [rng.uniform(-1, 1, d) for _, d in pairs]
    return [p.astype(dtype) for p in weights + biases]


def svm_data(dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Return points of the plane, and on which side they are, -1 or 1."""
    X = np.random.default_rng(1).uniform(-1, 1, (POINTS, 2))
    y = np.where(X[:, :1] * X[:, 1:] > 0, 1.0, -1.0)
    return X.astype(dtype), y.astype(dtype)


def layers(x: Any, params: Any, activation: Any) -> Any:
    """Return the network's output; the last layer is linear."""
    half = len(params) // 2
    for l, (W, b) in enumerate(zip(params[:half], params[half:], strict=True)):
        x = x @ W + b
        if l < half - 1:
            x = activation(x)
    return x


def svm(x: Any, y: Any, params: Any, activation: Any) -> Any:
    """Return the hinge loss with an L2 penalty."""
    loss = activation(1 - layers(x, params, activation) * y).mean()
    half = len(params) // 2
    return loss + 1e-4 * sum((W * W).sum() for W in params[:half])


def arrays_svm(dtype: str, batch: int) -> dict[str, Contender]:
    """Return loss and gradients of micrograd's demonstration, on arrays."""
    X, y = svm_data(dtype)
    params = parameters(SVM_SIZES, dtype)
    inputs, signs = torch.tensor(X), torch.tensor(y)
    tensors = [torch.tensor(p, requires_grad=True) for p in params]

    def ours() -> Arrays:
        nodes = [Variable(p) for p in params]
        z = svm(Variable(X), y, nodes, partial(apply, relu))
        return z.value, *(g.value for g in grad(z, nodes))

    def theirs() -> Arrays:
        z = svm(inputs, signs, tensors, torch.relu)
        grads = torch.autograd.grad(z, tensors)
        return z.detach().numpy(), *(g.numpy() for g in grads)

    return {"PyTorch": theirs, "reference_impl": ours}


def arrays_digits(dtype: str, batch: int) -> dict[str, Contender]:
    """Return cross-entropy and gradients of 784-100-10 on 100 images."""
    rng = np.random.default_rng(0)
    X = rng.random((MINIBATCH, 784)).astype(dtype)
    y = rng.integers(0, 10, MINIBATCH)
    params = parameters([784, 100, 10], dtype)
    inputs, target = torch.tensor(X), torch.tensor(y)
    tensors = [torch.tensor(p, requires_grad=True) for p in params]
    rows = np.arange(MINIBATCH)

    def ours() -> Arrays:
        nodes = [Variable(p) for p in params]
        z = layers(Variable(X), nodes, partial(apply, relu))
        loss = -apply(log_softmax, z)[rows, y].mean()
        return loss.value, *(g.value for g in grad(loss, nodes))

    def theirs() -> Arrays:
        loss = F.cross_entropy(layers(inputs, tensors, torch.relu), target)
        grads = torch.autograd.grad(loss, tensors)
        return loss.detach().numpy(), *(g.numpy() for g in grads)

    return {"PyTorch": theirs, "reference_impl": ours}


def scalar_svm(flat: list[Any], X: Any, y: Any) -> Any:
    """Return the loss of `svm` in numbers; `flat` are all the parameters."""
    values = iter(flat)
    pairs = list(pairwise(SVM_SIZES))
    weights = [
        [[next(values) for _ in range(d)] for _ in range(m)] for m, d in pairs
    ]
    biases = [[next(values) for _ in range(d)] for _, d in pairs]
    loss = 0.0
    for x, sign in zip(X, y, strict=True):
        for l, (W, b) in enumerate(zip(weights, biases, strict=True)):
            columns = zip(*W, strict=True)
            x = [
                sum((w * a for w, a in zip(column, x, strict=True)), start)
                for column, start in zip(columns, b, strict=True)
            ]
            if l < len(weights) - 1:
                x = [a.relu() for a in x]
        loss = loss + (x[0] * -sign + 1).relu()
    penalty = sum(w * w for W in weights for row in W for w in row)
    return loss * (1 / POINTS) + penalty * 1e-4


def scalars_svm(dtype: str, batch: int) -> dict[str, Contender]:
    """Return micrograd's demonstration, one node a number."""
    points, signs = svm_data(dtype)
    X, y = points.tolist(), signs[:, 0].tolist()
    params = parameters(SVM_SIZES, dtype)
    flat = [float(v) for p in params for v in p.ravel()]

    def ours() -> Arrays:
        u_n = forward_propagation(lambda u: scalar_svm(u, X, y), flat)
        grads = simplified_backprop(u_n)[: len(flat)]
        return np.asarray(u_n.value), np.asarray(grads)

    def theirs() -> Arrays:
        leaves = [torch.tensor(v, dtype=torch.float64) for v in flat]
        for leaf in leaves:
            leaf.requires_grad_()
        z = scalar_svm(leaves, X, y)
        z.backward()
        return z.detach().numpy(), np.asarray([leaf.grad for leaf in leaves])

    def micrograd() -> Arrays:
        leaves = [Value(v) for v in flat]
        z = scalar_svm(leaves, X, y)
        z.backward()
        return np.asarray(z.data), np.asarray([leaf.grad for leaf in leaves])

    runs = {"PyTorch": theirs, "reference_impl": ours}
    return runs if Value is None else runs | {"micrograd": micrograd}


BOTH = "forward and backward"
CASES = [
    *(
        Case(
            "NeuralNetMLP 784-100-10",
            "an epoch",
            dtype,
            partial(epoch, dtype),
            0.75,
        )
        for dtype in ("float32", "float64")
    ),
    *(
        Case(
            f"graph of arrays, {name}", BOTH, dtype, partial(make, dtype), 1.3
        )
        for name, make in (
            ("2-16-16-1", arrays_svm),
            ("784-100-10", arrays_digits),
        )
        for dtype in ("float32", "float64")
    ),
    Case(
        "graph of numbers, 2-16-16-1",
        BOTH,
        "float64",
        partial(scalars_svm, "float64"),
    ),
]
