"""Arrays and settings in one file that is either whole or not there.

Page: docs/recurrent-networks/character-language-model.md.

The file is NumPy's own ``.npz``: named arrays, each with a checksum. Reading
one runs no code, unlike a pickle.
"""

import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["save_checkpoint", "load_checkpoint"]

SETTINGS = "settings.json"
RESERVED = "file", "allow_pickle", SETTINGS  # two are arguments of numpy.savez


def save_checkpoint(
    path: str | PathLike[str],
    arrays: Mapping[str, np.ndarray],
    settings: Mapping[str, Any],
) -> None:
    """Write arrays and settings to a file, replacing it at once or not at all.

    They are written to another file in the same folder, which then takes the
    name. Whoever reads `path`, even after a crash, finds the old content or
    the new.

    Parameters
    ----------
    path : str or path
    arrays : mapping of str to ndarray
        Of numbers, in any shapes and dtypes; called anything but ``file``,
        ``allow_pickle`` and ``settings.json``.
    settings : mapping
        Of what JSON can hold.

    Raises
    ------
    OSError
        If the file cannot be written.
    TypeError
        If JSON cannot hold the settings, or an array holds objects.
    ValueError
        If an array has one of the names that the format needs.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from reference_impl import load_checkpoint, save_checkpoint
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "run.npz"
    ...     save_checkpoint(path, {"w": np.ones(3)}, {"epoch": 2})
    ...     arrays, settings = load_checkpoint(path)
    >>> arrays["w"], settings["epoch"]
    (array([1., 1., 1.]), 2)
    """
    path, text = Path(path), json.dumps(dict(settings))
    for name, array in arrays.items():
        if name in RESERVED:
            raise ValueError(
                f"arrays must have names other than {', '.join(RESERVED)}, "
                f"got {name!r}"
            )
        if np.asarray(array).dtype.hasobject:
            raise TypeError(
                f"arrays must hold numbers, got arrays[{name!r}].dtype=object"
            )
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(temporary, "wb") as file:
            content: dict[str, Any] = {**arrays, SETTINGS: np.array(text)}
            np.savez(file, **content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def load_checkpoint(
    path: str | PathLike[str],
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return the arrays and the settings that `save_checkpoint` wrote.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    arrays : dict of str to ndarray
    settings : dict

    Raises
    ------
    OSError
        If there is no such file.
    ValueError
        If the file is torn, damaged or no checkpoint.
    """
    with open(path, "rb") as stream:
        try:
            with np.load(stream, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            settings = json.loads(str(arrays.pop(SETTINGS)))
        except (
            ValueError, KeyError, AttributeError, TypeError, EOFError, OSError,
            RuntimeError, zipfile.BadZipFile, zlib.error,
        ) as error:  # fmt: skip
            raise ValueError(
                "path must hold a whole checkpoint; this one is torn, damaged "
                f"or none at all, got path={str(path)!r} ({error})"
            ) from error
    return arrays, settings
