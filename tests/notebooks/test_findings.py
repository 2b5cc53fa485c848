"""Each notebook, run top to bottom in a kernel, finds what it says it finds."""

import functools

import pytest

from sitekit import notebooks
from sitekit.npm import ROOT

FOLDER = ROOT / "docs/notebooks"
BOUNDS = {
    "mlp-on-digits": {
        "held-out accuracy, 100 units": (0.96, 0.99),
        "digits read wrongly": (4, 14),
        "held-out accuracy, 1 unit": (0.25, 0.45),
        "held-out accuracy, 4 units alive": (0.87, 0.95),
        "held-out accuracy, 4 units, one dead": (0.5, 0.85),
        "held-out accuracy, 16 units": (0.95, 0.98),
        "without a bend, digits learned from": (0.97, 1),
        "without a bend, held out": (0.94, 0.98),
        "random labels, learned by heart": (0.95, 1),
        "random labels, held out": (0.05, 0.15),
    },
    "what-depth-does-to-gradients": {
        "relu, 8 hidden layers, held-out accuracy": (0.93, 0.99),
        "sigmoid, 1 hidden layer, held-out accuracy": (0.91, 0.97),
        "sigmoid, 8 hidden layers, held-out accuracy": (0.05, 0.15),
        "sigmoid, factor a layer": (0.2, 0.28),
        "sigmoid, orders of magnitude lost": (9, 11),
        "relu with Xavier, times weaker than He": (256, 1000),
        "sigmoid, gain 1, orders of magnitude lost": (9, 10.5),
        "sigmoid, gain 4, orders of magnitude lost": (2, 4.5),
        "sigmoid with skips, part that reaches the first layer": (0.5, 2),
    },
    "cnn-on-digits": {
        "CNN, held-out accuracy": (0.955, 0.99),
        "perceptron, held-out accuracy": (0.96, 0.99),
        "CNN, moved by one pixel": (0.7, 0.88),
        "perceptron, moved by one pixel": (0.35, 0.5),
        "CNN, moved by two pixels": (0.3, 0.6),
        "perceptron, moved by two pixels": (0.03, 0.2),
        "perceptron taught with moved digits, one pixel": (0.94, 0.98),
        "random filters, held-out accuracy": (0.94, 0.985),
    },
}


@functools.cache
def found(stem):
    path = f"notebooks/{stem}.py"
    text = (FOLDER / f"{stem}.py").read_text(encoding="utf-8")
    return notebooks.findings(path, text)


def test_every_notebook_has_its_bounds():
    stems = {path.stem for path in FOLDER.glob("*.py")}
    assert stems == set(BOUNDS)


@pytest.mark.parametrize("stem", BOUNDS)
def test_every_finding_is_within_its_bounds(stem):
    values = found(stem)
    assert set(values) == set(BOUNDS[stem])
    missed = {
        name: (low, values[name], high)
        for name, (low, high) in BOUNDS[stem].items()
        if not low <= values[name] <= high
    }
    assert not missed


@pytest.mark.parametrize("stem", BOUNDS)
def test_every_notebook_has_two_exercises_with_solutions_that_run(stem):
    path = f"notebooks/{stem}.py"
    text = (FOLDER / f"{stem}.py").read_text(encoding="utf-8")
    page = notebooks.markdown(path, text)
    exercises = page[page.index("## Exercises") :]
    for number in ("**1.**", "**2.**"):
        solution = exercises[exercises.index(number) :].split("///")[1]
        assert "type: solution" in solution
        assert "```python" in solution
        assert "| finding | value |" in solution
