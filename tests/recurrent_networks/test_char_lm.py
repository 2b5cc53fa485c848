"""Tests of the command: it trains, reports, stops, goes on and writes."""

import importlib.util
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from reference_impl import load_checkpoint, save_checkpoint
from reference_impl.examples import char_lm
from reference_impl.examples._char_lm_data import load_text, split_text
from reference_impl.examples._progress import Progress, clock

COMMAND = [sys.executable, "-m", "reference_impl.examples.char_lm"]
TINY = ["--embedding", "4", "--hidden", "12", "--batch-size", "8"]
TINY += ["--length", "20", "--epochs", "3", "--lr", "0.02", "--sample", "30"]
BOOK = """Front matter
*** START OF THE PROJECT GUTENBERG EBOOK ROSES ***
{body}
*** END OF THE PROJECT GUTENBERG EBOOK ROSES ***
Back matter
"""
BODY = "The rose is a rose is a rose, said the rose; and the dew.\n" * 30


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.txt"
    path.write_text(BOOK.format(body=BODY))
    return path


def run(*options):
    return char_lm.main([*TINY, *map(str, options)])


def losses(path):
    return [line.split() for line in path.read_text().splitlines()]


def test_trains_on_a_book_and_writes(book, tmp_path):
    log = tmp_path / "losses"
    done = subprocess.run(
        [*COMMAND, *TINY, "--text", str(book), "--losses", str(log)],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    body = len(BODY.strip())
    assert lines[0] == (
        f"text: {body - round(body / 10)} characters to learn from, "
        f"{round(body / 10)} held out, {len(set(BODY))} different"
    )
    assert lines[1].startswith("model: embedding 4, LSTM 12, ")
    assert [line[:8] for line in lines[2:5]] == [
        "epoch 1:", "epoch 2:", "epoch 3:",
    ]  # fmt: skip
    assert "held-out perplexity" in lines[4]
    assert "matter" not in done.stdout  # header and footer are not learnt
    written = done.stdout.split("\n\n", 1)[1]
    assert written.startswith("The ")
    assert len(written) == len("The ") + 30 + len("\n")
    assert "100%  step 30/30" in done.stderr
    assert "gone, 0:00 left  loss " in done.stderr
    steps = losses(log)
    assert [int(number) for number, _ in steps] == list(range(1, 31))
    assert float(steps[-1][1]) < float(steps[0][1]) - 0.5


def test_both_engines_print_the_same_losses(book, tmp_path):
    found = []
    for backend in ("numpy", "torch"):
        log = tmp_path / backend
        run("--text", book, "--backend", backend, "--losses", log)
        found.append([float(loss) for _, loss in losses(log)])
    assert len(found[0]) == 30
    np.testing.assert_allclose(*found, rtol=1e-4)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_stopped_run_goes_on_as_if_it_never_had(backend, book, tmp_path):
    options = ["--text", book, "--backend", backend]
    log, kept = tmp_path / "log", tmp_path / "run.npz"
    whole = run(*options, "--losses", tmp_path / "whole")
    options += ["--checkpoint", kept, "--losses", log]
    run(*options, "--epochs", 1)
    assert load_checkpoint(kept)[0]["step"] == 10
    assert run(*options, "--resume", "--epochs", 3) == whole
    assert losses(log) == losses(tmp_path / "whole")


def test_ctrl_c_keeps_the_step_and_resume_goes_on(book, tmp_path):
    kept, log = tmp_path / "run.npz", tmp_path / "log"
    options = [*TINY, "--epochs", "400", "--text", str(book)]
    options += ["--checkpoint", str(kept), "--losses", str(log)]
    process = subprocess.Popen(
        [*COMMAND, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    for line in process.stdout:
        if line.startswith("epoch 1:"):
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    stopped = int(load_checkpoint(kept)[0]["step"])
    assert f"stopped after step {stopped}; --resume goes on" in errors
    assert 10 <= stopped < 4000
    assert losses(log)[-1][0] == str(stopped)
    epochs = stopped // 10 + 2
    run("--text", book, "--checkpoint", kept, "--losses", log, "--resume",
        "--epochs", epochs)  # fmt: skip
    run("--text", book, "--losses", tmp_path / "whole", "--epochs", epochs)
    assert losses(log) == losses(tmp_path / "whole")


def test_steps_between_epochs_are_kept(book, tmp_path, monkeypatch):
    kept, steps = tmp_path / "run.npz", []
    monkeypatch.setattr(
        char_lm,
        "save_checkpoint",
        lambda path, arrays, settings: steps.append(int(arrays["step"])),
    )
    run("--text", book, "--checkpoint", kept, "--save-every", 4, "--epochs", 2)
    assert steps == [0, 4, 8, 10, 12, 16, 20]


def test_writes_from_a_checkpoint_without_training(book, tmp_path, capsys):
    options = ["--text", book, "--checkpoint", tmp_path / "run.npz"]
    run(*options)
    capsys.readouterr()
    run(*options, "--resume", "--epochs", 0, "--prompt", "a r", "--top-k", 1)
    out = capsys.readouterr().out
    assert "epoch 1:" not in out
    assert out.split("\n\n", 1)[1].startswith("a r")


def test_without_a_file_the_text_comes_with_python():
    text = load_text(None)
    assert len(text) > 300_000
    assert "assert" in text
    assert "Gutenberg" not in text
    assert run("--characters", 3000, "--epochs", 1) < 90


def test_a_small_or_a_full_run():
    def size(*options):
        parsed = char_lm._char_lm_options.parse(options)
        return char_lm._start(parsed, "abc")[1]

    small, full = size(), size("--full")
    assert {**small, "length": 40, "batch_size": 64} == small
    assert (small["embedding"], small["hidden"]) == (64, 256)
    assert (full["embedding"], full["hidden"], full["epochs"]) == (
        256, 512, 20,
    )  # fmt: skip
    assert (full["length"], full["batch_size"], full["lr"]) == (40, 64, 1e-3)
    assert size("--full", "--hidden", "9")["hidden"] == 9


def test_the_end_of_the_text_is_held_out():
    data = split_text("abcdefghij" * 5, 6, 0.2)
    assert data.characters == 40
    assert len(data.held_out) == 10
    assert data.inputs.shape == (5, 6)
    assert data.vocabulary == "abcdefghij"
    assert data.held_out.tolist() == list(range(10))


@pytest.mark.parametrize(
    ("body", "match"),
    [
        ("", "something between its START and END"),
        ("a", "at least 2 characters, got text='a'"),
        ("too short a text", r"length=20, len\(ids\)=14"),
    ],
)
def test_a_text_that_is_too_short_is_named(body, match, book):
    book.write_text(BOOK.format(body=body))
    with pytest.raises(SystemExit, match=match):
        run("--text", book)


def test_a_file_without_marks_is_named_and_can_be_taken_whole(book):
    book.write_text(BODY)
    with pytest.raises(SystemExit, match=r"book.txt: .*START.*--whole takes"):
        run("--text", book)
    assert run("--text", book, "--whole") > 1


def test_bytes_that_are_no_text_are_named(book):
    book.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SystemExit, match=r"utf-8-sig, got path=.*book.txt"):
        run("--text", book)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        (["--text", "nowhere.txt"], "No such file.*nowhere.txt"),
        (["--prompt", "#"], r"got text\[0\]='#'"),
        (["--prompt", ""], "prompt must have at least 1"),
        (["--temperature", "0"], "temperature must be above 0"),
        (["--lr", "-1"], "lr must be in"),
        (["--resume"], "checkpoint must be given with --resume"),
        (["--checkpoint", "no/folder/x.npz"], "No such file or dir.*x.npz"),
        (["--held-out", "0.0001"], "held_out must leave at least 2"),
    ],
)
def test_what_cannot_be_done_is_named_before_training(
    options, match, book, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(char_lm, "char_lm_train", None)
    with pytest.raises(SystemExit, match=match):
        run("--text", book, *options)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        (["--hidden", 13], "hidden must be that of .*=13, checkpoint=12"),
        (["--seed", 1], "seed must be that of .*=1, checkpoint=0"),
        (["--full"], "lr must be that of|embedding must be that of"),
        (["--characters", 500], "text_crc32 must be that of the checkpoint"),
    ],
)
def test_a_checkpoint_of_another_run_is_named(changes, match, book, tmp_path):
    options = ["--text", book, "--checkpoint", tmp_path / "run.npz"]
    run(*options, "--epochs", 1, "--seed", 0)
    with pytest.raises(SystemExit, match=match):
        char_lm.main([*map(str, [*options, "--resume", *changes])])


def test_a_torn_checkpoint_is_named(book, tmp_path):
    kept = tmp_path / "run.npz"
    run("--text", book, "--checkpoint", kept, "--epochs", 1)
    kept.write_bytes(kept.read_bytes()[:-100])
    with pytest.raises(SystemExit, match=r"torn, damaged or none.*run\.npz"):
        run("--text", book, "--checkpoint", kept, "--resume")


def test_a_checkpoint_of_something_else_is_named(book, tmp_path):
    save_checkpoint(tmp_path / "run.npz", {"w": np.ones(3)}, {"a": 1})
    with pytest.raises(SystemExit, match="must be that of the checkpoint"):
        run("--text", book, "--checkpoint", tmp_path / "run.npz", "--resume")


def test_a_finished_run_is_not_written_over(book, tmp_path):
    options = ["--text", book, "--checkpoint", tmp_path / "run.npz"]
    run(*options, "--epochs", 1)
    before = (tmp_path / "run.npz").read_bytes()
    with pytest.raises(
        SystemExit, match=r"a new file, or to --resume.*exists"
    ):
        run(*options)
    assert (tmp_path / "run.npz").read_bytes() == before


def test_torch_that_is_not_installed_is_named(book, monkeypatch):
    name = "reference_impl.examples._char_lm_torch"
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SystemExit, match="must be numpy where torch is not"):
        run("--text", book, "--backend", "torch")


def test_numpy_alone_is_enough(book, tmp_path):
    """The default engine runs where only NumPy can be imported."""
    barrier = (
        "import sys\n"
        "for name in ('torch', 'tqdm', 'sklearn', 'matplotlib', 'scipy'):\n"
        "    sys.modules[name] = None\n"
        "from reference_impl.examples.char_lm import main\n"
        "main(sys.argv[1:])\n"
    )
    subprocess.run(
        [sys.executable, "-c", barrier, *TINY, "--text", str(book)],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert importlib.util.find_spec("torch") is not None


@pytest.mark.parametrize("option", ["--epochs", "--batch-size", "--held-out"])
@pytest.mark.parametrize("value", ["-1", "x"])
def test_the_command_rejects(option, value, capsys):
    with pytest.raises(SystemExit):
        char_lm.main([option, value])
    assert f"argument {option}" in capsys.readouterr().err


class Terminal(list):
    """A stream that keeps what is written."""

    write = list.append

    def isatty(self):
        return True

    def flush(self):
        pass


def test_a_terminal_shows_one_line_that_estimates_the_end(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    screen = Terminal()
    progress = Progress(40, 10, screen)  # ten steps were taken before
    now[0] += 60
    progress.update(20, "loss 2")
    assert screen == [
        "\r\033[K[##########..........]  50%  step 20/40  "
        "1:00 gone, 2:00 left  loss 2"
    ]
    progress.update(21, "")  # at once: not written again
    assert len(screen) == 1


def test_the_clock_has_hours_when_it_needs_them():
    assert [clock(s) for s in (0.4, 59.6, 3599, 3600)] == [
        "0:00", "1:00", "59:59", "1:00:00",
    ]  # fmt: skip
