"""Train a language model of characters on a text, and let it write.

Run ``python -m reference_impl.examples.char_lm --help``. It needs NumPy alone;
``--backend torch`` does the same in PyTorch. The model is that of
`reference_impl.recurrent_networks.character_language_model`.
"""

import argparse
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from reference_impl.examples._progress import Progress
from reference_impl.recurrent_networks.character_language_model import (
    char_lm_init,
    char_lm_perplexity,
)
from reference_impl.recurrent_networks.character_sampling import (
    char_lm_generate,
)
from reference_impl.recurrent_networks.character_text import (
    character_sequences,
    character_vocabulary,
    cut_gutenberg,
    encode_characters,
    read_text,
)
from reference_impl.recurrent_networks.character_training import (
    CharLMTrainer,
    char_lm_train,
)
from reference_impl.recurrent_networks.checkpoints import (
    load_checkpoint,
    save_checkpoint,
)

__all__ = ["Data", "load_text", "main", "split_text"]

# The run that ends within minutes, and that of the notes.
SMALL = {"embedding": 64, "hidden": 256, "epochs": 8, "lr": 4e-3}
FULL = {"embedding": 256, "hidden": 512, "epochs": 20, "lr": 1e-3}
STREAMS = 32  # the held-out text is read as so many pieces side by side


class Data(NamedTuple):
    """A text as numbers: to learn from, and held out."""

    vocabulary: str
    inputs: np.ndarray  # (N, T)
    targets: np.ndarray  # (N, T)
    held_out: np.ndarray  # (n,)
    characters: int  # of the part to learn from


def main(arguments: Sequence[str] | None = None) -> float:
    """Train, report, write; return the perplexity on the text held out.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the command's name; `sys.argv` when None.

    Returns
    -------
    float
        Perplexity a character of the part of the text held out.

    Raises
    ------
    SystemExit
        If an argument, the text or the checkpoint cannot be used.
    """
    options = _options(arguments)
    try:
        return _run(options)
    except (OSError, ValueError) as error:
        sys.exit(f"char_lm: {error}")


def load_text(path: Path | None, whole: bool = False) -> str:
    """Return the text to learn from.

    Parameters
    ----------
    path : Path or None
        A file; None stands for the help on Python's own topics, about 460,000
        characters of English that come with Python.
    whole : bool, default False
        Take the file as it is, instead of cutting Project Gutenberg's header
        and footer.

    Returns
    -------
    str

    Raises
    ------
    OSError
        If there is no such file.
    ValueError
        If it cannot be decoded or the marks of header and footer are missing.
    """
    if path is None:
        from pydoc_data.topics import topics

        return "\n\n".join(topics[name].strip() for name in sorted(topics))
    text = read_text(path)
    if whole:
        return text
    try:
        return cut_gutenberg(text)
    except ValueError as error:
        raise ValueError(f"{path}: {error}; --whole takes all of it") from None


def split_text(text: str, length: int, held_out: float) -> Data:
    """Return a text as numbers, its last part held out.

    Parameters
    ----------
    text : str
    length : int
        T, the characters of a sequence.
    held_out : float
        The share of the text to keep for the test.

    Returns
    -------
    Data

    Raises
    ------
    ValueError
        If the text has fewer than two characters, a part is too short.
    """
    vocabulary = character_vocabulary(text)
    ids = encode_characters(text, vocabulary)
    count = len(ids) - round(held_out * len(ids))
    if len(ids) - count < 2 * STREAMS:
        raise ValueError(
            f"held_out must leave at least {2 * STREAMS} characters for the "
            f"test, got held_out={held_out}, len(text)={len(text)}"
        )
    inputs, targets = character_sequences(ids[:count], length)
    return Data(vocabulary, inputs, targets, ids[count:], count)


def _run(options: argparse.Namespace) -> float:
    """Do what the options ask for; return the held-out perplexity."""
    text = load_text(options.text, options.whole)[: options.characters]
    arrays, settings = _start(options, text)
    data = split_text(text, settings["length"], settings["held_out"])
    trainer = _trainer(options.backend, settings, data, arrays)
    _introduce(data, trainer, settings)
    _train(options, settings, data, trainer)
    perplexity = _held_out(trainer, data)
    print(f"held-out perplexity: {perplexity:.3f}\n")
    print(_sample(options, settings, data, trainer, options.sample))
    return perplexity


def _start(
    options: argparse.Namespace, text: str
) -> tuple[dict[str, np.ndarray] | None, dict[str, Any]]:
    """Return the arrays to go on from, if any, and the run's settings."""
    settings = {
        **(FULL if options.full else SMALL),
        **{
            name: value
            for name, value in vars(options).items()
            if name in ("embedding", "hidden", "epochs", "lr")
            and value is not None
        },
        "length": options.length,
        "batch_size": options.batch_size,
        "held_out": options.held_out,
        "seed": options.seed,
        "text": zlib.crc32(text.encode("utf-8", "surrogatepass")),
    }
    if not options.resume:
        return None, settings
    if options.checkpoint is None:
        raise ValueError("--resume needs the --checkpoint to go on from")
    arrays, kept = load_checkpoint(options.checkpoint)
    if kept.keys() != settings.keys():
        raise ValueError(
            f"checkpoint must be one of this command, got settings={kept}"
        )
    if kept["text"] != settings["text"]:
        raise ValueError(
            "text must be the one the checkpoint was trained on, got "
            f"{len(text)} other characters"
        )
    if options.epochs is not None:
        kept["epochs"] = options.epochs
    return arrays, kept


def _trainer(
    backend: str,
    settings: dict[str, Any],
    data: Data,
    arrays: dict[str, np.ndarray] | None,
) -> Any:
    """Return the trainer of this engine, at its start or where it was left."""
    parameters = char_lm_init(
        len(data.vocabulary),
        settings["embedding"],
        settings["hidden"],
        settings["seed"],
    )
    trainer: Any
    if backend == "torch":
        try:
            from reference_impl.examples._char_lm_torch import TorchTrainer
        except ImportError:
            sys.exit(
                "char_lm needs torch for --backend torch, which is not "
                "installed. Leave the option out to train with NumPy"
            )
        trainer = TorchTrainer(parameters, settings["lr"])
    else:
        trainer = CharLMTrainer(parameters, settings["lr"])
    if arrays is not None:
        trainer.load(arrays)
    return trainer


def _introduce(data: Data, trainer: Any, settings: dict[str, Any]) -> None:
    """Print what is going to be trained, on what."""
    size = sum(array.size for array in trainer.parameters)
    print(
        f"text: {data.characters} characters to learn from, "
        f"{len(data.held_out)} held out, {len(data.vocabulary)} different\n"
        f"model: embedding {settings['embedding']}, LSTM "
        f"{settings['hidden']}, {size} numbers; {settings['epochs']} epochs "
        f"of {len(data.inputs)} sequences, {settings['batch_size']} a step",
        flush=True,
    )


def _train(
    options: argparse.Namespace,
    settings: dict[str, Any],
    data: Data,
    trainer: Any,
) -> None:
    """Take the steps that are left, showing and saving on the way."""
    done = int(trainer.arrays()["step"])
    per_epoch = -(-len(data.inputs) // settings["batch_size"])
    progress = Progress(per_epoch * settings["epochs"], done, sys.stderr)
    steps = char_lm_train(
        trainer,
        data.inputs,
        data.targets,
        settings["epochs"],
        settings["batch_size"],
        settings["seed"],
        done,
    )
    losses: list[float] = []
    try:
        for step in steps:
            losses.append(step.loss)
            progress.update(step.step, f"loss {step.loss:.3f}")
            if options.losses is not None:
                with open(options.losses, "a", encoding="ascii") as file:
                    file.write(f"{step.step} {step.loss!r}\n")
            if step.ends_epoch or step.step % options.save_every == 0:
                _save(options, settings, trainer)
            if step.ends_epoch:
                progress.clear()
                print(
                    f"epoch {step.epoch}: loss {np.mean(losses):.3f}, "
                    f"held-out perplexity {_held_out(trainer, data):.3f}, "
                    f"{_sample(options, settings, data, trainer, 60)!r}",
                    flush=True,
                )
                losses = []
    except KeyboardInterrupt:
        progress.clear()
        if options.checkpoint is None:
            sys.exit("stopped; with --checkpoint FILE it could go on")
        _save(options, settings, trainer)
        sys.exit("stopped; go on with --resume")


def _save(
    options: argparse.Namespace, settings: dict[str, Any], trainer: Any
) -> None:
    """Write the checkpoint, if one is asked for."""
    if options.checkpoint is not None:
        save_checkpoint(options.checkpoint, trainer.arrays(), settings)


def _held_out(trainer: Any, data: Data) -> float:
    """Return the perplexity of the text held out."""
    return char_lm_perplexity(trainer.parameters, data.held_out, STREAMS)


def _sample(
    options: argparse.Namespace,
    settings: dict[str, Any],
    data: Data,
    trainer: Any,
    length: int,
) -> str:
    """Return the prompt and what the model writes after it."""
    prompt = options.prompt
    if prompt is None:
        usual = "The "
        known = set(usual) <= set(data.vocabulary)
        prompt = usual if known else data.vocabulary[data.inputs[0, 0]]
    return prompt + char_lm_generate(
        trainer.parameters,
        data.vocabulary,
        prompt,
        length,
        options.temperature,
        options.top_k,
        settings["seed"],
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m reference_impl.examples.char_lm",
        description="Train a language model of characters, and let it write.",
    )
    add = parser.add_argument_group("text").add_argument
    add(
        "--text",
        type=Path,
        metavar="FILE",
        help="a Project Gutenberg file; "
        "without it, English text that comes with Python",
    )
    add(
        "--whole",
        action="store_true",
        help="the file has no Project Gutenberg header and footer to cut",
    )
    add("--characters", type=_positive, metavar="N", help="use the first N")
    add(
        "--held-out",
        type=_share,
        default=0.1,
        metavar="SHARE",
        help="share at the end kept for the test (0.1)",
    )
    add = parser.add_argument_group("model and training").add_argument
    add(
        "--full",
        action="store_true",
        help="the size of the notes: embedding "
        "256, LSTM 512, 20 epochs, learning rate 0.001; without it 64, 256, "
        f"{SMALL['epochs']}, {SMALL['lr']}",
    )
    add("--embedding", type=_positive, metavar="E", help="numbers a character")
    add("--hidden", type=_positive, metavar="H", help="units of the LSTM")
    add("--epochs", type=_count, metavar="N", help="passes through the text")
    add("--lr", type=float, help="learning rate of Adam")
    add(
        "--length",
        type=_positive,
        default=40,
        metavar="T",
        help="characters of a sequence (40)",
    )
    add(
        "--batch-size",
        type=_positive,
        default=64,
        metavar="N",
        help="sequences a step (64)",
    )
    add("--seed", type=_count, default=0, help="of every random draw (0)")
    add("--backend", choices=("numpy", "torch"), default="numpy")
    add = parser.add_argument_group("files").add_argument
    add(
        "--checkpoint",
        type=Path,
        metavar="FILE",
        help="where to keep the "
        "run: written after each epoch, every --save-every steps and on Ctrl-C",
    )
    add(
        "--resume",
        action="store_true",
        help="go on from the checkpoint with "
        "its settings; --epochs may be raised, or 0 to write only",
    )
    add(
        "--save-every",
        type=_positive,
        default=100,
        metavar="N",
        help="steps (100)",
    )
    add(
        "--losses",
        type=Path,
        metavar="FILE",
        help="add a line a step: its number and its loss",
    )
    add = parser.add_argument_group("writing").add_argument
    add(
        "--sample",
        type=_count,
        default=500,
        metavar="N",
        help="characters to write at the end (500)",
    )
    add("--prompt", help="what to go on from ('The ')")
    add("--temperature", type=float, default=0.7, help="(0.7)")
    add(
        "--top-k",
        type=_positive,
        metavar="K",
        help="draw from the K likeliest",
    )
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    """Return `text` as an int of at least 1."""
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {text}")
    return int(text)


def _count(text: str) -> int:
    """Return `text` as an int of at least 0."""
    if int(text) < 0:
        raise argparse.ArgumentTypeError(f"must be at least 0, got {text}")
    return int(text)


def _share(text: str) -> float:
    """Return `text` as a number between 0 and 1."""
    if not 0 < float(text) < 1:
        raise argparse.ArgumentTypeError(f"must be in (0, 1), got {text}")
    return float(text)


if __name__ == "__main__":
    main()
