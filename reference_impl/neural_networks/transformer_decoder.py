"""The transformer's decoder layer.

Page: docs/neural-networks/transformer.md.

Axes: L elements of the target, S elements of the memory, N batch, D features
of the model, F hidden features of the perceptron, h heads.

Three blocks: self-attention, attention to the memory (what the encoder made
of the source), and a perceptron; residuals, norms, `vjp` and dropout as in
`transformer`.
"""

import numpy as np

from reference_impl.neural_networks._modules import (
    Generator,
    Pullback,
    chain,
    source,
)
from reference_impl.neural_networks._transformer_blocks import TransformerLayer

__all__ = ["TransformerDecoderLayer"]


class TransformerDecoderLayer(TransformerLayer):
    """Self-attention, attention to a memory, and a perceptron.

    Parameters
    ----------
    d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, \
batch_first, norm_first, bias, dtype, generator
        As in `TransformerEncoderLayer`.

    Raises
    ------
    TypeError
        As `TransformerEncoderLayer`.
    ValueError
        As `TransformerEncoderLayer`.

    References
    ----------
    Vaswani et al. 2017, *Attention is all you need*, section 3.1. PyTorch,
    ``torch.nn.TransformerDecoderLayer``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import TransformerDecoderLayer
    >>> layer = TransformerDecoderLayer(6, 2, 8, generator=0)
    >>> tgt, memory = np.ones((2, 5, 3, 6), np.float32)
    >>> output, pullback = layer.vjp(tgt, memory[:4], tgt_is_causal=True)
    >>> to_tgt, to_memory = pullback(np.ones_like(output)).inputs
    >>> to_tgt.shape, to_memory.shape
    ((5, 3, 6), (4, 3, 6))
    """

    _attentions = ("self_attn", "multihead_attn")

    def vjp(
        self,
        tgt: np.ndarray,
        memory: np.ndarray,
        tgt_mask: np.ndarray | None = None,
        memory_mask: np.ndarray | None = None,
        tgt_key_padding_mask: np.ndarray | None = None,
        memory_key_padding_mask: np.ndarray | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
        *,
        generator: Generator = None,
    ) -> tuple[np.ndarray, Pullback]:
        """Return the output, of the shape of `tgt`, and the pullback.

        Parameters
        ----------
        tgt : ndarray of shape (L, N, D), (N, L, D) or (L, D)
        memory : ndarray of shape (S, N, D), (N, S, D) or (S, D)
        tgt_mask, tgt_key_padding_mask, tgt_is_causal
            Masks of the self-attention, as in `TransformerEncoderLayer.vjp`.
        memory_mask, memory_key_padding_mask, memory_is_causal
            Masks of the attention to the memory.
        generator : int or numpy.random.Generator, optional
            Where dropout draws from; nothing is dropped when None.

        Returns
        -------
        output : ndarray
        pullback : function
            Takes dL/doutput; `inputs` of what it returns is
            (dL/dtgt, dL/dmemory).
        """
        tgt = self.sequence("tgt", tgt)
        memory, rng = self._memory(memory, tgt), source(generator)
        own = {
            "attn_mask": tgt_mask,
            "key_padding_mask": tgt_key_padding_mask,
            "is_causal": tgt_is_causal,
        }
        other = {
            "attn_mask": memory_mask,
            "key_padding_mask": memory_key_padding_mask,
            "is_causal": memory_is_causal,
        }
        attention = self.attending("self_attn", None, own, rng)
        reading = self.attending("multihead_attn", memory, other, rng)
        layer = chain(
            self.residual("norm1", attention),
            self.residual("norm2", reading),
            self.residual("norm3", self.perceptron(rng)),
        )
        return layer(tgt)

    def _memory(self, memory: np.ndarray, tgt: np.ndarray) -> np.ndarray:
        """Return `memory`, which has a batch axis as `tgt` has, once checked."""
        x = self.sequence("memory", memory)
        batch = 0 if self.batch_first else 1
        if x.ndim != tgt.ndim or (
            x.ndim == 3 and x.shape[batch] != tgt.shape[batch]
        ):
            raise ValueError(
                "memory must have the batch axis of tgt, "
                f"got memory.shape={x.shape}, tgt.shape={tgt.shape}"
            )
        return x
