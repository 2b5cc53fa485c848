"""Train a language model of characters on a text, and let it write.

Run ``python -m reference_impl.examples.char_lm --help``. It needs NumPy alone;
``--backend torch`` does the same in PyTorch. The model is that of
`reference_impl.recurrent_networks.character_language_model`.
"""

import argparse
import contextlib
import signal
import sys
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference_impl.examples import _char_lm_options
from reference_impl.examples._char_lm_data import Data, load_text, split_text
from reference_impl.examples._progress import Progress
from reference_impl.recurrent_networks.character_language_model import (
    char_lm_init,
    char_lm_perplexity,
)
from reference_impl.recurrent_networks.character_sampling import (
    char_lm_generate,
)
from reference_impl.recurrent_networks.character_training import (
    CharLMStep,
    CharLMTrainer,
    char_lm_train,
)
from reference_impl.recurrent_networks.checkpoints import (
    load_checkpoint,
    save_checkpoint,
)

__all__ = ["Data", "load_text", "main", "split_text"]

STREAMS = 32  # the held-out text is read as so many pieces side by side


class Run(NamedTuple):
    """A run of the command: what was asked, and what it works on."""

    options: argparse.Namespace
    settings: dict[str, Any]
    data: Data
    trainer: Any  # CharLMTrainer, or the same in PyTorch

    def save(self) -> None:
        """Write the checkpoint, if one is asked for."""
        if self.options.checkpoint is not None:
            arrays = self.trainer.arrays()
            save_checkpoint(self.options.checkpoint, arrays, self.settings)

    def perplexity(self) -> float:
        """Return that of the text held out."""
        ids = self.data.held_out
        streams = min(STREAMS, len(ids) // 2)
        return char_lm_perplexity(self.trainer.parameters, ids, streams)

    def sample(self, length: int) -> str:
        """Return the prompt and what the model writes after it."""
        prompt, vocabulary = self.options.prompt, self.data.vocabulary
        if prompt is None:
            usual = set("The ") <= set(vocabulary)
            prompt = "The " if usual else vocabulary[self.data.inputs[0, 0]]
        return prompt + char_lm_generate(
            self.trainer.parameters,
            vocabulary,
            prompt,
            length,
            self.options.temperature,
            self.options.top_k,
            self.settings["seed"],
        )


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
        If an argument, the text or the checkpoint cannot be used, or Ctrl-C
        stopped the run.
    """
    options = _char_lm_options.parse(arguments)
    try:
        run = _prepared(options)
        _introduce(run)
        _train(run)
    except (OSError, ValueError) as error:
        sys.exit(f"char_lm: {error}")
    perplexity = run.perplexity()
    print(f"held-out perplexity: {perplexity:.3f}\n")
    print(run.sample(options.sample))
    return perplexity


def _prepared(options: argparse.Namespace) -> Run:
    """Return a run that is ready to start, or to go on."""
    text = load_text(options.text, options.whole)[: options.characters]
    arrays, settings = _start(options, text)
    data = split_text(text, settings["length"], settings["held_out"])
    parameters = char_lm_init(
        len(data.vocabulary),
        settings["embedding"],
        settings["hidden"],
        settings["seed"],
    )
    trainer = _engine(options.backend)(parameters, settings["lr"])
    if arrays is not None:
        trainer.load(arrays)
    run = Run(options, settings, data, trainer)
    run.sample(1)  # a prompt that cannot be used is told now, not later
    run.save()  # and so is a folder that is not there
    if options.losses is not None and not options.resume:
        options.losses.write_text("")
    return run


def _start(
    options: argparse.Namespace, text: str
) -> tuple[dict[str, np.ndarray] | None, dict[str, Any]]:
    """Return the arrays to go on from, if any, and the run's settings."""
    asked, path = _char_lm_options.settings_of(options), options.checkpoint
    asked["text_crc32"] = zlib.crc32(text.encode("utf-8", "surrogatepass"))
    if not options.resume:
        if path is not None and path.exists():
            raise ValueError(
                "checkpoint must be a new file, or to --resume, got "
                f"checkpoint={str(path)!r}, which exists"
            )
        usual = {**_char_lm_options.COMMON, **_char_lm_options.SMALL}
        return None, {**usual, **asked}
    if path is None:
        raise ValueError("checkpoint must be given with --resume")
    arrays, kept = load_checkpoint(path)
    epochs = asked.pop("epochs", kept.get("epochs"))
    for name, value in asked.items():
        if kept.get(name) != value:
            raise ValueError(
                f"{name} must be that of the checkpoint, "
                f"got {name}={value}, checkpoint={kept.get(name)}"
            )
    return arrays, {**kept, "epochs": epochs}


def _engine(backend: str) -> Any:
    """Return the class that trains."""
    if backend == "numpy":
        return CharLMTrainer
    try:
        from reference_impl.examples._char_lm_torch import TorchTrainer
    except ImportError as error:
        raise ValueError(
            "backend must be numpy where torch is not installed, "
            f"got backend={backend!r} ({error})"
        ) from error
    return TorchTrainer


def _introduce(run: Run) -> None:
    """Print what is going to be trained, on what."""
    data, settings = run.data, run.settings
    size = sum(array.size for array in run.trainer.parameters)
    print(
        f"text: {data.characters} characters to learn from, "
        f"{len(data.held_out)} held out, {len(data.vocabulary)} different\n"
        f"model: embedding {settings['embedding']}, LSTM "
        f"{settings['hidden']}, {size} numbers; {settings['epochs']} epochs "
        f"of {len(data.inputs)} sequences, {settings['batch_size']} a step",
        flush=True,
    )


def _train(run: Run) -> None:
    """Take the steps that are left, showing and saving on the way."""
    data, settings = run.data, run.settings
    size, epochs = settings["batch_size"], settings["epochs"]
    done = int(run.trainer.arrays()["step"])
    total = -(-len(data.inputs) // size) * epochs
    progress, losses = Progress(total, done, sys.stderr), []
    steps = char_lm_train(
        run.trainer, data.inputs, data.targets, epochs, size,
        settings["seed"], done,
    )  # fmt: skip
    with _interrupts() as interrupts:
        for step in steps:
            losses.append(step.loss)
            progress.update(step.step, f"loss {step.loss:.3f}")
            _log(run, step)
            if step.ends_epoch:
                progress.clear()
                _report(run, step.epoch, float(np.mean(losses)))
                losses = []
            if step.ends_epoch or step.step % run.options.save_every == 0:
                run.save()
            if interrupts and step.step < total:
                progress.clear()
                run.save()
                kept = run.options.checkpoint is not None
                sys.exit(
                    f"stopped after step {step.step}; --resume goes on"
                    if kept
                    else "stopped; with --checkpoint it could go on"
                )


@contextlib.contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Collect what Ctrl-C sends, for the end of a step.

    In the middle of one, some parameters are moved already and some not.
    """
    caught: list[int] = []
    before = signal.signal(signal.SIGINT, lambda sent, _: caught.append(sent))
    try:
        yield caught
    finally:
        signal.signal(signal.SIGINT, before)


def _log(run: Run, step: CharLMStep) -> None:
    """Add the step's loss to the file of losses, if one is asked for."""
    if run.options.losses is not None:
        with open(run.options.losses, "a", encoding="ascii") as file:
            file.write(f"{step.step} {step.loss!r}\n")


def _report(run: Run, epoch: int, loss: float) -> None:
    """Print what an epoch has reached."""
    print(
        f"epoch {epoch}: loss {loss:.3f}, held-out perplexity "
        f"{run.perplexity():.3f}, {run.sample(60)!r}",
        flush=True,
    )


if __name__ == "__main__":
    main()
