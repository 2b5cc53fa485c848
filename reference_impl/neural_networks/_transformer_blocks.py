"""What the encoder's and the decoder's layers have in common.

Axes: L elements of a sequence, S elements of another one, N batch, D features
of the model, F hidden features of the perceptron.
"""

from typing import Any

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks._modules import (
    Generator,
    Gradients,
    Module,
    Pullback,
    Step,
    chain,
    dropping,
    named,
    pointwise,
    skip,
)
from reference_impl.neural_networks.hidden_units import relu, relu_backward
from reference_impl.neural_networks.multi_head_attention_layer import (
    MultiheadAttention,
)
from reference_impl.neural_networks.smooth_activations import (
    gelu,
    gelu_backward,
)
from reference_impl.neural_networks.transformer_layers import LayerNorm, Linear

ACTIVATIONS = {"relu": (relu, relu_backward), "gelu": (gelu, gelu_backward)}


class TransformerLayer(Module):
    """The layers of a transformer layer, and the blocks made of them."""

    _attentions: tuple[str, ...]

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        *,
        dtype: Any = np.float32,
        generator: Generator = None,
    ) -> None:
        _checks.one_of("activation", activation, tuple(ACTIVATIONS))
        _checks.one_of("norm_first", norm_first, (False, True))
        self.d_model = _checks.integer("d_model", d_model, 1)
        if d_model % _checks.integer("nhead", nhead, 1):
            raise ValueError(
                "nhead must divide d_model, "
                f"got nhead={nhead}, d_model={d_model}"
            )
        if _checks.real("layer_norm_eps", layer_norm_eps) <= 0:
            raise ValueError(
                "layer_norm_eps must be positive, "
                f"got layer_norm_eps={layer_norm_eps!r}"
            )
        F = _checks.integer("dim_feedforward", dim_feedforward, 1)
        self.activation, self.norm_first = activation, norm_first
        self.batch_first = batch_first
        self.dropout = _checks.real("dropout", dropout, 0, 1)
        rng = np.random.default_rng(generator)
        self.attentions = {
            name: MultiheadAttention(
                d_model,
                nhead,
                dropout,
                bias,
                batch_first=batch_first,
                dtype=dtype,
                generator=rng,
            )
            for name in self._attentions
        }
        self.linears = {
            "linear1": Linear(d_model, F, bias, dtype=dtype, generator=rng),
            "linear2": Linear(F, d_model, bias, dtype=dtype, generator=rng),
        }
        self.norms = {
            f"norm{i + 1}": LayerNorm(
                d_model, layer_norm_eps, bias=bias, dtype=dtype
            )
            for i in range(len(self._attentions) + 1)
        }
        super().__init__(
            layers={**self.attentions, **self.linears, **self.norms}
        )

    def residual(self, norm: str, block: Step) -> Step:
        """Return x + block(x), normed after the sum or before the block."""
        normed = named(norm, self.norms[norm].vjp)
        if self.norm_first:
            return skip(chain(normed, block))
        return chain(skip(block), normed)

    def attending(
        self,
        name: str,
        memory: np.ndarray | None,
        masks: dict[str, Any],
        rng: np.random.Generator | None,
    ) -> Step:
        """Return the block that attends to `memory`, or to its own input."""
        layer = self.attentions[name]

        def attend(x: np.ndarray) -> tuple[np.ndarray, Pullback]:
            seen = x if memory is None else memory
            (y, _), pullback = layer.vjp(
                x, seen, seen, need_weights=False, generator=rng, **masks
            )

            def back(g: np.ndarray) -> Gradients:
                (query, key, value), parameters = pullback(g)
                if memory is None:
                    return Gradients((query + key + value,), parameters)
                return Gradients((query, key + value), parameters)

            return y, back

        return chain(named(name, attend), dropping(self.dropout, rng))

    def perceptron(self, rng: np.random.Generator | None) -> Step:
        """Return the block of two linear layers."""
        return chain(
            named("linear1", self.linears["linear1"].vjp),
            pointwise(*ACTIVATIONS[self.activation]),
            dropping(self.dropout, rng),
            named("linear2", self.linears["linear2"].vjp),
            dropping(self.dropout, rng),
        )

    def sequence(self, name: str, value: np.ndarray) -> np.ndarray:
        """Return `value`, a batch of sequences or one, once checked."""
        own = next(iter(self.parameters().values()))
        x = _checks.floating_like(name, value, "layer", own)
        if x.ndim not in (2, 3) or x.shape[-1] != self.d_model:
            raise ValueError(
                f"{name} must have 2 or 3 axes, the last of size d_model, "
                f"got {name}.shape={x.shape}, d_model={self.d_model}"
            )
        return x
