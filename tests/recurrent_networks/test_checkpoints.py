"""Tests of checkpoints: whole or not there, and never code."""

import json
import os
import pickle

import numpy as np
import pytest

from reference_impl import load_checkpoint, save_checkpoint

ARRAYS = {
    "w": np.arange(6, dtype=np.float32).reshape(2, 3) + 0.5,
    "w.exp_avg": np.array([1e-30, np.inf]),
    "step": np.array(7),
}
SETTINGS = {"lr": 1e-3, "seed": 3, "name": "a – b"}


def save(folder, arrays=ARRAYS, settings=SETTINGS):
    path = folder / "run.npz"
    save_checkpoint(path, arrays, settings)
    return path


def test_what_was_saved_is_loaded(tmp_path):
    path = save(tmp_path)
    arrays, settings = load_checkpoint(str(path))
    assert settings == SETTINGS
    assert arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(arrays[name], array)
    assert os.listdir(tmp_path) == ["run.npz"]  # nothing else is left


def test_a_name_needs_no_ending(tmp_path):
    save_checkpoint(tmp_path / "run", ARRAYS, {})
    assert load_checkpoint(tmp_path / "run")[1] == {}


def test_a_torn_file_is_refused_wherever_it_is_torn(tmp_path):
    path = save(tmp_path)
    content = path.read_bytes()
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"torn, .*got path='.*run\.npz'"):
            load_checkpoint(path)


def test_a_changed_byte_is_harmless_or_found(tmp_path):
    path = save(tmp_path)
    content, found = path.read_bytes(), 0
    for at in range(len(content)):
        changed = bytearray(content)
        changed[at] ^= 0xFF
        path.write_bytes(changed)
        try:
            arrays, settings = load_checkpoint(path)
        except ValueError:
            found += 1
            continue
        assert settings == SETTINGS
        for name, array in arrays.items():
            np.testing.assert_array_equal(array, ARRAYS[name])
    assert found > len(content) / 2


def test_a_changed_byte_of_an_array_is_found(tmp_path):
    path = save(tmp_path)
    content = bytearray(path.read_bytes())
    at = content.index(ARRAYS["w"].tobytes())
    content[at + 5] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="torn, damaged or none at all"):
        load_checkpoint(path)


@pytest.mark.parametrize("kind", ["text", "pickle", "npy", "npz", "object"])
def test_another_file_is_refused(kind, tmp_path):
    path = tmp_path / "other"
    if kind == "text":
        path.write_text("hello")
    elif kind == "pickle":
        path.write_bytes(pickle.dumps({"w": 1}))
    elif kind == "npy":
        with path.open("wb") as file:
            np.save(file, ARRAYS["w"])
    elif kind == "npz":
        with path.open("wb") as file:
            np.savez(file, **ARRAYS)  # no settings
    else:
        content = {"w": np.array([{}]), "settings.json": np.array("{}")}
        with path.open("wb") as file:
            np.savez(file, allow_pickle=True, **content)
    with pytest.raises(ValueError, match="none at all, got path="):
        load_checkpoint(path)


def test_no_file_is_an_error_of_its_own(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing"):
        load_checkpoint(tmp_path / "nothing")


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = save(tmp_path)
    monkeypatch.setattr(np, "savez", half_written)
    with pytest.raises(OSError, match="disk full"):
        save(tmp_path, {"w": np.zeros(3)})
    np.testing.assert_array_equal(load_checkpoint(path)[0]["w"], ARRAYS["w"])
    assert os.listdir(tmp_path) == ["run.npz"]


def half_written(file, **arrays):
    file.write(b"PK\x03\x04 half")
    raise OSError("disk full")


def test_the_file_is_whole_before_it_takes_the_name(tmp_path, monkeypatch):
    path, replace = save(tmp_path), os.replace
    seen = []

    def watched(source, target):
        assert load_checkpoint(source)[1] == {"new": 1}
        assert load_checkpoint(target)[1] == SETTINGS
        assert source.parent == target.parent  # one file system
        seen.append(source)
        replace(source, target)

    monkeypatch.setattr(os, "replace", watched)
    save(tmp_path, ARRAYS, {"new": 1})
    assert len(seen) == 1
    assert load_checkpoint(path)[1] == {"new": 1}


@pytest.mark.parametrize(
    ("arrays", "settings", "match"),
    [
        ({"w": np.array([{}])}, {}, r"arrays\['w'\]\.dtype=object"),
        ({}, {"f": len}, "not JSON serializable"),
    ],
)
def test_what_cannot_be_kept_is_refused(arrays, settings, match, tmp_path):
    with pytest.raises(TypeError, match=match):
        save(tmp_path, arrays, settings)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("name", ["file", "allow_pickle", "settings.json"])
def test_a_name_that_the_format_needs_is_refused(name, tmp_path):
    with pytest.raises(ValueError, match=f"names other than .*got '{name}'"):
        save(tmp_path, {name: np.ones(2)})
    assert not os.listdir(tmp_path)


def test_settings_are_json(tmp_path):
    with np.load(save(tmp_path), allow_pickle=False) as file:
        assert json.loads(str(file["settings.json"])) == SETTINGS
