"""Tests of what all commands of the examples have in common."""

import pkgutil
from importlib import import_module

import pytest

from reference_impl import examples

NAMES = [
    module.name
    for module in pkgutil.iter_modules(examples.__path__)
    if not module.name.startswith("_")
]
ONLY_PRINT = {
    *("attention_lookup", "bidirectional_tagging", "char_lm"),
    *("logic_trees", "sequence_architectures"),
}


def refusal(name, words, capsys):
    """Return what the command says, which has to be a usage error."""
    with pytest.raises(SystemExit) as caught:
        import_module(f"reference_impl.examples.{name}").main(words)
    assert caught.value.code == 2
    return capsys.readouterr().err.splitlines()[-1]


def test_the_commands_are_found():
    assert len(NAMES) >= 14
    assert "char_lm" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_negative_seed_is_refused(name, capsys):
    said = refusal(name, ["--seed", "-1"], capsys)
    assert said.startswith(f"python -m reference_impl.examples.{name}: error")
    assert said.endswith("argument --seed: must be at least 0, got -1")


@pytest.mark.parametrize("name", sorted(set(NAMES) - ONLY_PRINT))
def test_an_out_that_is_a_file_is_refused_before_training(
    name, capsys, tmp_path
):
    taken = tmp_path / "taken"
    taken.touch()
    said = refusal(name, ["--out", str(taken)], capsys)
    assert said.endswith(f"argument --out: must be a folder, got {taken}")


@pytest.mark.parametrize(
    ("name", "option", "value", "message"),
    [
        ("digits_cnn", "--learning-rate", "nan", "above 0, got nan"),
        ("digits_cnn", "--momentum", "1", r"in [0, 1), got 1"),
        ("digits_gan", "--learning-rate", "0", "above 0, got 0"),
        ("digits_mlp", "--learning-rate", "-1", "above 0, got -1"),
        ("digits_vae", "--learning-rate", "inf", "above 0, got inf"),
        ("digits_vae", "--beta", "nan", "at least 0, got nan"),
        ("mixture_gan", "--learning-rate", "-2", "above 0, got -2"),
        ("causal_transformer", "--learning-rate", "0", "above 0, got 0"),
        ("sequence_classifier", "--learning-rate", "nan", "above 0, got nan"),
    ],
)
def test_a_number_out_of_range_is_refused(
    name, option, value, message, capsys
):
    said = refusal(name, [option, value], capsys)
    assert said.endswith(f"argument {option}: must be {message}")
