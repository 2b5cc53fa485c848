"""Cross-entropy and softmax beside PyTorch."""

from functools import partial

import numpy as np
import torch
import torch.nn.functional as F

from benchmarks.timing import Case, Contender
from reference_impl.neural_networks.categorical_losses import (
    cross_entropy,
    cross_entropy_and_gradients,
)
from reference_impl.neural_networks.output_units import softmax

Arrays = tuple[np.ndarray, ...]

ROWS, CLASSES = 128, 1000  # rows for each of the batch: 4096 in all


def logits(dtype: str, batch: int) -> np.ndarray:
    """Return random logits, the same at every call."""
    rng = np.random.default_rng(0)
    return 3 * rng.standard_normal((ROWS * batch, CLASSES)).astype(dtype)


def softmaxes(dtype: str, batch: int) -> dict[str, Contender]:
    """Return softmax along the last axis."""
    x = logits(dtype, batch)
    tensor = torch.tensor(x)
    return {
        "PyTorch": lambda: (F.softmax(tensor, -1).numpy(),),
        "reference_impl": lambda: (softmax(x),),
    }


def cross_entropies(
    passes: str, dtype: str, batch: int
) -> dict[str, Contender]:
    """Return the mean cross-entropy, with its gradient or without."""
    x = logits(dtype, batch)
    y = np.random.default_rng(1).integers(0, CLASSES, len(x))
    tensor, labels = torch.tensor(x, requires_grad=True), torch.tensor(y)

    def ours_both() -> Arrays:
        loss, gradients = cross_entropy_and_gradients(x, y)
        return loss, gradients.input

    def theirs() -> Arrays:
        with torch.no_grad():
            return (F.cross_entropy(tensor, labels).numpy(),)

    def theirs_both() -> Arrays:
        loss = F.cross_entropy(tensor, labels)
        (gradient,) = torch.autograd.grad(loss, tensor)
        return loss.detach().numpy(), gradient.numpy()

    if passes == "forward":
        return {
            "PyTorch": theirs,
            "reference_impl": lambda: (cross_entropy(x, y),),
        }
    return {"PyTorch": theirs_both, "reference_impl": ours_both}


CASES = [
    Case(
        f"{name} of {ROWS * 32}×{CLASSES} logits",
        passes,
        dtype,
        partial(make, dtype),
        bar,
    )
    for dtype in ("float32", "float64")
    for name, passes, make, bar in (
        ("softmax", "forward", softmaxes, 2.5),
        ("cross_entropy", "forward", partial(cross_entropies, "forward"), 1.5),
        (
            "cross_entropy",
            "forward + backward",
            partial(cross_entropies, "forward + backward"),
            1.2,
        ),
    )
]
