"""Two small models: one classifies sequences, one continues them.

Page: docs/neural-networks/transformer.md.

Axes: N batch, T elements of a sequence, I numbers in an element, D features of
the model, K classes, V entries of the vocabulary.

Both are a `TransformerEncoder` of pre-norm layers with a layer norm at its end,
between a layer that makes vectors of D numbers and one that makes logits.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks._modules import (
    Generator,
    Gradients,
    Module,
    Pullback,
    chain,
    named,
)
from reference_impl.neural_networks.categorical_losses import (
    cross_entropy_and_gradients,
)
from reference_impl.neural_networks.embedding_layer import Embedding
from reference_impl.neural_networks.optimizers import SGD, Adam
from reference_impl.neural_networks.output_units import softmax
from reference_impl.neural_networks.positional_encodings import (
    sinusoidal_positional_encoding,
)
from reference_impl.neural_networks.transformer import (
    TransformerEncoder,
    TransformerEncoderLayer,
)
from reference_impl.neural_networks.transformer_layers import LayerNorm, Linear

__all__ = ["SequenceClassifier", "CausalTransformer", "transformer_step"]


class _Model(Module):
    """Sequences to vectors, an encoder, vectors to logits."""

    is_causal = False

    def __init__(
        self,
        embed: Module,
        outputs: int,
        d_model: int,
        nhead: int,
        num_layers: int,
        dropout: float,
        dtype: Any,
        rng: np.random.Generator,
        **arrays: np.ndarray,
    ) -> None:
        layer = TransformerEncoderLayer(
            d_model,
            nhead,
            4 * d_model,
            dropout,
            "relu",
            batch_first=True,
            norm_first=True,
            dtype=dtype,
            generator=rng,
        )
        self.embed, self.dtype = embed, dtype
        self.encoder = TransformerEncoder(
            layer, num_layers, LayerNorm(d_model, dtype=dtype)
        )
        self.head = Linear(d_model, outputs, dtype=dtype, generator=rng)
        super().__init__(
            arrays,
            {
                "embed": embed,
                "encoder": self.encoder,
                "head": self.head,
            },
        )

    def attention_weights(self, input: np.ndarray) -> list[np.ndarray]:
        """Return the weights of each layer, (N, heads, places, places)."""
        x, _ = self.placed(input)
        return self.encoder.attention_weights(x, is_causal=self.is_causal)

    def placed(self, input: np.ndarray) -> tuple[np.ndarray, Pullback]:
        """Return the vectors that enter the encoder, and the pullback."""
        raise NotImplementedError

    def encoded(
        self, input: np.ndarray, generator: Generator
    ) -> tuple[np.ndarray, Pullback]:
        """Return the vectors that leave the encoder, and the pullback."""
        encoder = named(
            "encoder",
            lambda x: self.encoder.vjp(
                x, is_causal=self.is_causal, generator=generator
            ),
        )
        return chain(self.placed, encoder)(input)

    def logits(self, y: np.ndarray) -> tuple[np.ndarray, Pullback]:
        """Return the logits of encoded vectors, and the pullback."""
        return named("head", self.head.vjp)(y)


class SequenceClassifier(_Model):
    """An encoder that reads a sequence of vectors and names its class.

    A vector to learn, the class token, is put before the sequence. What the
    encoder makes of it is what the classes are read from.

    Parameters
    ----------
    features : int
        I.
    num_classes : int
        K.
    d_model, nhead, num_layers
        As in `TransformerEncoderLayer` and `TransformerEncoder`; the
        perceptrons have 4*D hidden units.
    dropout : float in [0, 1], default 0.0
        In runs that are given a `generator`.
    dtype : floating dtype, default numpy.float32
    generator : int or numpy.random.Generator, optional
        Where the parameters are drawn from.

    Raises
    ------
    TypeError
        If a size is not an int or `dtype` is not floating.
    ValueError
        If a size is less than 1 or `nhead` does not divide `d_model`.

    References
    ----------
    Devlin et al. 2019, *BERT*, section 3, for the class token.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SequenceClassifier
    >>> model = SequenceClassifier(3, 5, d_model=8, nhead=2, generator=0)
    >>> model(np.ones((4, 7, 3), np.float32)).shape
    (4, 5)
    """

    def __init__(
        self,
        features: int,
        num_classes: int,
        d_model: int = 32,
        nhead: int = 4,
        num_layers: int = 2,
        dropout: float = 0.0,
        *,
        dtype: Any = np.float32,
        generator: Generator = None,
    ) -> None:
        rng = np.random.default_rng(generator)
        embed = Linear(features, d_model, dtype=dtype, generator=rng)
        token = rng.standard_normal(d_model).astype(dtype)
        super().__init__(
            embed,
            num_classes,
            d_model,
            nhead,
            num_layers,
            dropout,
            dtype,
            rng,
            token=token,
        )

    def placed(self, input: np.ndarray) -> tuple[np.ndarray, Pullback]:
        """Return class token and embedded elements, each with its position."""
        x, to_input = named("embed", self.embed.vjp)(_vectors(input))
        N, T, D = x.shape
        token = np.broadcast_to(self._arrays["token"], (N, 1, D))
        position = sinusoidal_positional_encoding(T + 1, D, dtype=self.dtype)

        def back(g: np.ndarray) -> Gradients:
            inputs, parameters = to_input(np.ascontiguousarray(g[:, 1:]))
            return Gradients(
                inputs, {"token": g[:, 0].sum(axis=0), **parameters}
            )

        return np.concatenate([token, x], axis=1) + position, back

    def vjp(
        self, input: np.ndarray, *, generator: Generator = None
    ) -> tuple[np.ndarray, Pullback]:
        """Return the logits (N, K) of sequences (N, T, I), and the pullback."""
        encoded = partial(self.encoded, generator=generator)
        return chain(encoded, _first, self.logits)(input)


class CausalTransformer(_Model):
    """A model of what comes next: logits for the element after each.

    Parameters
    ----------
    vocabulary : int
        V.
    d_model, nhead, num_layers, dropout, dtype, generator
        As in `SequenceClassifier`.

    Raises
    ------
    TypeError
        As `SequenceClassifier`.
    ValueError
        As `SequenceClassifier`.

    References
    ----------
    Radford et al. 2019, *Language models are unsupervised multitask
    learners*, section 2.3: pre-norm layers with a causal mask, a layer norm
    at the end.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import CausalTransformer
    >>> model = CausalTransformer(11, d_model=8, nhead=2, generator=0)
    >>> model(np.zeros((4, 7), int)).shape
    (4, 7, 11)
    """

    is_causal = True

    def __init__(
        self,
        vocabulary: int,
        d_model: int = 64,
        nhead: int = 4,
        num_layers: int = 2,
        dropout: float = 0.0,
        *,
        dtype: Any = np.float32,
        generator: Generator = None,
    ) -> None:
        rng = np.random.default_rng(generator)
        embed = Embedding(vocabulary, d_model, dtype=dtype, generator=rng)
        super().__init__(
            embed, vocabulary, d_model, nhead, num_layers, dropout, dtype, rng
        )

    def placed(self, input: np.ndarray) -> tuple[np.ndarray, Pullback]:
        """Return the embedded elements, each with its position."""
        x, back = named("embed", self.embed.vjp)(input)
        if x.ndim != 3:
            raise ValueError(
                f"input must have shape (N, T), got input.shape={x.shape[:-1]}"
            )
        position = sinusoidal_positional_encoding(
            *x.shape[1:], dtype=self.dtype
        )
        return x + position, back

    def vjp(
        self, input: np.ndarray, *, generator: Generator = None
    ) -> tuple[np.ndarray, Pullback]:
        """Return the logits (N, T, V) of indices (N, T), and the pullback."""
        encoded = partial(self.encoded, generator=generator)
        return chain(encoded, self.logits)(input)

    def generate(
        self,
        start: np.ndarray,
        count: int,
        generator: Generator,
        temperature: float = 1.0,
        context: int = 64,
    ) -> Iterator[int]:
        """Draw `count` indices, each after all that came before.

        Parameters
        ----------
        start : ndarray of shape (T,), integer
            What stands before the first; at least one index.
        count : int
        generator : int or numpy.random.Generator
        temperature : float, default 1.0
            What the logits are divided by: below 1 the likely ones get
            likelier.
        context : int, default 64
            How many of the last indices the model sees.

        Yields
        ------
        int

        Raises
        ------
        TypeError
            If a number is not an int, or `start` is not integer.
        ValueError
            If `start` is empty or has another shape, or a number is out of
            range.

        Examples
        --------
        >>> import numpy as np
        >>> from reference_impl import CausalTransformer
        >>> model = CausalTransformer(11, d_model=8, nhead=2, generator=0)
        >>> len(list(model.generate(np.array([3]), 5, generator=0)))
        5
        """
        indices = [int(i) for i in _checked_start(start)]
        T = _checks.integer("context", context, 1)
        heat = _checks.real("temperature", temperature, 0)
        if heat == 0:
            raise ValueError("temperature must be positive, got temperature=0")
        rng = np.random.default_rng(generator)
        for _ in range(_checks.integer("count", count, 0)):
            logits = self(np.array([indices[-T:]]))[0, -1]
            p = softmax(logits.astype(float) / heat)
            indices.append(int(rng.choice(len(p), p=p)))
            yield indices[-1]


def transformer_step(
    model: SequenceClassifier | CausalTransformer,
    input: np.ndarray,
    target: np.ndarray,
    optimizer: SGD | Adam,
    generator: Generator = None,
) -> float:
    """Take a step on a batch; return the mean cross-entropy before it.

    Parameters
    ----------
    model : SequenceClassifier or CausalTransformer
        Its parameters move.
    input : ndarray
        What the model reads.
    target : ndarray of the shape of the logits without the last axis, integer
    optimizer : SGD or Adam
        Of ``model.parameters()``.
    generator : int or numpy.random.Generator, optional
        Where dropout draws from; nothing is dropped when None.

    Returns
    -------
    float

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import Adam, CausalTransformer, transformer_step
    >>> model = CausalTransformer(5, d_model=8, nhead=2, generator=0)
    >>> optimizer = Adam(model.parameters(), lr=0.02)
    >>> text = np.arange(24).reshape(2, 12) % 5
    >>> step = lambda: transformer_step(
    ...     model, text[:, :-1], text[:, 1:], optimizer)
    >>> losses = [step() for _ in range(60)]
    >>> losses[0] > 1, losses[-1] < 0.05
    (True, True)
    """
    logits, pullback = model.vjp(input, generator=generator)
    rows = logits.reshape(-1, logits.shape[-1])
    loss, grads = cross_entropy_and_gradients(rows, np.ravel(target))
    optimizer.step(pullback(grads.input.reshape(logits.shape)).parameters)
    return float(loss)


def _first(y: np.ndarray) -> tuple[np.ndarray, Pullback]:
    """Return the first vector of each sequence, and the pullback."""

    def back(g: np.ndarray) -> Gradients:
        grad = np.zeros_like(y)
        grad[:, 0] = g
        return Gradients((grad,), {})

    return y[:, 0], back


def _vectors(input: np.ndarray) -> np.ndarray:
    """Return `input`, sequences of vectors, once checked."""
    x = _checks.floating("input", input)
    _checks.shape("input", x, ("N", "T", "I"))
    return x


def _checked_start(start: np.ndarray) -> np.ndarray:
    """Return the indices to go on from, once checked."""
    array = np.asarray(start)
    if not np.issubdtype(array.dtype, np.integer):
        raise TypeError(
            f"start must be integer, got start.dtype={array.dtype}"
        )
    if array.ndim != 1 or not array.size:
        raise ValueError(
            f"start must hold one index or more, got start.shape={array.shape}"
        )
    return array
