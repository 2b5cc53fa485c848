"""Scratch space starts with a cache line."""

import numpy as np
import pytest

from reference_impl import _memory


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(
    "shape", [(), (0,), (3,), (7, 0, 2), (5, 13), (1000,)]
)
def test_it_is_an_array_that_starts_with_a_cache_line(shape, dtype):
    arrays = [_memory.aligned(shape, np.dtype(dtype)) for _ in range(9)]
    for k, array in enumerate(arrays):
        if array.size:
            assert array.ctypes.data % _memory.CACHE_LINE == 0
        assert (array.shape, array.dtype) == (shape, dtype)
        assert array.flags.c_contiguous
        assert array.flags.writeable
        array[...] = k
    for k, array in enumerate(arrays):  # none shares memory with another
        assert (array == k).all()
