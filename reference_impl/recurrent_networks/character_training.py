"""Training a character language model, in steps that can be left and resumed.

Page: docs/recurrent-networks/character-language-model.md.

Axes: N sequences, T characters of a sequence.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks.optimizers import Adam
from reference_impl.recurrent_networks.character_language_model import (
    CharLMParameters,
    char_lm_loss_and_gradients,
)
from reference_impl.recurrent_networks.character_text import shuffled_batches

__all__ = ["CharLMTrainer", "CharLMStep", "char_lm_train"]

KEPT = ("exp_avg", "exp_avg_sq")  # what Adam keeps of every parameter


class Trainer(Protocol):
    """What trains a model: `CharLMTrainer`, or the same in PyTorch."""

    def step(self, inputs: np.ndarray, targets: np.ndarray) -> float:
        """Learn from a batch; return its loss before that."""


class CharLMTrainer:
    """A model in training: its parameters and the state of Adam.

    Parameters
    ----------
    parameters : CharLMParameters
        Where to start; they are copied.
    lr : float, default 1e-3
        Adam's learning rate.

    Raises
    ------
    ValueError
        If `lr` is out of range.

    References
    ----------
    Kingma and Ba 2015, *Adam*.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import CharLMTrainer, char_lm_init
    >>> trainer = CharLMTrainer(char_lm_init(7, 3, 5, generator=0), lr=0.1)
    >>> x, y = np.array([[6, 2, 1]]), np.array([[2, 1, 0]])
    >>> losses = [trainer.step(x, y) for _ in range(20)]
    >>> losses[0] > 1.5, losses[-1] < 0.1
    (True, True)
    """

    def __init__(self, parameters: CharLMParameters, lr: float = 1e-3) -> None:
        self._arrays = {
            name: np.array(array)
            for name, array in parameters._asdict().items()
        }
        self._adam = Adam(self._arrays, lr=lr)

    @property
    def parameters(self) -> CharLMParameters:
        """The parameters as they are now; the next step changes them."""
        return CharLMParameters(**self._arrays)

    def step(self, inputs: np.ndarray, targets: np.ndarray) -> float:
        """Learn from a batch; return its loss before that.

        Parameters
        ----------
        inputs, targets : ndarray of shape (N, T), integer

        Returns
        -------
        float
            The mean cross-entropy, in nats a character.
        """
        loss, gradients = char_lm_loss_and_gradients(
            self.parameters, inputs, targets
        )
        self._adam.step(gradients._asdict())
        return loss

    def arrays(self) -> dict[str, np.ndarray]:
        """Return a copy of all that the next step depends on, by name."""
        state = self._adam.state_dict()["state"]
        kept = {
            f"{name}.{key}": state[k][key]
            for k, name in enumerate(self._arrays)
            for key in (KEPT if state else ())
        }
        steps = state[0]["step"] if state else 0
        copies = {name: a.copy() for name, a in self._arrays.items()}
        return {**copies, **kept, "step": np.array(steps)}

    def load(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Go on from what `arrays` returned, of this trainer or PyTorch's.

        Parameters
        ----------
        arrays : mapping of str to ndarray

        Raises
        ------
        TypeError
            If an array has another dtype.
        ValueError
            If an array is missing or a shape does not fit.
        """
        step = check_arrays(arrays, self._arrays)
        for name, array in self._arrays.items():
            array[...] = arrays[name]
        state = self._adam.state_dict()
        state["state"] = {
            k: {"step": step, **{key: arrays[f"{name}.{key}"] for key in KEPT}}
            for k, name in enumerate(self._arrays)
            if step
        }
        self._adam.load_state_dict(state)


class CharLMStep(NamedTuple):
    """A step of training that was taken."""

    step: int  # from 1
    epoch: int  # from 1
    loss: float  # of the batch, before the step
    ends_epoch: bool


def char_lm_train(
    trainer: Trainer,
    inputs: np.ndarray,
    targets: np.ndarray,
    epochs: int = 20,
    batch_size: int = 64,
    seed: int = 0,
    start: int = 0,
) -> Iterator[CharLMStep]:
    """Train, step by step.

    The order of the sequences depends on `seed` and on the epoch alone. So a
    run that was left after some steps, and goes on from there with `start`,
    takes the very steps of one that never stopped.

    Parameters
    ----------
    trainer : CharLMTrainer
        Or another object with a method ``step(inputs, targets)``.
    inputs, targets : ndarray of shape (N, T), integer
        As `character_sequences` cuts them.
    epochs : int, default 20
        How often to go through all sequences.
    batch_size : int, default 64
    seed : int, default 0
        Of the order.
    start : int, default 0
        The steps that the trainer has already taken.

    Yields
    ------
    CharLMStep
        After each step.

    Raises
    ------
    TypeError
        If a number is no int.
    ValueError
        If there is no sequence or a number is out of range.

    Examples
    --------
    >>> from reference_impl import *
    >>> text = "a rose is a rose is a rose. " * 4
    >>> vocabulary = character_vocabulary(text)
    >>> ids = encode_characters(text, vocabulary)
    >>> trainer = CharLMTrainer(char_lm_init(len(vocabulary), 4, 16, 0), 0.05)
    >>> steps = list(char_lm_train(trainer, *character_sequences(ids, 6), 30))
    >>> len(steps), steps[-1].loss < steps[0].loss / 5
    (30, True)
    """
    count = _checks.integer("epochs", epochs, 0)
    size = _checks.integer("batch_size", batch_size, 1)
    done = _checks.integer("start", start, 0)
    _checks.integer("seed", seed, 0)
    if len(inputs) == 0:
        raise ValueError(
            f"inputs must hold a sequence, got inputs.shape={np.shape(inputs)}"
        )
    per_epoch = -(-len(inputs) // size)
    for epoch in range(done // per_epoch, count):
        batches = shuffled_batches(inputs, targets, size, [seed, epoch])
        for k, (x, y) in enumerate(batches, start=1):
            step = epoch * per_epoch + k
            if step > done:
                loss = trainer.step(x, y)
                yield CharLMStep(step, epoch + 1, loss, k == per_epoch)


def check_arrays(
    arrays: Mapping[str, np.ndarray], like: Mapping[str, np.ndarray]
) -> int:
    """Raise unless `arrays` is a state of these parameters; return its step."""
    step = int(arrays["step"]) if "step" in arrays else -1
    ends = ("", *(f".{key}" for key in KEPT if step))
    wanted = {
        f"{name}{end}": value for name, value in like.items() for end in ends
    }
    missing = sorted(wanted.keys() - arrays.keys())
    if step < 0 or missing:
        raise ValueError(
            "arrays must hold a step and every parameter with what Adam "
            f"keeps of it, got step={step}, missing={missing}"
        )
    for name, value in wanted.items():
        array = _checks.floating_like(name, arrays[name], "parameters", value)
        _checks.shape(name, array, value.shape)
    return step
