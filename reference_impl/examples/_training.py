"""The way in which several commands train."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from reference_impl.neural_networks import Adam, clip_grad_norm_


def descend(
    parameters: Sequence[np.ndarray],
    learning_rate: float,
    updates: int,
    gradients: Callable[[], tuple[float, Sequence[np.ndarray]]],
) -> Iterator[float]:
    """Let Adam go down the loss, in place; yield the loss of each update.

    `gradients` returns the loss of new examples, and its gradients. These are
    clipped to the norm 1; the learning rate falls over the last quarter.
    """
    optimizer = Adam(parameters, lr=learning_rate)
    for update in range(updates):
        left = 1 - update / updates
        optimizer.options["lr"] = learning_rate * min(1.0, 4 * left)
        loss, grads = gradients()
        clip_grad_norm_(grads, 1.0)
        optimizer.step(grads)
        yield loss


def watch(losses: Iterator[float], name: str, updates: int) -> None:
    """Train to the end, behind a progress bar that tells the loss."""
    from tqdm import tqdm

    with tqdm(losses, name, updates) as bar:
        for loss in bar:
            bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
