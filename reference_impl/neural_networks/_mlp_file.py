"""A `NeuralNetMLP` in a file: a NumPy archive, without pickle."""

import contextlib
import json
import os
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

VERSION = 1


def write(path: str | os.PathLike[str], model: Any) -> None:
    """Write the fitted `model`: to a file beside `path`, then rename it."""
    arrays = _arrays(model)
    target = Path(path)
    number, name = tempfile.mkstemp(dir=target.parent, prefix=target.name)
    try:
        with os.fdopen(number, "wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def read(path: str | os.PathLike[str], cls: type) -> Any:
    """Return the model of class `cls` that is in the file."""
    with open(path, "rb") as file:  # OSError if there is none
        try:
            # Reading a member to its end compares its checksum.
            with np.load(file, allow_pickle=False) as found:
                arrays = {name: found[name] for name in found.files}
            return _model(arrays, cls)
        except Exception as error:  # damaged bytes can raise anything
            raise ValueError(
                f"path must hold a whole {cls.__name__}, got "
                f"path={os.fspath(path)!r}: {error!r}"
            ) from error


def _arrays(model: Any) -> dict[str, np.ndarray]:
    """Return what is written, by name."""
    classes, names = model.classes_, getattr(model, "feature_names_in_", None)
    if classes.dtype == object and set(map(type, classes)) != {str}:
        raise TypeError(
            "classes_ must be numbers, booleans or strings to be saved, "
            f"got classes_={classes!r}"
        )
    about = {
        "version": VERSION,
        "parameters": {
            name: _plain(name, value)
            for name, value in model.get_params().items()
        },
        "layers": len(model.weights_),
        "object_labels": bool(classes.dtype == object),
        "feature_names": None if names is None else list(names),
        "history": model.history_,
        "generator": model._rng.bit_generator.state,
    }
    arrays = {"about": np.array(json.dumps(about, default=_number))}
    arrays["classes"] = (
        classes.astype(str) if about["object_labels"] else classes
    )
    for l, (W, b) in enumerate(
        zip(model.weights_, model.biases_, strict=True)
    ):
        arrays[f"weight_{l}"], arrays[f"bias_{l}"] = W, b
    return arrays


def _model(arrays: dict[str, np.ndarray], cls: type) -> Any:
    """Return the model that `_arrays` described."""
    about = json.loads(str(arrays["about"]))
    if about["version"] != VERSION:
        raise ValueError(f"its version is {about['version']}, not {VERSION}")
    model = cls(**about["parameters"])
    sizes = model.hidden_layer_sizes
    model.hidden_layer_sizes = (
        tuple(sizes) if isinstance(sizes, list) else sizes
    )
    hidden = model._check_parameters()
    classes = arrays["classes"]
    weights = [arrays[f"weight_{l}"] for l in range(about["layers"])]
    biases = [arrays[f"bias_{l}"] for l in range(about["layers"])]
    _check([len(weights[0]), *hidden, len(classes)], weights, biases)
    state = about["generator"]
    bits = getattr(np.random, state["bit_generator"])()
    bits.state = state
    model.weights_, model.biases_ = weights, biases
    model.classes_ = (
        classes.astype(object) if about["object_labels"] else classes
    )
    model.n_features_in_ = len(weights[0])
    model.history_, model._rng = about["history"], np.random.Generator(bits)
    if about["feature_names"] is not None:
        model.feature_names_in_ = np.array(about["feature_names"], object)
    return model


def _check(
    sizes: list[int], weights: list[np.ndarray], biases: list[np.ndarray]
) -> None:
    """Raise unless the arrays are those of a network of these sizes."""
    shapes = list(pairwise(sizes))
    if [W.shape for W in weights] != shapes:
        raise ValueError(f"weights must have the shapes {shapes}")
    if [b.shape for b in biases] != [(d,) for d in sizes[1:]]:
        raise ValueError(f"biases must have the sizes {sizes[1:]}")
    dtype = weights[0].dtype
    for array in (*weights, *biases):
        if array.dtype not in (np.float32, np.float64) or array.dtype != dtype:
            raise ValueError(
                f"weights must be of one dtype, got {array.dtype}"
            )
        if not np.isfinite(array).all():
            raise ValueError("weights must be finite")


def _plain(name: str, value: Any) -> Any:
    """Return the parameter's value as JSON has it."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list | tuple):
        return [_plain(name, entry) for entry in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(
        f"{name} must be a number, a string, None or a list of them to be "
        f"saved, got {name}={value!r}"
    )


def _number(value: Any) -> Any:
    """Return what JSON does not know, a number or array of NumPy's."""
    return value.tolist()
