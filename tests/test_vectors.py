"""Test vectors hold what the functions give, and survive the file."""

import json

import numpy as np
import pytest

import reference_impl
from reference_impl import cases
from reference_impl.vectors import load_vectors, main, save_vectors, vectors


@pytest.mark.parametrize("name", list(cases.CASES))
@pytest.mark.parametrize("ending", ["npz", "json"])
def test_they_come_back_as_they_went(name, ending, tmp_path):
    found = vectors(name)
    save_vectors(tmp_path / f"v.{ending}", found)
    back = load_vectors(tmp_path / f"v.{ending}")
    assert back["arrays"].keys() == found["arrays"].keys()
    for key, array in found["arrays"].items():
        assert back["arrays"][key].dtype == array.dtype
        np.testing.assert_array_equal(back["arrays"][key], array)
    assert back["function"] == name
    assert len(back["calls"]) == len(cases.CASES[name])


def test_a_port_can_be_written_from_the_file_alone(tmp_path):
    save_vectors(tmp_path / "v.json", vectors("conv2d"))
    text = json.loads((tmp_path / "v.json").read_text())
    for at, settings in enumerate(text["calls"]):
        arrays = {
            key.removeprefix(f"{at}."): np.reshape(a["data"], a["shape"])
            for key, a in text["arrays"].items()
            if key.startswith(f"{at}.")
        }
        given = {
            key.removeprefix("input."): array
            for key, array in arrays.items()
            if key.startswith("input.")
        }
        tuples = {
            k: tuple(v) if isinstance(v, list) else v
            for k, v in settings.items()
        }
        np.testing.assert_allclose(
            reference_impl.conv2d(**given, **tuples),
            arrays["output.0"],
            rtol=text["rtol"],
        )
        grads = reference_impl.conv2d_backward(
            arrays["grad_output"], **given, **tuples
        )
        for i, grad in enumerate(grads):
            np.testing.assert_allclose(
                grad, arrays[f"grad_input.{i}"], rtol=text["rtol"]
            )


def test_versions_and_tolerance_are_told():
    found = vectors("softmax")
    assert found["versions"]["NumPy"] == np.__version__
    assert 0 < found["rtol"] < 1e-5


@pytest.mark.parametrize("ending", ["npz", "json"])
def test_a_torn_file_is_told(ending, tmp_path):
    path = tmp_path / f"v.{ending}"
    save_vectors(path, vectors("softmax"))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ValueError, match="must name a file of test vectors"):
        load_vectors(path)


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.npz or \.json"):
        save_vectors(tmp_path / "v.txt", vectors("softmax"))


def test_the_command_line(tmp_path, capsys):
    out = tmp_path / "v.npz"
    assert main(["conv2d", "--out", str(out)]) == 0
    assert capsys.readouterr().out.startswith(f"wrote {out}: 5 calls, ")
    assert main(["--list"]) == 0
    assert "conv2d" in capsys.readouterr().out
    for wrong in (["conv7d", "--out", str(out)], ["conv2d"]):
        with pytest.raises(SystemExit):
            main(wrong)
