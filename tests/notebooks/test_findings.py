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
    "autoencoder-against-pca": {
        "error through 4 components": (0.037, 0.039),
        "error through 4 numbers of the autoencoder": (0.018, 0.0245),
        "error through 8 components": (0.0246, 0.0247),
        "error through 8 numbers of the autoencoder": (0.01, 0.015),
        "label guessed from 2 components": (0.6, 0.63),
        "label guessed from 2 numbers of the autoencoder": (0.75, 0.9),
        "largest angle, linear autoencoder": (0, 1e-4),
        "error against the clean digits, noisy": (0.085, 0.092),
        "error against the clean digits, through components": (0.033, 0.038),
        "error against the clean digits, through the autoencoder": (
            0.04,
            0.07,
        ),
    },
    "vae-latent-map": {
        "loss, nats a held-out digit": (24, 25.3),
        "of these for the code": (2, 3.2),
        "loss without a code": (27.1, 27.3),
        "deviation of the means": (0.85, 1.1),
        "mean deviation of a code": (0.2, 0.4),
        "beta 4, nats for the code": (0, 0.1),
        "beta 4, nats for the digit": (27, 27.5),
        "latent variables used, of eight": (3, 6),
        "loss with eight": (23.8, 25.2),
    },
    "gan-dynamics": {
        "clusters covered at the end, of 8": (7, 8),
        "points on a cluster, step 1000": (0.2, 0.75),
        "points on a cluster, step 3000": (0.65, 0.95),
        "value, last 100 steps": (-1.386, -1.25),
        "digits, discrepancy at step 200": (0.04, 0.3),
        "digits, discrepancy at step 3000": (0, 0.015),
        "digits, judge is right at step 3000": (0.75, 1),
        "saturating, runs with all 8, of 3": (2, 3),
        "non-saturating, runs with all 8, of 3": (0, 2),
        "points on a cluster, rate 0.0005": (0, 0.1),
        "points on a cluster, rate 0.02": (0.5, 0.97),
    },
    "td-against-monte-carlo": {
        "best step size, TD": (0.05, 0.15),
        "best step size, Monte Carlo": (0.02, 0.03),
        "error over 100 walks, TD": (0.065, 0.08),
        "error over 100 walks, Monte Carlo": (0.11, 0.135),
        "target's deviation, TD": (0.165, 0.168),
        "target's deviation, Monte Carlo": (0.499, 0.5),
        "Monte Carlo's error over TD's, 5 squares": (1.5, 2.1),
        "Monte Carlo's error over TD's, 19 squares": (1.5, 2.3),
        "best n on 19 squares": (2, 8),
    },
    "character-model-through-training": {
        "perplexity before it learned": (80, 100),
        # The text is Python's own help, another in each version of Python.
        "perplexity, counting pairs": (12, 18),
        "perplexity, counting triples": (8.5, 13.5),
        "perplexity at the end": (6, 9.4),
        "beats pairs by step": (30, 200),
        "beats triples by step": (100, 300),
        "real words at the end": (0.45, 0.8),
        "real words at temperature 0.4": (0.65, 1),
        "real words at temperature 0.7": (0.45, 0.8),
        "real words at temperature 1.0": (0.2, 0.55),
        "real words at temperature 1.5": (0, 0.2),
        "perplexity, pieces of 3": (10, 16.5),
        "perplexity, pieces of 10": (7, 11.5),
    },
}


@functools.cache
def found(stem):
    path = f"notebooks/{stem}.py"
    text = (FOLDER / f"{stem}.py").read_text(encoding="utf-8")
    return notebooks.findings(path, text)


def place(stem, name):
    """Return file and line of a finding, or of the first cell that has some."""
    text = (FOLDER / f"{stem}.py").read_text(encoding="utf-8")
    at = text.find(f'"{name}"')
    if at < 0:
        at = text.index('"findings"')
    line = text.count("\n", 0, at) + 1
    return f"docs/notebooks/{stem}.py:{line}"


def test_every_notebook_has_its_bounds():
    stems = {path.stem for path in FOLDER.glob("*.py")}
    assert stems == set(BOUNDS)


@pytest.mark.parametrize("stem", BOUNDS)
def test_every_finding_is_within_its_bounds(stem):
    values = found(stem)
    assert set(values) == set(BOUNDS[stem])
    missed = [
        f"{place(stem, name)}: {name} is {values[name]}, not {low} to {high}"
        for name, (low, high) in BOUNDS[stem].items()
        if not low <= values[name] <= high
    ]
    assert not missed, "\n".join(missed)


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
