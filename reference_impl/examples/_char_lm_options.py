"""What the command of the character language model can be asked for."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reference_impl.examples._command import at_least_one, whole

COMMON = {"length": 40, "batch_size": 64, "held_out": 0.1, "seed": 0}
# The run that ends within minutes, and that of the notes.
SMALL = {"embedding": 64, "hidden": 256, "epochs": 8, "lr": 4e-3}
FULL = {"embedding": 256, "hidden": 512, "epochs": 20, "lr": 1e-3}


def settings_of(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that were asked for, and no others."""
    asked = dict(FULL) if options.full else {}
    for name in (*COMMON, *SMALL):
        if getattr(options, name) is not None:
            asked[name] = getattr(options, name)
    return asked


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what the command line asks for; None where it does not say."""
    parser = argparse.ArgumentParser(
        prog="python -m reference_impl.examples.char_lm",
        description="Train a language model of characters, and let it write.",
    )
    _add_text(parser)
    _add_training(parser)
    _add_files(parser)
    _add_writing(parser)
    return parser.parse_args(arguments)


def _add_text(parser: argparse.ArgumentParser) -> None:
    """Add what the text is."""
    add = parser.add_argument_group("text").add_argument
    help = (
        "a Project Gutenberg file; without it, English that ships with Python"
    )
    add("--text", type=Path, metavar="FILE", help=help)
    help = "FILE has no Project Gutenberg header and footer to cut"
    add("--whole", action="store_true", help=help)
    help = "use the first N characters"
    add("--characters", type=at_least_one, metavar="N", help=help)
    help = "share at the end kept for the test (0.1)"
    add("--held-out", type=_share, metavar="SHARE", help=help)


def _add_training(parser: argparse.ArgumentParser) -> None:
    """Add the sizes of model and run."""
    add = parser.add_argument_group("model and training").add_argument
    each = [f"{SMALL[name]} ({FULL[name]})" for name in SMALL]
    help = "the size of the notes, which is in brackets below"
    add("--full", action="store_true", help=help)
    help = f"numbers a character: {each[0]}"
    add("--embedding", type=at_least_one, metavar="E", help=help)
    help = f"units of the LSTM: {each[1]}"
    add("--hidden", type=at_least_one, metavar="H", help=help)
    help = f"passes through the text: {each[2]}"
    add("--epochs", type=whole, metavar="N", help=help)
    add("--lr", type=float, help=f"learning rate of Adam: {each[3]}")
    help = "characters of a sequence (40)"
    add("--length", type=at_least_one, metavar="T", help=help)
    help = "sequences a step (64)"
    add("--batch-size", type=at_least_one, metavar="N", help=help)
    add("--seed", type=whole, help="of every random draw (0)")
    help = "the engine (numpy); both have the same losses"
    add("--backend", choices=("numpy", "torch"), default="numpy", help=help)


def _add_files(parser: argparse.ArgumentParser) -> None:
    """Add what is written where."""
    add = parser.add_argument_group("files").add_argument
    help = "where the run is kept: after each epoch, now and then, on Ctrl-C"
    add("--checkpoint", type=Path, metavar="FILE", help=help)
    help = (
        "go on from the checkpoint; more --epochs go on further, 0 only write"
    )
    add("--resume", action="store_true", help=help)
    help = "steps from one writing to the next (100)"
    add("--save-every", type=at_least_one, default=100, metavar="N", help=help)
    help = "a line for each step: its number and its loss"
    add("--losses", type=Path, metavar="FILE", help=help)


def _add_writing(parser: argparse.ArgumentParser) -> None:
    """Add how the model writes."""
    add = parser.add_argument_group("writing").add_argument
    help = "characters to write at the end (500)"
    add("--sample", type=whole, default=500, metavar="N", help=help)
    add("--prompt", help="what to go on from ('The ')")
    help = "below 1 more careful, above 1 more daring (0.7)"
    add("--temperature", type=float, default=0.7, help=help)
    help = "draw from the K likeliest only"
    add("--top-k", type=at_least_one, metavar="K", help=help)


def _share(text: str) -> float:
    """Return `text` as a number between 0 and 1."""
    if not 0 < float(text) < 1:
        raise argparse.ArgumentTypeError(f"must be in (0, 1), got {text}")
    return float(text)
