"""Layers as objects: linear and layer normalization.

Page: docs/neural-networks/transformer.md.

Axes: I input features, O output features; axes before these are a batch.

``y = layer(x)`` is the output. To learn, ``y, pullback = layer.vjp(x)``: then
``pullback(dL/dy)`` returns the gradients to the inputs and, by name, to the
parameters. The pullback holds all that was computed on the way; a layer holds
its parameters and nothing of a run.
"""

from typing import Any

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks._modules import (
    Generator,
    Gradients,
    Module,
    Pullback,
    floating_dtype,
)
from reference_impl.neural_networks._normalization import (
    NormGradients,
    epsilon,
)
from reference_impl.neural_networks.layer_normalization import (
    layer_norm,
    layer_norm_backward,
)
from reference_impl.neural_networks.multilayer_perceptron import (
    LinearGradients,
    linear,
    linear_backward,
)

__all__ = ["Linear", "LayerNorm"]


class Linear(Module):
    """A layer x W^T + b.

    Parameters
    ----------
    in_features, out_features : int
        I and O.
    bias : bool, default True
    dtype : floating dtype, default numpy.float32
    generator : int or numpy.random.Generator, optional
        Where `weight` and `bias` are drawn from: uniform between -1/sqrt(I)
        and 1/sqrt(I), as in PyTorch. Anew each time when None.

    Raises
    ------
    TypeError
        If a size is not an int or `dtype` is not floating.
    ValueError
        If a size is less than 1.

    References
    ----------
    PyTorch, ``torch.nn.Linear``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import Linear
    >>> layer = Linear(3, 2, generator=0)
    >>> y, pullback = layer.vjp(np.ones((4, 3), np.float32))
    >>> grads = pullback(np.ones((4, 2), np.float32))
    >>> grads.parameters["bias"]
    array([4., 4.], dtype=float32)
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        dtype: Any = np.float32,
        generator: Generator = None,
    ) -> None:
        I = _checks.integer("in_features", in_features, 1)
        O = _checks.integer("out_features", out_features, 1)
        _checks.one_of("bias", bias, (False, True))
        rng, dtype = np.random.default_rng(generator), floating_dtype(dtype)
        shapes = {"weight": (O, I)} | ({"bias": (O,)} if bias else {})
        super().__init__(
            {
                name: rng.uniform(-(I**-0.5), I**-0.5, shape).astype(dtype)
                for name, shape in shapes.items()
            }
        )

    def vjp(self, input: np.ndarray) -> tuple[np.ndarray, Pullback]:
        """Return the output (..., O) of an input (..., I), and the pullback."""
        weight, bias = self._arrays["weight"], self._arrays.get("bias")

        def back(g: np.ndarray) -> Gradients:
            grads = linear_backward(g, input, weight, bias)
            return Gradients((grads.input,), _present(grads))

        return linear(input, weight, bias), back


class LayerNorm(Module):
    """Layer normalization with a scale and a shift to learn.

    Parameters
    ----------
    normalized_shape : int or tuple of int
        Sizes of the last axes, which are normalised together.
    eps : float, default 1e-5
    elementwise_affine : bool, default True
        Whether there are a scale and a shift, at first 1 and 0.
    bias : bool, default True
        Whether there is a shift beside the scale.
    dtype : floating dtype, default numpy.float32

    Raises
    ------
    TypeError
        If a size is not an int or `dtype` is not floating.
    ValueError
        If a size is less than 1 or `eps` is not positive.

    References
    ----------
    PyTorch, ``torch.nn.LayerNorm``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import LayerNorm
    >>> LayerNorm(2)(np.array([[1.0, 3.0]], np.float32)).round(4)
    array([[-1.,  1.]], dtype=float32)
    """

    def __init__(
        self,
        normalized_shape: int | tuple[int, ...],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        dtype: Any = np.float32,
    ) -> None:
        axes = max(1, np.size(normalized_shape))
        self.normalized_shape = _checks.integers(
            "normalized_shape", normalized_shape, axes, 1
        )
        self.eps, dtype = epsilon(eps), floating_dtype(dtype)
        arrays = {}
        if elementwise_affine:
            arrays["weight"] = np.ones(self.normalized_shape, dtype)
            if bias:
                arrays["bias"] = np.zeros(self.normalized_shape, dtype)
        super().__init__(arrays)

    def vjp(self, input: np.ndarray) -> tuple[np.ndarray, Pullback]:
        """Return the output, of the shape of `input`, and the pullback."""
        arguments = (
            input,
            self.normalized_shape,
            self._arrays.get("weight"),
            self._arrays.get("bias"),
            self.eps,
        )

        def back(g: np.ndarray) -> Gradients:
            grads = layer_norm_backward(g, *arguments)
            return Gradients((grads.input,), _present(grads))

        return layer_norm(*arguments), back


def _present(grads: LinearGradients | NormGradients) -> dict[str, np.ndarray]:
    """Return the gradients to weight and bias by name, where there are any."""
    named = {"weight": grads.weight, "bias": grads.bias}
    return {name: x for name, x in named.items() if x is not None}
