"""Multi-head attention as an object.

Page: docs/neural-networks/self-attention.md.

Axes: L queries, S keys, N batch, D features of the model, K and V features of
a key and of a value before they are projected, h heads.
"""

from typing import Any

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _multi_head
from reference_impl.neural_networks._modules import (
    Generator,
    Gradients,
    Module,
    Pullback,
    floating_dtype,
)
from reference_impl.neural_networks._multi_head import Inputs, Projections
from reference_impl.neural_networks._multi_head_arguments import (
    InWeights,
    checked_inputs,
    joined,
    projections,
    shown,
)
from reference_impl.neural_networks.initialization import xavier_uniform
from reference_impl.neural_networks.transformer_layers import Linear

__all__ = ["MultiheadAttention"]

SEPARATE = ("q_proj_weight", "k_proj_weight", "v_proj_weight")


class MultiheadAttention(Module):
    """Multi-head attention with its projections.

    Parameters
    ----------
    embed_dim : int
        D.
    num_heads : int
        h, a divisor of D.
    dropout : float in [0, 1], default 0.0
        Probability of dropping an attention weight, in runs that are given a
        `generator`.
    bias : bool, default True
    kdim, vdim : int, optional
        K and V; D when None.
    batch_first : bool, default False
        Whether the inputs have the shape (N, L, D).
    dtype : floating dtype, default numpy.float32
    generator : int or numpy.random.Generator, optional
        Where the parameters are drawn from, distributed as in PyTorch.

    Raises
    ------
    TypeError
        If a size is not an int or `dtype` is not floating.
    ValueError
        If a size is less than 1, `num_heads` does not divide `embed_dim` or
        `dropout` is outside [0, 1].

    References
    ----------
    Vaswani et al. 2017, *Attention is all you need*, section 3.2.2. PyTorch,
    ``torch.nn.MultiheadAttention``, without `add_bias_kv`, `add_zero_attn`.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import MultiheadAttention
    >>> attention = MultiheadAttention(6, 2, generator=0)
    >>> x = np.ones((5, 3, 6), np.float32)
    >>> output, weights = attention(x, x, x)
    >>> output.shape, weights.shape
    ((5, 3, 6), (3, 5, 5))
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        *,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        dtype: Any = np.float32,
        generator: Generator = None,
    ) -> None:
        D = self.embed_dim = _checks.integer("embed_dim", embed_dim, 1)
        self.num_heads = _checks.integer("num_heads", num_heads, 1)
        if D % num_heads:
            raise ValueError(
                "num_heads must divide embed_dim, got "
                f"num_heads={num_heads}, embed_dim={embed_dim}"
            )
        self.dropout = _checks.real("dropout", dropout, 0, 1)
        _checks.one_of("batch_first", batch_first, (False, True))
        self.batch_first = batch_first
        K = D if kdim is None else _checks.integer("kdim", kdim, 1)
        V = D if vdim is None else _checks.integer("vdim", vdim, 1)
        shapes = {"in_proj_weight": (3 * D, D)}
        if (K, V) != (D, D):
            shapes = dict(zip(SEPARATE, ((D, D), (D, K), (D, V)), strict=True))
        rng, dtype = np.random.default_rng(generator), floating_dtype(dtype)
        arrays = {
            name: xavier_uniform(shape, rng=rng, dtype=dtype)
            for name, shape in shapes.items()
        }
        if bias:
            arrays["in_proj_bias"] = np.zeros(3 * D, dtype)
        out = Linear(D, D, bias, dtype=dtype, generator=rng).parameters()
        if bias:
            out["bias"][...] = 0
        super().__init__(
            arrays | {f"out_proj.{name}": x for name, x in out.items()}
        )

    def vjp(
        self,
        query: np.ndarray,
        key: np.ndarray,
        value: np.ndarray,
        key_padding_mask: np.ndarray | None = None,
        need_weights: bool = True,
        attn_mask: np.ndarray | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
        *,
        generator: Generator = None,
    ) -> tuple[tuple[np.ndarray, np.ndarray | None], Pullback]:
        """Return (output, weights) and the pullback.

        Arguments and results are those of `multi_head_attention_forward`, with
        the batch axis first if `batch_first`. Only the output leads back: the
        pullback takes dL/doutput and returns gradients to query, key, value.
        """
        p = 0.0 if generator is None else self.dropout
        inputs, layers, mask = self._arguments(
            (query, key, value), (attn_mask, key_padding_mask, is_causal)
        )
        output, run = _multi_head.forward(
            inputs, layers, self.num_heads, mask, p, generator
        )
        alone = np.ndim(query) == 2
        weights = None
        if need_weights:
            weights = run.weights(average_attn_weights, alone)

        def back(g: np.ndarray) -> Gradients:
            g = _checks.floating_like("grad_output", g, "query", output)
            _checks.shape("grad_output", g, np.shape(query))
            to_inputs, grads = _multi_head.backward(self._inside(g), run)
            return Gradients(
                tuple(self._outside(x, alone) for x in to_inputs),
                self._names(grads),
            )

        return (self._outside(output, alone), weights), back

    def _inside(self, x: np.ndarray) -> np.ndarray:
        """Return (N, L, D) of an array that has the caller's axes."""
        if x.ndim == 2:
            return x[None]
        return x if self.batch_first else x.swapaxes(0, 1)

    def _outside(self, x: np.ndarray, alone: bool) -> np.ndarray:
        """Return (N, L, D) with the caller's axes."""
        if alone:
            return x[0]
        return x if self.batch_first else x.swapaxes(0, 1)

    def _arguments(
        self,
        inputs: Inputs,
        masks: tuple[np.ndarray | None, np.ndarray | None, bool],
    ) -> tuple[Inputs, Projections, np.ndarray | None]:
        """Return inputs, batch first, projections and mask once checked."""
        own = self._arrays["out_proj.weight"]
        _checks.floating_like("query", inputs[0], "layer", own)
        if np.shape(inputs[0])[-1:] != (self.embed_dim,):
            raise ValueError(
                "query must have embed_dim features, got "
                f"query.shape={np.shape(inputs[0])}, "
                f"embed_dim={self.embed_dim}"
            )
        h, get = self.num_heads, self._arrays.get
        arrays = checked_inputs(*inputs, h, self.batch_first)
        layers = projections(
            arrays,
            InWeights(get("in_proj_weight"), *map(get, SEPARATE)),
            get("in_proj_bias"),
            self._arrays["out_proj.weight"],
            get("out_proj.bias"),
        )
        alone = np.ndim(inputs[0]) == 2
        return arrays, layers, shown(*masks, arrays, h, alone)

    def _names(self, grads: Projections) -> dict[str, np.ndarray]:
        """Return the gradients to the parameters by name."""
        weights, bias = joined(grads, "in_proj_weight" in self._arrays)
        named = {
            **dict(zip(("in_proj_weight", *SEPARATE), weights, strict=True)),
            "in_proj_bias": bias,
            "out_proj.weight": grads.output.weight,
            "out_proj.bias": grads.output.bias,
        }
        return {name: x for name, x in named.items() if x is not None}
