"""The figure of the page on activation functions that a hand moves."""

from typing import Any

import numpy as np

import reference_impl as ri
from sitekit.explorer import Choice, Range, explorer
from sitekit.palette import BLUE, INK, MUTED, ORANGE
from sitekit.svg import Drawing, Plot, number

#: What the reader calls it, the function, and whether it takes alpha.
FUNCTIONS = {
    "identity": ("identity", False),
    "unit step": ("unit_step", False),
    "sign": ("sign", False),
    "hardtanh": ("hardtanh", False),
    "logistic": ("sigmoid", False),
    "tanh": ("tanh", False),
    "softsign": ("softsign", False),
    "hardsigmoid": ("hardsigmoid", False),
    "ReLU": ("relu", False),
    "absolute": ("absolute", False),
    "leaky ReLU": ("leaky_relu", True),
    "ReLU6": ("relu6", False),
    "softplus": ("softplus", False),
    "ELU": ("elu", True),
    "SELU": ("selu", False),
    "GELU": ("gelu", False),
    "SiLU": ("silu", False),
    "mish": ("mish", False),
    "hardswish": ("hardswish", False),
}


@explorer(
    "Slide along the curve",
    function=Choice("function", tuple(FUNCTIONS)),
    z=Range("z", -4, 4, 0.1),
    alpha=Range("α (leaky, ELU)", 0, 2, 0.1),
)
def curve_and_slope(
    function: str = "GELU", z: float = -1.2, alpha: float = 1.0
) -> Drawing:
    """A function and its slope, with the tangent at one place."""
    name, takes_alpha = FUNCTIONS[function]
    arguments = (alpha,) if takes_alpha else ()
    value, slope = _at(name, np.array([z], float), arguments)
    drawing = Drawing(10, 5.2)
    plot = Plot(drawing, (0.6, 0.3, 9.2, 4.4), (-4, 4), (-2, 4))
    plot.ticks(range(-2, 5), range(-4, 5, 2))
    for axis in ([(-4, 0), (4, 0)], [(0, -2), (0, 4)]):
        drawing.line([plot.at(*point) for point in axis], MUTED, width=0.8)
    grid = np.linspace(-4, 4, 161)
    values, slopes = _at(name, grid, arguments)
    plot.curve(grid, slopes, ORANGE, dash="5,3", jump=0.5)
    plot.curve(grid, values, BLUE, jump=0.5)
    near = z + np.linspace(-1, 1, 21) / np.hypot(1, slope)
    plot.curve(near, value + slope * (near - z), INK)
    drawing.dot(plot.at(z, value), BLUE)
    drawing.dot(plot.at(z, slope), ORANGE)
    drawing.told = (
        f"{function} at {number(z)}: value {number(value)}, "
        f"slope {number(slope)}."
    )
    return drawing


def _at(name: str, z: np.ndarray, arguments: tuple[Any, ...]) -> Any:
    """Return values and slopes at z; of one number, as two numbers."""
    values = getattr(ri, name)(z, *arguments)
    slopes = getattr(ri, f"{name}_backward")(np.ones_like(z), z, *arguments)
    if z.size == 1:
        return float(values[0]), float(slopes[0])
    return values, slopes
