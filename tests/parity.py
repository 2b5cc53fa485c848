"""Comparison of a function and its backward function with PyTorch."""

from collections.abc import Callable, Sequence

import numpy as np
import torch


def assert_torch_parity(
    forward: Callable[..., np.ndarray],
    backward: Callable[..., Sequence[np.ndarray]],
    torch_forward: Callable[..., torch.Tensor],
    arrays: Sequence[np.ndarray],
    kwargs: dict[str, object],
    *,
    seed: int = 0,
    rtol: float = 1e-9,
    atol: float = 1e-10,
) -> None:
    """Assert that values, shapes, dtypes and gradients are PyTorch's.

    The cotangent is random. The first and only positional arguments are
    `arrays`; `backward` takes the cotangent before them.
    """
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    expected = torch_forward(*tensors, **kwargs)
    g = np.random.default_rng(seed).standard_normal(tuple(expected.shape))
    g = g.astype(arrays[0].dtype)
    results = [forward(*arrays, **kwargs), *backward(g, *arrays, **kwargs)]
    wanted = [
        expected,
        *torch.autograd.grad(expected, tensors, torch.tensor(g)),
    ]
    assert len(results) == len(wanted), "one gradient an array"
    for k, (got, want) in enumerate(zip(results, wanted, strict=True)):
        name = f"gradient {k - 1}" if k else "output"
        want_array = want.detach().numpy()
        assert got.shape == want_array.shape, name
        assert got.dtype == want_array.dtype, name
        np.testing.assert_allclose(
            got, want_array, rtol=rtol, atol=atol, err_msg=name
        )
