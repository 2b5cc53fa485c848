"""Negative log-likelihood of the categorical distribution: cross-entropy.

Page: docs/neural-networks/output-units.md.

Axes: N batch, C classes, and further axes after C (such as H, W), each cell
of which is a sample of its own. R rows: all samples, one row of C each.
"""

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _reduction, _samples, _softmax
from reference_impl.neural_networks._reduction import LossGradients
from reference_impl.neural_networks._samples import Samples

__all__ = [
    "nll_loss",
    "nll_loss_backward",
    "cross_entropy",
    "cross_entropy_definition",
    "cross_entropy_backward",
    "cross_entropy_and_gradients",
]


def nll_loss(
    input: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> np.ndarray:
    """Return -weight[y] * x[y], x holding log-probabilities.

    Parameters
    ----------
    input : ndarray of shape (N, C), (C,) or (N, C, ...), floating
        Logarithms of the predicted probabilities.
    target : ndarray of shape (N,), () or (N, ...), integer
        The true class y of each sample.
    weight : ndarray of shape (C,), optional
        Factor of each class; a constant without gradient. A factor of 0
        makes the loss 0, also of an impossible class (in PyTorch NaN).
    ignore_index : int, default -100
        Samples of this class have no loss.
    reduction : {"none", "mean", "sum"}, default "mean"
        The mean divides by the sum of weight[y] over the samples counted.

    Returns
    -------
    ndarray of the shape of `target`, or a scalar of the dtype of `input`

    Raises
    ------
    TypeError
        If `input` is not floating or `target` not integer, or `weight` has
        not the dtype of `input`.
    ValueError
        If a shape does not fit, a class is neither in [0, C) nor ignored,
        `reduction` is none of the three, or the mean of no samples is asked
        for.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 6.12.
    PyTorch, ``torch.nn.functional.nll_loss``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import nll_loss
    >>> log_p = np.log([[0.25, 0.75], [0.5, 0.5]])
    >>> nll_loss(log_p, np.array([1, 0]), reduction="none").round(4)
    array([0.2877, 0.6931])
    """
    s = _samples.of_classes(input, target, weight, ignore_index)
    picked = s.rows[np.arange(len(s.rows)), s.classes]
    losses = s.factors * np.where(s.factors == 0, 0, -picked)
    return _reduction.reduce(losses.reshape(s.shape), reduction, s.divisor)


def nll_loss_backward(
    grad_output: np.ndarray | float,
    input: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> LossGradients:
    """Return dL/dinput of `nll_loss`: -weight[y] at the class y, 0 else."""
    s = _samples.of_classes(input, target, weight, ignore_index)
    g = _row_gradients(grad_output, s, reduction)
    grad = np.zeros(s.rows.shape, s.rows.dtype)
    grad[np.arange(len(grad)), s.classes] = -g * s.factors
    return LossGradients(_samples.from_rows(grad, input), None)


def cross_entropy_definition(
    input: np.ndarray, target: np.ndarray
) -> np.ndarray:
    """Evaluate -log(exp(x_y) / sum over j of exp(x_j)), one loss a row.

    `input` has shape (N, C) and `target` shape (N,).
    """
    losses = np.empty(len(input), np.asarray(input).dtype)
    for n, (x, y) in enumerate(zip(input, target, strict=True)):
        losses[n] = -np.log(np.exp(x[y]) / sum(np.exp(x_j) for x_j in x))
    return losses


def cross_entropy(
    input: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> np.ndarray:
    """Return the negative log-likelihood of the true class under softmax.

    Parameters
    ----------
    input : ndarray of shape (N, C), (C,) or (N, C, ...), floating
        The logits.
    target : ndarray of shape (N,), () or (N, ...), integer; or of the shape \
and dtype of `input`
        The true class of each sample; or the probability of every class.
    weight : ndarray of shape (C,), optional
        Factor of each class; a constant without gradient. A factor of 0
        makes the loss 0, also of an impossible class (in PyTorch NaN).
    ignore_index : int, default -100
        Samples of this class have no loss.
    reduction : {"none", "mean", "sum"}, default "mean"
        The mean divides by the sum of weight[y] over the samples counted;
        with probabilities, by the number of samples.
    label_smoothing : float, default 0
        The part of the true distribution that is spread evenly over all
        classes; in [0, 1].

    Returns
    -------
    ndarray of shape (N,), () or (N, ...), or a scalar; dtype of `input`

    Raises
    ------
    TypeError
        If `input` is not floating, `target` is neither floating nor integer,
        or a dtype differs.
    ValueError
        If a shape does not fit, a class is neither in [0, C) nor ignored, a
        probability is negative, `label_smoothing` is not in [0, 1],
        `ignore_index` is given with probabilities, `reduction` is none of
        the three, or the mean of no samples is asked for.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equations 6.12
    and 6.30. Szegedy et al. 2016, *Rethinking the Inception architecture*,
    section 7: label smoothing. PyTorch,
    ``torch.nn.functional.cross_entropy``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import cross_entropy
    >>> logits = np.array([[0.0, 0.0], [1e4, 0.0]])
    >>> cross_entropy(logits, np.array([1, 1]), reduction="none").round(2)
    array([6.9e-01, 1.0e+04])
    """
    s = _samples.of_either(
        input, target, weight, ignore_index, label_smoothing
    )
    losses = np.empty(len(s.rows), s.rows.dtype)
    for block in _softmax.blocks(s.rows):
        e = np.empty_like(s.rows[block])
        _, m, rest = _softmax.exponentials(s.rows[block], out=e)
        losses[block] = _row_losses(s, block, m, np.log1p(rest))
    return _reduction.reduce(losses.reshape(s.shape), reduction, s.divisor)


def cross_entropy_backward(
    grad_output: np.ndarray | float,
    input: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> LossGradients:
    """Return dL/dinput of `cross_entropy`, and dL/dtarget of probabilities.

    dL/dinput is softmax(x) minus the true distribution; it does not vanish
    where the unit is confidently wrong. The entry of the largest logit is
    found from the sum of the others, so that it is exact where its
    probability rounds to 1.
    """
    s = _samples.of_either(
        input, target, weight, ignore_index, label_smoothing
    )
    g = _row_gradients(grad_output, s, reduction)
    return _gradients(s, g, input, label_smoothing)[1]


def cross_entropy_and_gradients(
    input: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> tuple[np.ndarray, LossGradients]:
    """Return `cross_entropy` and its gradients, from one set of exponentials.

    The gradients are those of `cross_entropy_backward` for a `grad_output`
    of ones. To call this instead of both saves half of the work.

    Parameters
    ----------
    input, target, weight, ignore_index, reduction, label_smoothing
        The arguments of `cross_entropy`.

    Returns
    -------
    loss : ndarray of the shape of the losses, or a scalar
    gradients : LossGradients

    Raises
    ------
    TypeError
        As `cross_entropy`.
    ValueError
        As `cross_entropy`.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import cross_entropy_and_gradients
    >>> logits, labels = np.zeros((1, 4)), np.array([2])
    >>> loss, gradients = cross_entropy_and_gradients(logits, labels)
    >>> gradients.input
    array([[ 0.25,  0.25, -0.75,  0.25]])
    """
    s = _samples.of_either(
        input, target, weight, ignore_index, label_smoothing
    )
    _checks.one_of("reduction", reduction, _reduction.REDUCTIONS)
    ones = np.ones(s.shape if reduction == "none" else (), s.rows.dtype)
    g = _row_gradients(ones, s, reduction)
    losses, gradients = _gradients(s, g, input, label_smoothing)
    loss = _reduction.reduce(losses.reshape(s.shape), reduction, s.divisor)
    return loss, gradients


def _gradients(
    s: Samples, g: np.ndarray, input: np.ndarray, label_smoothing: float
) -> tuple[np.ndarray, LossGradients]:
    """Return the loss of each row, and the gradients where dL/dloss is `g`."""
    losses = np.empty(len(s.rows), s.rows.dtype)
    grad = np.empty(s.rows.shape, s.rows.dtype)
    for block in _softmax.blocks(s.rows):
        top, m, rest = _softmax.exponentials(s.rows[block], out=grad[block])
        losses[block] = _row_losses(s, block, m, np.log1p(rest))
        if s.distribution is None:
            scale = g[block] * s.factors[block]
            _sparse_slope(s.classes[block], scale, top, rest, grad[block])
        else:
            truth = s.distribution[block]
            _dense_slope(truth, g[block], top, rest, grad[block])
    to_target = _to_target(g, s, input, label_smoothing)
    return losses, LossGradients(_samples.from_rows(grad, input), to_target)


def _row_losses(
    s: Samples, block: slice, m: np.ndarray, log_rest: np.ndarray
) -> np.ndarray:
    """Return the loss of each row of a block; -log p is m - x + log_rest."""
    rows = s.rows[block]
    if s.distribution is None:
        picked = rows[np.arange(len(rows)), s.classes[block]]
        surprise = log_rest - _softmax.subtract(picked[:, None], m)[:, 0]
        return s.factors[block] * np.where(s.factors[block] == 0, 0, surprise)
    truth = s.distribution[block]
    surprise = log_rest[:, None] - _softmax.subtract(rows, m)
    return (truth * np.where(truth == 0, 0, surprise)).sum(axis=1)


def _sparse_slope(
    classes: np.ndarray,
    scale: np.ndarray,
    top: np.ndarray,
    rest: np.ndarray,
    e: np.ndarray,
) -> None:
    """Turn exp(x - m) of a block into dL/dinput, in place.

    1 - p of the class `top` is rest / (1 + rest), to the last digit.
    """
    n, total = np.arange(len(e)), 1 + rest
    missing = np.where(classes == top, rest, total - e[n, classes])
    e *= (scale / total)[:, None]
    e[n, classes] = -scale / total * missing


def _dense_slope(
    truth: np.ndarray,
    scale: np.ndarray,
    top: np.ndarray,
    rest: np.ndarray,
    e: np.ndarray,
) -> None:
    """Do the same where every class has its share of the truth."""
    n, weight = np.arange(len(e)), truth.sum(axis=1)
    at_top = weight - truth[n, top] - weight * rest / (1 + rest)
    e *= (weight / (1 + rest))[:, None]
    e -= truth
    e[n, top] = at_top
    e *= scale[:, None]


def _to_target(
    g: np.ndarray, s: Samples, input: np.ndarray, label_smoothing: float
) -> np.ndarray | None:
    """Return dL/dtarget where the target holds probabilities."""
    if not s.probabilistic:
        return None
    surprise = -_softmax.log_softmax(s.rows, -1)
    kept = 1 - float(label_smoothing)  # NumPy's would have a say in the dtype
    slope = g[:, None] * kept * s.weight * surprise
    return _samples.from_rows(slope, input)


def _row_gradients(
    grad_output: np.ndarray | float, s: Samples, reduction: str
) -> np.ndarray:
    """Return dL/dloss of each row, shape (R,)."""
    g = _reduction.spread(
        grad_output, s.shape, s.rows.dtype, reduction, s.divisor
    )
    return np.broadcast_to(g, s.shape).reshape(-1)
