"""Whoever checks their own function is told the truth, and why."""

import inspect
import os
import subprocess
import sys

import numpy as np
import pytest

import reference_impl
from reference_impl import cases
from reference_impl.check import check, main
from reference_impl.slips import SLIPS
from sitekit.npm import ROOT

ALL = [(name, slip) for name, found in SLIPS.items() for slip in found]


@pytest.mark.parametrize("name", cases.names())
@pytest.mark.parametrize("seed", [0, 7])
def test_the_reference_passes_its_own_check(name, seed):
    report = check(name, getattr(reference_impl, name), seed)
    assert report.passed, str(report)
    assert report.cases > 0


def defined():
    """Yield the functions whose definition takes the same calls.

    That of batch_norm leaves the running statistics alone.
    """
    for name in cases.CASES:
        definition = getattr(reference_impl, f"{name}_definition", None)
        if definition is not None and name != "batch_norm":
            taken = inspect.signature(definition).parameters.keys()
            if all(c.arguments.keys() <= taken for c in cases.calls(name)):
                yield name


@pytest.mark.parametrize("name", list(defined()))
def test_the_definition_passes(name):
    definition = getattr(reference_impl, f"{name}_definition")
    report = check(name, definition)
    assert report.passed, str(report)


@pytest.mark.parametrize(
    ("name", "slip"), ALL, ids=[f"{n}-{i}" for i, (n, _) in enumerate(ALL)]
)
@pytest.mark.parametrize("seed", [0, 7])
def test_a_slip_fails_and_is_named_and_no_other(name, slip, seed):
    report = check(name, slip.wrong, seed)
    assert not report.passed
    assert report.slips == (slip.says,)


def test_there_are_slips_enough():
    assert len(ALL) >= 40
    assert len(SLIPS) >= 12


def test_no_slip_is_claimed_for_an_error_of_another_kind():
    report = check(
        "softmax", lambda x, dim=-1: reference_impl.softmax(x, dim) + 0.1
    )
    assert not report.passed
    assert report.slips == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda x, dim=-1: 1 / 0, "yours raises ZeroDivisionError"),
        (lambda x, dim=-1: "text", "must return numbers"),
        (lambda x, dim=-1: x[:1], r"your shape is \(1, 5\), not \(3, 5\)"),
        (lambda x, dim=-1: (x, x), "yours returns 2 arrays, not 1"),
        (lambda x, dim=-1: x * np.nan, "yours is nan"),
        (lambda: 1, "yours raises TypeError"),
    ],
)
def test_what_is_wrong_is_told(wrong, said):
    report = check("softmax", wrong)
    assert not report.passed
    with pytest.raises(AssertionError, match=said):
        raise AssertionError(report.message)


def test_the_line_that_is_told_is_the_readers_own():
    def deep(x, dim=-1):
        return np.linalg.inv(x)

    line = deep.__code__.co_firstlineno + 1
    message = check("softmax", deep).message
    assert f"yours raises LinAlgError at your line {line}: " in message
    for strange in (lambda: 1, len):  # no line of theirs was run
        assert "your line" not in check("softmax", strange).message


def test_a_seed_is_not_negative():
    with pytest.raises(ValueError, match="seed must be at least 0, got"):
        check("softmax", reference_impl.softmax, -1)


def test_an_input_that_is_changed_is_told():
    def softmax(x, dim=-1):
        y = reference_impl.softmax(x, dim)
        x -= 1.0
        return y

    report = check("softmax", softmax)
    assert "an argument, after the call" in report.message


def test_a_tiny_error_passes_and_a_small_one_does_not():
    def off(by):
        return lambda x, w, b=None: reference_impl.linear(x, w, b) * (1 + by)

    assert check("linear", off(1e-9)).passed
    assert not check("linear", off(1e-5)).passed


def test_a_backward_is_checked_too():
    def backward(grad_output, input, weight, bias=None):
        grads = reference_impl.linear_backward(
            grad_output, input, weight, bias
        )
        return grads[0], grads[1], 2 * grads[2]

    report = check("linear_backward", backward)
    assert report.message.startswith("call 1 of 1: output 3, index (0,)")


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="name must be a function with cases"):
        check("conv7d", np.convolve)
    with pytest.raises(TypeError, match="function must be callable"):
        check("conv2d", 3)


def test_the_command_line(tmp_path):
    (tmp_path / "mine.py").write_text(
        "from reference_impl import lstm_cell as right\n"
        "def cell(input, hx, w_ih, w_hh, b_ih, b_hh):\n"
        "    return right(input, hx, w_ih, w_hh, b_ih, 0 * b_hh)\n"
    )
    (tmp_path / "torn.py").write_text("cell = (\n")
    for target, code, said in [
        ("mine:right", 0, "lstm_cell: passed: 1 calls agree"),
        ("mine:cell", 1, "probably you leave out the bias b_hh"),
        ("mine:gone", 2, "target must name a function"),
        ("mine", 2, "target must be MODULE:FUNCTION"),
        ("./mine.py:cell", 2, "a module as import names it"),
        ("mine.py:cell", 2, "a module as import names it"),
        ("torn:cell", 2, "'(' was never closed (torn.py, line 1)"),
        ("nothing:here", 2, "No module named 'nothing'"),
    ]:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "reference_impl.check",
                "lstm_cell",
                target,
            ],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert said in done.stdout + done.stderr


def test_the_names_are_listed(capsys):
    assert main(["--list"]) == 0
    assert capsys.readouterr().out.split() == cases.names()
