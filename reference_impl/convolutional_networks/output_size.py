"""How many cells a sliding window yields.

Page: docs/convolutional-networks/output-size.md.

Letters, along one axis: n input size, k kernel size, s stride, p padding on
each side, d dilation, o output size.
"""

from reference_impl import _checks

__all__ = [
    "conv_output_size",
    "conv_output_size_definition",
    "conv_transpose_output_size",
    "conv_transpose_output_size_definition",
    "same_padding",
]


def conv_output_size_definition(
    input_size: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    ceil_mode: bool = False,
) -> int:
    """Count the window positions of `conv_output_size` one by one."""
    n, k, s, p, d = _conv_geometry(
        input_size, kernel_size, stride, padding, dilation
    )
    _checks.one_of("ceil_mode", ceil_mode, (False, True))
    count = 0
    start = -p  # cell 0 is the first of the input
    while _is_counted(start, start + d * (k - 1), n, s, p, ceil_mode):
        count += 1
        start += s
    return _at_least_one(count, n, k, p, d)


def conv_output_size(
    input_size: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    ceil_mode: bool = False,
) -> int:
    """Return how many positions a sliding window takes along one axis.

    Parameters
    ----------
    input_size : int
        Cells of the input; at least 1.
    kernel_size : int
        Cells of the window; at least 1.
    stride : int, default 1
        Step between windows, in cells; at least 1.
    padding : int, default 0
        Cells added on each side.
    dilation : int, default 1
        Distance between neighbouring cells of the window; at least 1.
    ceil_mode : bool, default False
        Pooling's rule: round up, so that one last window may hang over the
        end. It has to start inside the input or its left padding.

    Returns
    -------
    int
        floor((n + 2*p - d*(k - 1) - 1) / s) + 1; with `ceil_mode` the same
        rounded up, and at most ceil((n + p) / s).

    Raises
    ------
    TypeError
        If an argument other than `ceil_mode` is not an int.
    ValueError
        If an argument is out of range or the window does not fit once.

    References
    ----------
    Dumoulin and Visin 2016, *A guide to convolution arithmetic for deep
    learning*, relationships 6 (padding and stride) and 15 (dilation).
    PyTorch, ``torch.nn.MaxPool1d``: `ceil_mode`.

    Examples
    --------
    >>> from reference_impl import conv_output_size
    >>> conv_output_size(28, kernel_size=5, stride=2, padding=2)
    14
    """
    n, k, s, p, d = _conv_geometry(
        input_size, kernel_size, stride, padding, dilation
    )
    _checks.one_of("ceil_mode", ceil_mode, (False, True))
    travel = n + 2 * p - d * (k - 1) - 1  # from the first window to the last
    count = travel // s + 1
    if ceil_mode:
        count = min(_ceil_div(travel, s) + 1, _ceil_div(n + p, s))
    return _at_least_one(count, n, k, p, d)


def conv_transpose_output_size_definition(
    input_size: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    output_padding: int = 0,
    dilation: int = 1,
) -> int:
    """Count the cells of `conv_transpose_output_size` one by one."""
    n, k, s, p, extra, d = _transpose_geometry(
        input_size, kernel_size, stride, padding, output_padding, dilation
    )
    count = 0
    cell = 0
    while cell <= (n - 1) * s + d * (k - 1):  # the last cell that is written
        count += 1
        cell += 1
    for _ in range(p):  # padding is cropped from both sides
        count -= 2
    for _ in range(extra):
        count += 1
    return _at_least_one(count, n, k, p, d)


def conv_transpose_output_size(
    input_size: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    output_padding: int = 0,
    dilation: int = 1,
) -> int:
    """Return how many cells a transposed convolution writes along one axis.

    Parameters
    ----------
    input_size : int
        Cells of the input; at least 1.
    kernel_size : int
        Cells of the window; at least 1.
    stride : int, default 1
        Cells between the windows that neighbouring inputs write to.
    padding : int, default 0
        Cells cropped from each side of the output.
    output_padding : int, default 0
        Cells added on the right; less than `stride` or `dilation`. A strided
        convolution maps several input sizes to one output size: this says
        to which of them to return.
    dilation : int, default 1
        Distance between neighbouring cells of the window; at least 1.

    Returns
    -------
    int
        (n - 1)*s - 2*p + d*(k - 1) + output_padding + 1.

    Raises
    ------
    TypeError
        If an argument is not an int.
    ValueError
        If an argument is out of range or nothing of the output is left.

    References
    ----------
    Dumoulin and Visin 2016, *A guide to convolution arithmetic for deep
    learning*, relationship 14. PyTorch, ``torch.nn.ConvTranspose1d``.

    Examples
    --------
    >>> from reference_impl import conv_transpose_output_size
    >>> conv_transpose_output_size(14, 5, 2, padding=2, output_padding=1)
    28
    """
    n, k, s, p, extra, d = _transpose_geometry(
        input_size, kernel_size, stride, padding, output_padding, dilation
    )
    count = (n - 1) * s - 2 * p + d * (k - 1) + extra + 1
    return _at_least_one(count, n, k, p, d)


def same_padding(kernel_size: int, dilation: int = 1) -> tuple[int, int]:
    """Return the padding (left, right) that keeps the size at stride 1.

    Parameters
    ----------
    kernel_size : int
        Cells of the window; at least 1.
    dilation : int, default 1
        Distance between neighbouring cells of the window; at least 1.

    Returns
    -------
    tuple of two ints
        Cells on the left and on the right; together dilation*(kernel_size
        - 1). An odd total has its extra cell on the right, as in PyTorch.

    Raises
    ------
    TypeError
        If an argument is not an int.
    ValueError
        If an argument is less than 1.

    References
    ----------
    PyTorch, ``torch.nn.functional.conv1d``: ``padding='same'``.

    Examples
    --------
    >>> from reference_impl import same_padding
    >>> same_padding(3), same_padding(4)
    ((1, 1), (1, 2))
    """
    k = _checks.integer("kernel_size", kernel_size, 1)
    d = _checks.integer("dilation", dilation, 1)
    total = d * (k - 1)
    return total // 2, total - total // 2


def _conv_geometry(
    input_size: int, kernel_size: int, stride: int, padding: int, dilation: int
) -> tuple[int, int, int, int, int]:
    """Return (n, k, s, p, d) once checked."""
    return (
        _checks.integer("input_size", input_size, 1),
        _checks.integer("kernel_size", kernel_size, 1),
        _checks.integer("stride", stride, 1),
        _checks.integer("padding", padding, 0),
        _checks.integer("dilation", dilation, 1),
    )


def _transpose_geometry(
    input_size: int,
    kernel_size: int,
    stride: int,
    padding: int,
    output_padding: int,
    dilation: int,
) -> tuple[int, int, int, int, int, int]:
    """Return (n, k, s, p, output_padding, d) once checked."""
    n, k, s, p, d = _conv_geometry(
        input_size, kernel_size, stride, padding, dilation
    )
    extra = _checks.integer("output_padding", output_padding, 0)
    if extra >= max(s, d):
        raise ValueError(
            "output_padding must be less than stride or dilation, got "
            f"output_padding={extra}, stride={s}, dilation={d}"
        )
    return n, k, s, p, extra, d


def _is_counted(
    start: int, last: int, n: int, s: int, p: int, ceil_mode: bool
) -> bool:
    """Return whether the window from cell `start` to `last` is an output."""
    end = n + p - 1  # the last cell of the right padding
    if not ceil_mode:
        return last <= end
    # It may hang over the end, provided that the window before it left cells
    # uncovered and that it does not start in the right padding.
    return last - s < end and start < n


def _ceil_div(numerator: int, denominator: int) -> int:
    """Return the quotient rounded up, as an int."""
    return -(-numerator // denominator)


def _at_least_one(count: int, n: int, k: int, p: int, d: int) -> int:
    """Return `count`; raise ValueError if it leaves no output at all."""
    if count < 1:
        raise ValueError(
            "input_size must leave at least one output cell, got "
            f"input_size={n}, kernel_size={k}, padding={p}, dilation={d}"
        )
    return count
