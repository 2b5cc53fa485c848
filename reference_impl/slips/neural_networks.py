"""Slips in the functions of the chapter on neural networks."""

from typing import Any

import numpy as np

from reference_impl.neural_networks.bernoulli_losses import (
    binary_cross_entropy_with_logits,
)
from reference_impl.neural_networks.categorical_losses import (
    cross_entropy,
)
from reference_impl.neural_networks.divergences import (
    kl_div,
)
from reference_impl.neural_networks.loss_functions import (
    huber_loss,
    smooth_l1_loss,
)
from reference_impl.neural_networks.output_units import (
    log_softmax,
    sigmoid,
    softmax,
)
from reference_impl.neural_networks.returns_and_advantages import (
    discounted_returns,
    gae,
)
from reference_impl.neural_networks.scaled_attention import (
    scaled_dot_product_attention,
)
from reference_impl.neural_networks.smooth_activations import (
    gelu,
)
from reference_impl.slips.slip import Slip

__all__ = ["SLIPS"]

Array = np.ndarray


def softmax_variant(kind: str) -> Any:
    """Return a softmax with one thing changed."""

    def wrong(x: Array, dim: int = -1) -> Array:
        if kind == "other axis":
            return softmax(x, 0 if dim % x.ndim else -1)
        e = np.exp(x)
        if kind == "whole":
            return e / e.sum()
        if kind == "base":
            return 2.0**x / (2.0**x).sum(dim, keepdims=True)
        return np.abs(x) / np.abs(x).sum(dim, keepdims=True)

    return wrong


def cross_entropy_variant(kind: str) -> Any:
    """Return a cross-entropy with one thing changed."""

    def wrong(
        z: Array,
        y: Array,
        weight: Array | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> Any:
        if kind == "counted":
            ignore_index = -100
        if kind == "not smoothed":
            label_smoothing = 0.0
        if kind == "probabilities":
            z = softmax(z)
        if kind == "smoothed twice":
            label_smoothing = label_smoothing * len(z.T) / (len(z.T) - 1)
        if kind == "sum" and reduction == "mean":
            reduction = "sum"
        given = (z, y, weight, ignore_index, reduction, label_smoothing)
        loss = cross_entropy(*given)
        if kind == "count" and weight is not None and reduction == "mean":
            return cross_entropy(*given[:4], "sum", label_smoothing) / len(y)
        return loss / np.log(2) if kind == "bits" else loss

    return wrong


def batch_norm_variant(kind: str) -> Any:
    """Return a batch norm with one thing changed."""

    def wrong(
        x: Array,
        mean: Array,
        var: Array,
        weight: Array | None = None,
        bias: Array | None = None,
        training: bool = False,
        momentum: float = 0.1,
        eps: float = 1e-5,
    ) -> Array:
        axes = (0, *range(2, x.ndim))
        own = (1, -1, *(1,) * (x.ndim - 2))
        m, v = mean, var
        if training:
            over = 0 if kind == "each place" else axes
            m = x.mean(over, keepdims=True)
            v = x.var(over, keepdims=True, ddof=int(kind == "unbiased"))
            n = x.size // x.shape[1]
            unbiased = x.var(axes) * n / (n - 1)
            kept = x.var(axes) if kind == "biased kept" else unbiased
            share = 1 - momentum if kind == "momentum" else momentum
            if kind != "not kept":
                mean += share * (x.mean(axes) - mean)
                var += share * (kept - var)
        else:
            m, v = m.reshape(own), v.reshape(own)
        root = np.sqrt(v) + eps if kind == "eps outside" else np.sqrt(v + eps)
        y = (x - m) / root
        if weight is not None and kind != "no scale":
            y = y * weight.reshape(own)
        return y if bias is None else y + bias.reshape(own)

    return wrong


def layer_norm_variant(kind: str) -> Any:
    """Return a layer norm with one thing changed."""

    def wrong(
        x: Array,
        shape: tuple[int, ...],
        weight: Array | None = None,
        bias: Array | None = None,
        eps: float = 1e-5,
    ) -> Array:
        axes: Any = tuple(range(-len(shape), 0))
        if kind == "batch":
            axes = 0
        if kind == "last axis":
            axes = -1
        m = x.mean(axes, keepdims=True)
        v = x.var(axes, keepdims=True, ddof=int(kind == "unbiased"))
        root = np.sqrt(v) + eps if kind == "eps outside" else np.sqrt(v + eps)
        if kind == "variance":
            root = v + eps
        y = (x - m) / root
        if weight is not None and kind != "no scale":
            y = y * weight
        return y if bias is None or kind == "no shift" else y + bias

    return wrong


def attention_variant(kind: str) -> Any:
    """Return an attention with one thing changed."""

    def wrong(
        q: Array,
        k: Array,
        v: Array,
        attn_mask: Array | None = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        scale: float | None = None,
    ) -> Array:
        E = q.shape[-1]
        factor = E**-0.5 if scale is None else scale
        if scale is None and kind in ("unscaled", "by d", "times"):
            factor = {"unscaled": 1.0, "by d": 1 / E, "times": E**0.5}[kind]
        given = attn_mask
        if kind == "hidden" and given is not None:
            given = ~given
        causal = is_causal and kind != "not causal"
        if kind == "queries":
            p = softmax(factor * q @ k.swapaxes(-1, -2), dim=-2)
            return p @ v
        if kind == "mask after":
            p = softmax(factor * q @ k.swapaxes(-1, -2))
            if is_causal:
                p = np.tril(p)
            return (p if given is None else p * given) @ v
        return scaled_dot_product_attention(
            q, k, v, given, 0.0, causal, factor
        )

    return wrong


def gelu_variant(kind: str) -> Any:
    """Return a GELU by the form that was not asked for, or by the logistic."""

    def wrong(x: Array, approximate: str = "none") -> Array:
        if kind == "logistic":
            return x * sigmoid(1.702 * x)
        other = "none" if kind == "exact" else "tanh"
        return gelu(x, other)

    return wrong


def gaussian_variant(kind: str) -> Any:
    """Return a Gaussian loss with one thing changed."""

    def wrong(x: Array, y: Array, var: Array, full: bool = False) -> Any:
        v = var**2 if kind == "deviation" else var
        log = 0 if kind == "no log" else np.log(v)
        loss = 0.5 * (log + (x - y) ** 2 / v)
        if kind == "no half":
            loss = 2 * loss
        if full and kind != "not full":
            loss = loss + 0.5 * np.log(2 * np.pi)
        return loss.mean()

    return wrong


def exchanged(
    log_q: Array, p: Array, reduction: str = "mean", *rest: Any
) -> Any:
    """Return the divergence from the other side."""
    return kl_div(np.log(p), np.exp(log_q), reduction, *rest)


def logits_variant(kind: str) -> Any:
    """Return a Bernoulli loss of logits with one thing changed."""

    def wrong(
        z: Array,
        y: Array,
        weight: Array | None = None,
        reduction: str = "mean",
        pos_weight: Array | None = None,
    ) -> Any:
        if kind == "logistic":
            return sigmoid((1 - 2 * y) * z).mean()
        if kind == "sign":
            z = -z
        if kind == "negatives" and pos_weight is not None:
            p = pos_weight
            loss = -log_sigmoid(z) * y - p * log_sigmoid(-z) * (1 - y)
            return loss.mean()
        own = None if kind == "no pos_weight" else pos_weight
        return binary_cross_entropy_with_logits(z, y, weight, reduction, own)

    return wrong


def log_sigmoid(z: Array) -> Array:
    """Return the log of the logistic function."""
    return -np.logaddexp(0, -z)


def late(rewards: Array, gamma: float) -> Array:
    """Discount the first reward too."""
    return gamma * discounted_returns(rewards, gamma)


def running(rewards: Array, gamma: float) -> Array:
    """Add up from the front."""
    return discounted_returns(rewards[::-1], gamma)[::-1]


SLIPS: dict[str, list[Slip]] = {
    "softmax": [
        Slip("you normalise over another axis", softmax_variant("other axis")),
        Slip(
            "you divide by the sum over all entries", softmax_variant("whole")
        ),
        Slip("your base is 2, not e", softmax_variant("base")),
        Slip("you leave out the exponential", softmax_variant("plain")),
    ],
    "log_softmax": [
        Slip("you return the softmax without its log", softmax),
        Slip(
            "your logarithm has base 2",
            lambda x, dim=-1: log_softmax(x, dim) / np.log(2),
        ),
    ],
    "cross_entropy": [
        Slip(
            "your mean is a sum: divide by the number of examples",
            cross_entropy_variant("sum"),
        ),
        Slip(
            "your weighted mean divides by the number of examples; it divides "
            "by the sum of their weights",
            cross_entropy_variant("count"),
        ),
        Slip("you count ignored labels", cross_entropy_variant("counted")),
        Slip(
            "you leave out the label smoothing",
            cross_entropy_variant("not smoothed"),
        ),
        Slip(
            "your smoothing spreads over the other classes only; it spreads "
            "over all",
            cross_entropy_variant("smoothed twice"),
        ),
        Slip(
            "you apply the softmax twice",
            cross_entropy_variant("probabilities"),
        ),
        Slip("your logarithm has base 2", cross_entropy_variant("bits")),
    ],
    "batch_norm": [
        Slip(
            "you normalise with the unbiased variance; it is the biased one",
            batch_norm_variant("unbiased"),
        ),
        Slip(
            "your epsilon stands outside the root",
            batch_norm_variant("eps outside"),
        ),
        Slip(
            "your running variance is biased; it is the unbiased one",
            batch_norm_variant("biased kept"),
        ),
        Slip(
            "your momentum is the wrong way round: it is the share of the new",
            batch_norm_variant("momentum"),
        ),
        Slip(
            "you do not update the running statistics",
            batch_norm_variant("not kept"),
        ),
        Slip(
            "you take the statistics of each place; they are of each channel",
            batch_norm_variant("each place"),
        ),
        Slip("you leave out the weight", batch_norm_variant("no scale")),
    ],
    "layer_norm": [
        Slip(
            "your variance is unbiased; it is the biased one",
            layer_norm_variant("unbiased"),
        ),
        Slip(
            "your epsilon stands outside the root",
            layer_norm_variant("eps outside"),
        ),
        Slip("you normalise over the batch", layer_norm_variant("batch")),
        Slip(
            "you normalise over the last axis only",
            layer_norm_variant("last axis"),
        ),
        Slip(
            "you divide by the variance, not its root",
            layer_norm_variant("variance"),
        ),
        Slip("you leave out the weight", layer_norm_variant("no scale")),
        Slip("you leave out the bias", layer_norm_variant("no shift")),
    ],
    "scaled_dot_product_attention": [
        Slip(
            "you do not divide the scores by the root of the key's size",
            attention_variant("unscaled"),
        ),
        Slip(
            "you divide the scores by the key's size, not by its root",
            attention_variant("by d"),
        ),
        Slip(
            "you multiply the scores by the root of the key's size",
            attention_variant("times"),
        ),
        Slip(
            "your softmax normalises over the queries; it normalises over the "
            "keys",
            attention_variant("queries"),
        ),
        Slip(
            "you read a boolean mask the wrong way round: True takes part",
            attention_variant("hidden"),
        ),
        Slip(
            "you mask after the softmax, so the weights do not sum to 1",
            attention_variant("mask after"),
        ),
        Slip("you ignore is_causal", attention_variant("not causal")),
    ],
    "gelu": [
        Slip("you always use the exact form", gelu_variant("exact")),
        Slip("you always use the form with tanh", gelu_variant("tanh")),
        Slip(
            "you use the logistic approximation, x times sigmoid(1.702 x)",
            gelu_variant("logistic"),
        ),
    ],
    "gaussian_nll_loss": [
        Slip(
            "you take the variance for a standard deviation",
            gaussian_variant("deviation"),
        ),
        Slip(
            "you leave out the log of the variance", gaussian_variant("no log")
        ),
        Slip("you leave out the factor 1/2", gaussian_variant("no half")),
        Slip("you ignore full", gaussian_variant("not full")),
    ],
    "kl_div": [
        Slip("your two distributions are exchanged", exchanged),
        Slip(
            "your mean is over examples where it is over all entries",
            lambda q, p, reduction="mean", *rest: kl_div(
                q, p, "batchmean", *rest
            ),
        ),
    ],
    "binary_cross_entropy_with_logits": [
        Slip(
            "your loss is the logistic function; it is the softplus",
            logits_variant("logistic"),
        ),
        Slip("the sign of your logit is wrong", logits_variant("sign")),
        Slip("you ignore pos_weight", logits_variant("no pos_weight")),
        Slip(
            "you weigh the negative examples; pos_weight is for the positive",
            logits_variant("negatives"),
        ),
    ],
    "huber_loss": [
        Slip(
            "you divide by delta: this is the smooth L1 loss",
            lambda x, y, reduction="mean", delta=1.0: smooth_l1_loss(
                x, y, reduction, delta
            ),
        ),
    ],
    "smooth_l1_loss": [
        Slip(
            "you do not divide by beta: this is the Huber loss",
            lambda x, y, reduction="mean", beta=1.0: huber_loss(
                x, y, reduction, beta
            ),
        ),
    ],
    "discounted_returns": [
        Slip("you discount the first reward", late),
        Slip("you add up from the front", running),
    ],
    "gae": [
        Slip(
            "you discount by gamma alone; the sum decays by gamma lambda",
            lambda r, v, gamma, lam: gae(r, v, gamma, 1.0),
        ),
        Slip(
            "you stop after one step: this is the TD error",
            lambda r, v, gamma, lam: gae(r, v, gamma, 0.0),
        ),
    ],
}
