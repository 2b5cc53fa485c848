"""The transformer's encoder.

Page: docs/neural-networks/transformer.md.

Axes: L elements of a sequence, N batch, D features of the model, F hidden
features of the perceptron, h heads.

A layer is two blocks, self-attention and a perceptron. Around each goes a
residual connection, with a layer norm after the sum or, if `norm_first`,
before the block.

``y = layer(x)`` is the output. To learn, ``y, pullback = layer.vjp(x)``: then
``pullback(dL/dy)`` returns the gradients to the inputs and, by name, to the
parameters. Dropout acts in runs that are given a `generator`, so there is no
training mode.
"""

from copy import deepcopy
from functools import partial

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks._modules import (
    Generator,
    Module,
    Pullback,
    chain,
    named,
    source,
)
from reference_impl.neural_networks._transformer_blocks import TransformerLayer
from reference_impl.neural_networks.transformer_layers import LayerNorm

__all__ = ["TransformerEncoderLayer", "TransformerEncoder"]


class TransformerEncoderLayer(TransformerLayer):
    """Self-attention and a perceptron, each with residual and layer norm.

    Parameters
    ----------
    d_model : int
        D.
    nhead : int
        h, a divisor of D.
    dim_feedforward : int, default 2048
        F.
    dropout : float in [0, 1], default 0.1
        Of the attention weights, behind both blocks and inside the
        perceptron; in runs that are given a `generator`.
    activation : {"relu", "gelu"}, default "relu"
    layer_norm_eps : float, default 1e-5
    batch_first : bool, default False
        Whether sequences have the shape (N, L, D), not (L, N, D).
    norm_first : bool, default False
        Whether to normalise before the blocks instead of after the sums.
    bias : bool, default True
        Whether the linear layers and layer norms have a bias.
    dtype : floating dtype, default numpy.float32
    generator : int or numpy.random.Generator, optional
        Where the parameters are drawn from, distributed as in PyTorch.

    Raises
    ------
    TypeError
        If a size is not an int or `dtype` is not floating.
    ValueError
        If a size is less than 1, `nhead` does not divide `d_model`, `dropout`
        is outside [0, 1] or `activation` has another name.

    References
    ----------
    Vaswani et al. 2017, *Attention is all you need*, section 3.1. PyTorch,
    ``torch.nn.TransformerEncoderLayer``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import TransformerEncoderLayer
    >>> layer = TransformerEncoderLayer(6, 2, 8, generator=0)
    >>> src = np.ones((5, 3, 6), np.float32)
    >>> output, pullback = layer.vjp(src, is_causal=True)
    >>> grads = pullback(np.ones_like(output))
    >>> grads.inputs[0].shape, grads.parameters["linear1.bias"].shape
    ((5, 3, 6), (8,))
    """

    _attentions = ("self_attn",)

    def vjp(
        self,
        src: np.ndarray,
        src_mask: np.ndarray | None = None,
        src_key_padding_mask: np.ndarray | None = None,
        is_causal: bool = False,
        *,
        generator: Generator = None,
    ) -> tuple[np.ndarray, Pullback]:
        """Return the output, of the shape of `src`, and the pullback.

        Parameters
        ----------
        src : ndarray of shape (L, N, D), (N, L, D) or (L, D)
        src_mask, src_key_padding_mask, is_causal
            `attn_mask`, `key_padding_mask` and `is_causal` of
            `multi_head_attention_forward`. Without a mask `is_causal` is
            enough, which in PyTorch is a mere hint.
        generator : int or numpy.random.Generator, optional
            Where dropout draws from; nothing is dropped when None.

        Returns
        -------
        output : ndarray
        pullback : function
            Takes dL/doutput; `inputs` of what it returns is (dL/dsrc,).
        """
        src, rng = self.sequence("src", src), source(generator)
        masks = {
            "attn_mask": src_mask,
            "key_padding_mask": src_key_padding_mask,
            "is_causal": is_causal,
        }
        attention = self.attending("self_attn", None, masks, rng)
        layer = chain(
            self.residual("norm1", attention),
            self.residual("norm2", self.perceptron(rng)),
        )
        return layer(src)


class TransformerEncoder(Module):
    """A stack of encoder layers.

    Parameters
    ----------
    encoder_layer : TransformerEncoderLayer
        Copied `num_layers` times, so all start with the same parameters, as
        in PyTorch.
    num_layers : int
    norm : LayerNorm, optional
        What comes after the last layer; with `norm_first` layers, advisable.

    Raises
    ------
    TypeError
        If a layer is of another class or `num_layers` is not an int.
    ValueError
        If `num_layers` is less than 1.

    References
    ----------
    Vaswani et al. 2017, *Attention is all you need*, section 3.1. PyTorch,
    ``torch.nn.TransformerEncoder``, without its shortcuts for inference.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import TransformerEncoder, TransformerEncoderLayer
    >>> layer = TransformerEncoderLayer(6, 2, 8, generator=0)
    >>> encoder = TransformerEncoder(layer, num_layers=2)
    >>> encoder(np.ones((5, 3, 6), np.float32)).shape
    (5, 3, 6)
    """

    def __init__(
        self,
        encoder_layer: TransformerEncoderLayer,
        num_layers: int,
        norm: LayerNorm | None = None,
    ) -> None:
        if not isinstance(encoder_layer, TransformerEncoderLayer):
            raise TypeError(
                "encoder_layer must be a TransformerEncoderLayer, "
                f"got encoder_layer={encoder_layer!r}"
            )
        if norm is not None and not isinstance(norm, LayerNorm):
            raise TypeError(f"norm must be a LayerNorm, got norm={norm!r}")
        count = _checks.integer("num_layers", num_layers, 1)
        self.layers = [deepcopy(encoder_layer) for _ in range(count)]
        self.norm = norm
        layers: dict[str, Module] = {
            f"layers.{i}": layer for i, layer in enumerate(self.layers)
        }
        super().__init__(
            layers=layers if norm is None else {**layers, "norm": norm}
        )

    def vjp(
        self,
        src: np.ndarray,
        mask: np.ndarray | None = None,
        src_key_padding_mask: np.ndarray | None = None,
        is_causal: bool = False,
        *,
        generator: Generator = None,
    ) -> tuple[np.ndarray, Pullback]:
        """Return the output, of the shape of `src`, and the pullback.

        The arguments are those of `TransformerEncoderLayer.vjp`, `mask` its
        `src_mask`.
        """
        rng = source(generator)

        def through(
            layer: TransformerEncoderLayer, x: np.ndarray
        ) -> tuple[np.ndarray, Pullback]:
            return layer.vjp(
                x, mask, src_key_padding_mask, is_causal, generator=rng
            )

        steps = [
            named(f"layers.{i}", partial(through, layer))
            for i, layer in enumerate(self.layers)
        ]
        if self.norm is not None:
            steps.append(named("norm", self.norm.vjp))
        return chain(*steps)(src)

    def attention_weights(
        self,
        src: np.ndarray,
        mask: np.ndarray | None = None,
        src_key_padding_mask: np.ndarray | None = None,
        is_causal: bool = False,
    ) -> list[np.ndarray]:
        """Return what each layer looks at, nothing dropped.

        The arguments are those of `vjp`.

        Returns
        -------
        list of ndarray of shape (N, h, L, L)
            The weights of each layer's heads; without N for one sequence.
        """
        weights, x = [], src
        for layer in self.layers:
            seen = layer.norms["norm1"](x) if layer.norm_first else x
            _, each = layer.attentions["self_attn"](
                seen,
                seen,
                seen,
                src_key_padding_mask,
                attn_mask=mask,
                average_attn_weights=False,
                is_causal=is_causal,
            )
            weights.append(each)
            x = layer(x, mask, src_key_padding_mask, is_causal)
        return weights
