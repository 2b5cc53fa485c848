"""What the commands have in common."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NEEDS = ("sklearn", "matplotlib", "tqdm")


def parser(
    name: str, description: str, writes: bool = True
) -> argparse.ArgumentParser:
    """Return the parser of a command, with --seed, and --out if it writes."""
    made = argparse.ArgumentParser(
        prog=f"python -m reference_impl.examples.{name}",
        description=description,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    made.add_argument(
        "--seed", type=whole, default=0, help="seed of every random draw"
    )
    if writes:
        made.add_argument(
            "--out", type=folder, default=Path(), help="folder for the results"
        )
    return made


def at_least_one(text: str) -> int:
    """Return `text` as an int of at least 1."""
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {text}")
    return int(text)


def whole(text: str) -> int:
    """Return `text` as an int of at least 0."""
    if int(text) < 0:
        raise argparse.ArgumentTypeError(f"must be at least 0, got {text}")
    return int(text)


def positive(text: str) -> float:
    """Return `text` as a finite number above 0."""
    if not 0 < float(text) < float("inf"):
        raise argparse.ArgumentTypeError(f"must be above 0, got {text}")
    return float(text)


def at_least_zero(text: str) -> float:
    """Return `text` as a finite number of at least 0."""
    if not 0 <= float(text) < float("inf"):
        raise argparse.ArgumentTypeError(f"must be at least 0, got {text}")
    return float(text)


def share(text: str) -> float:
    """Return `text` as a number in [0, 1)."""
    if not 0 <= float(text) < 1:
        raise argparse.ArgumentTypeError(f"must be in [0, 1), got {text}")
    return float(text)


def folder(text: str) -> Path:
    """Return `text` as the path of a folder, which need not be there yet."""
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise argparse.ArgumentTypeError(f"must be a folder, got {text}")
    return path


def require_extras(name: str, needs: Sequence[str] = NEEDS) -> None:
    """Exit with the command that installs them if an extra is missing."""
    from importlib.util import find_spec

    missing = [module for module in needs if find_spec(module) is None]
    if missing:
        sys.exit(
            f"{name} needs {', '.join(missing)}, which is not installed. "
            "From the project's folder: pip install -e '.[examples]'"
        )


def tiles(images: np.ndarray, columns: int, gap: int = 1) -> np.ndarray:
    """Return square images (N, S * S) side by side as one picture.

    Between them, and where the last row is short, there is NaN.
    """
    side = round(images.shape[1] ** 0.5)
    rows = -(-len(images) // columns)
    cells = np.full((rows * columns, side + gap, side + gap), np.nan)
    cells[: len(images), :side, :side] = images.reshape(-1, side, side)
    grid = cells.reshape(rows, columns, side + gap, side + gap)
    whole = grid.swapaxes(1, 2).reshape(rows * (side + gap), -1)
    return whole[:-gap, :-gap]


def new_figure(width: float, height: float) -> "Figure":
    """Return a matplotlib figure that is drawn without a display."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save(figure: "Figure", folder: Path, name: str) -> None:
    """Write the figure to the folder, and say where."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    figure.savefig(path, dpi=120)
    print(f"picture: {path}")
