"""One recurrent network, wired in four ways between input and output.

Page: docs/recurrent-networks/sequence-architectures.md.

Axes: T steps read, S steps written, B batch, I inputs, O outputs.
"""

import numpy as np

from reference_impl import _checks
from reference_impl.recurrent_networks.sequence_model import (
    Lengths,
    SequenceModel,
    SequenceModelGradients,
    gradients,
    outputs,
    run,
)

__all__ = [
    "many_to_one",
    "many_to_one_backward",
    "one_to_many",
    "one_to_many_backward",
    "many_to_many",
    "many_to_many_backward",
    "many_to_many_delayed",
    "many_to_many_delayed_backward",
]


def many_to_one(
    input: np.ndarray, model: SequenceModel, *, lengths: Lengths = None
) -> np.ndarray:
    """Read a sequence, and give one output from the last state.

    Parameters
    ----------
    input : ndarray of shape (T, B, I), floating
    model : SequenceModel
        Arrays of the dtype of `input`.
    lengths : sequence of B ints in 1..T, optional
        The steps that each sequence has.

    Returns
    -------
    ndarray of shape (B, O), dtype of `input`
        W_ho h_T + b_o.

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ.
    ValueError
        If shapes or `lengths` do not fit, or there is no step.

    References
    ----------
    Raschka and Mirjalili 2019, *Python Machine Learning*, chapter 16.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SequenceModel, many_to_one
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> model = SequenceModel(one, 2 * one, zero, zero, 3 * one, zero + 1)
    >>> x = np.array([[[1.0]], [[0.0]]])
    >>> many_to_one(x, model).round(4)  # 3*tanh(2*tanh(1)) + 1
    array([[3.7278]])
    """
    x = _input(input, "T", "B", "I")
    return outputs(run(x, model, lengths)[1][0], model)


def many_to_one_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    model: SequenceModel,
    *,
    lengths: Lengths = None,
) -> SequenceModelGradients:
    """Return the gradients of `many_to_one`.

    Parameters
    ----------
    grad_output : ndarray of shape (B, O), dtype of `input`
    input, model, lengths
        As given to `many_to_one`.

    Returns
    -------
    SequenceModelGradients
        A named tuple (input, model), the latter a `SequenceModel` of
        gradients.

    Raises
    ------
    TypeError, ValueError
        As `many_to_one`; `grad_output` has the output's shape and dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SequenceModel, many_to_one_backward
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> model = SequenceModel(one, 2 * one, zero, zero, 3 * one, zero)
    >>> many_to_one_backward(one, np.zeros((3, 1, 1)), model).input.ravel()
    array([12.,  6.,  3.])
    """
    x = _input(input, "T", "B", "I")
    return gradients(grad_output, x, model, None, lengths)


def one_to_many(
    input: np.ndarray, model: SequenceModel, steps: int
) -> np.ndarray:
    """Read one vector at the first step, and give an output at every step.

    Later steps read zeros: what the vector said is in the state alone.

    Parameters
    ----------
    input : ndarray of shape (B, I), floating
    model : SequenceModel
        Arrays of the dtype of `input`.
    steps : int
        S, at least 1.

    Returns
    -------
    ndarray of shape (S, B, O), dtype of `input`

    Raises
    ------
    TypeError
        If an array is not floating, the dtypes differ or `steps` is no int.
    ValueError
        If shapes do not fit or `steps` is less than 1.

    References
    ----------
    Raschka and Mirjalili 2019, *Python Machine Learning*, chapter 16.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SequenceModel, one_to_many
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> model = SequenceModel(one, 2 * one, zero, zero, one, zero)
    >>> one_to_many(np.array([[1.0]]), model, steps=3).ravel().round(4)
    array([0.7616, 0.9093, 0.9487])
    """
    x = _padded(_input(input, "B", "I")[None], steps, 1)
    return outputs(run(x, model)[0], model)


def one_to_many_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    model: SequenceModel,
    steps: int,
) -> SequenceModelGradients:
    """Return the gradients of `one_to_many`.

    Parameters
    ----------
    grad_output : ndarray of shape (S, B, O), dtype of `input`
    input, model, steps
        As given to `one_to_many`.

    Returns
    -------
    SequenceModelGradients

    Raises
    ------
    TypeError, ValueError
        As `one_to_many`; `grad_output` has the output's shape and dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SequenceModel, one_to_many_backward
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> model = SequenceModel(one, 2 * one, zero, zero, one, zero)
    >>> g = np.ones((3, 1, 1))
    >>> one_to_many_backward(g, 0 * one, model, steps=3).input
    array([[7.]])
    """
    x = _padded(_input(input, "B", "I")[None], steps, 1)
    grads = gradients(grad_output, x, model, slice(None))
    return SequenceModelGradients(grads.input[0], grads.model)


def many_to_many(
    input: np.ndarray, model: SequenceModel, *, lengths: Lengths = None
) -> np.ndarray:
    """Give an output at every step that is read.

    Parameters
    ----------
    input, model, lengths
        As in `many_to_one`.

    Returns
    -------
    ndarray of shape (T, B, O), dtype of `input`
        W_ho h_t + b_o; after the end of a sequence b_o.

    Raises
    ------
    TypeError, ValueError
        As `many_to_one`.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 10.10.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SequenceModel, many_to_many
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> model = SequenceModel(one, 2 * one, zero, zero, one, zero)
    >>> x = np.array([[[1.0]], [[0.0]], [[0.0]]])
    >>> many_to_many(x, model).ravel().round(4)
    array([0.7616, 0.9093, 0.9487])
    """
    x = _input(input, "T", "B", "I")
    return outputs(run(x, model, lengths)[0], model)


def many_to_many_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    model: SequenceModel,
    *,
    lengths: Lengths = None,
) -> SequenceModelGradients:
    """Return the gradients of `many_to_many`.

    Parameters
    ----------
    grad_output : ndarray of shape (T, B, O), dtype of `input`
    input, model, lengths
        As given to `many_to_many`.

    Returns
    -------
    SequenceModelGradients

    Raises
    ------
    TypeError, ValueError
        As `many_to_many`; `grad_output` has the output's shape and dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SequenceModel, many_to_many_backward
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> model = SequenceModel(one, 2 * one, zero, zero, one, zero)
    >>> x = np.zeros((3, 1, 1))
    >>> many_to_many_backward(np.ones((3, 1, 1)), x, model).input.ravel()
    array([7., 3., 1.])
    """
    x = _input(input, "T", "B", "I")
    return gradients(grad_output, x, model, slice(None), lengths)


def many_to_many_delayed(
    input: np.ndarray, model: SequenceModel, steps: int
) -> np.ndarray:
    """Read the whole sequence first, then give outputs.

    While it writes, the network reads zeros.

    Parameters
    ----------
    input : ndarray of shape (T, B, I), floating
    model : SequenceModel
        Arrays of the dtype of `input`.
    steps : int
        S, at least 1.

    Returns
    -------
    ndarray of shape (S, B, O), dtype of `input`
        W_ho h_t + b_o of the steps t = T + 1..T + S.

    Raises
    ------
    TypeError, ValueError
        As `one_to_many`.

    References
    ----------
    Raschka and Mirjalili 2019, *Python Machine Learning*, chapter 16.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SequenceModel, many_to_many_delayed
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> model = SequenceModel(one, 2 * one, zero, zero, one, zero)
    >>> x = np.array([[[1.0]]])
    >>> many_to_many_delayed(x, model, steps=2).ravel().round(4)
    array([0.9093, 0.9487])
    """
    x = _input(input, "T", "B", "I")
    h = run(_padded(x, steps, 0), model)[0]
    return outputs(h[len(x) :], model)


def many_to_many_delayed_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    model: SequenceModel,
    steps: int,
) -> SequenceModelGradients:
    """Return the gradients of `many_to_many_delayed`.

    Parameters
    ----------
    grad_output : ndarray of shape (S, B, O), dtype of `input`
    input, model, steps
        As given to `many_to_many_delayed`.

    Returns
    -------
    SequenceModelGradients

    Raises
    ------
    TypeError, ValueError
        As `many_to_many_delayed`; `grad_output` has the output's shape and
        dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SequenceModel, many_to_many_delayed_backward
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> model = SequenceModel(one, 2 * one, zero, zero, one, zero)
    >>> x, g = np.zeros((2, 1, 1)), np.ones((1, 1, 1))
    >>> many_to_many_delayed_backward(g, x, model, steps=1).input.ravel()
    array([4., 2.])
    """
    x = _input(input, "T", "B", "I")
    T = len(x)
    grads = gradients(grad_output, _padded(x, steps, 0), model, slice(T, None))
    return SequenceModelGradients(grads.input[:T], grads.model)


def _input(input: np.ndarray, *letters: str) -> np.ndarray:
    """Return the checked input."""
    x = _checks.floating("input", input)
    _checks.shape("input", x, letters)
    return x


def _padded(x: np.ndarray, steps: int, within: int) -> np.ndarray:
    """Return `x` with zeros after it; `within` of `steps` are there already."""
    more = _checks.integer("steps", steps, 1) - within
    return np.concatenate([x, np.zeros((more, *x.shape[1:]), x.dtype)])
