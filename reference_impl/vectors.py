"""Test vectors for ports: ``python -m reference_impl.vectors conv2d --out FILE``.

A file holds what a function is given and what it returns, on the data that `check`
uses; ``.npz`` for NumPy, ``.json`` for any language. Array ``k.input.weight`` is the
argument `weight` of call k, ``k.output.0`` the first output. Where the function has a
backward, ``k.grad_output`` and ``k.grad_input.0`` and so on follow.
"""

import argparse
import json
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

import reference_impl
from reference_impl.cases import BACKWARD, arrays_of, calls, names
from reference_impl.check import RTOL

__all__ = ["load_vectors", "save_vectors", "vectors"]

Vectors = dict[str, Any]


def vectors(name: str, seed: int = 0) -> Vectors:
    """Return the test vectors of a function.

    Parameters
    ----------
    name : str
        A function that has cases: ``"conv2d"``, ``"lstm_cell"``.
    seed : int, default 0
        Of the data.

    Returns
    -------
    dict
        ``function``, ``rtol``, ``versions``; ``calls``, for each call its
        arguments that are no arrays; ``arrays``, every array by its name.

    Raises
    ------
    ValueError
        If there are no cases for `name`.

    Examples
    --------
    >>> found = vectors("linear")
    >>> sorted(found["arrays"])[:3]
    ['0.grad_input.0', '0.grad_input.1', '0.grad_input.2']
    >>> found["arrays"]["0.output.0"].shape
    (5, 4)
    """
    arrays: dict[str, np.ndarray] = {}
    plain = []
    made = calls(name, seed)
    backward = getattr(reference_impl, name + BACKWARD, None)
    after = calls(name + BACKWARD, seed) if backward else []
    for at, call in enumerate(made):
        plain.append(_split(call.arguments, f"{at}.input", arrays))
        outputs = arrays_of(call.to(getattr(reference_impl, name)))
        arrays |= {f"{at}.output.{i}": a for i, a in enumerate(outputs)}
        if backward:
            given = after[at].positional[0]
            _split({"grad_output": given}, str(at), arrays)
            grads = arrays_of(after[at].to(backward))
            arrays |= {f"{at}.grad_input.{i}": g for i, g in enumerate(grads)}
    return {
        "function": name,
        "rtol": RTOL,
        "versions": {
            "Python": platform.python_version(),
            "NumPy": np.__version__,
            "reference_impl": metadata.version("deep-learning-verified"),
        },
        "calls": plain,
        "arrays": arrays,
    }


def _split(
    given: dict[str, Any], prefix: str, arrays: dict[str, np.ndarray]
) -> dict[str, Any]:
    """Put the arrays in `given` into `arrays`; return what is left."""
    plain = {}
    for name, value in given.items():
        key = f"{prefix}.{name}"
        if isinstance(value, np.ndarray):
            arrays[key] = value
        elif isinstance(value, float) and name == "grad_output":
            arrays[key] = np.asarray(value)
        elif isinstance(value, tuple | list) and any(
            isinstance(item, np.ndarray) for item in value
        ):
            arrays |= {f"{key}.{i}": item for i, item in enumerate(value)}
        else:
            plain[name] = value
    return plain


def save_vectors(path: str | Path, found: Vectors) -> None:
    """Write test vectors to a file.

    Parameters
    ----------
    path : str or Path
        Ends in ``.npz`` or ``.json``.
    found : dict
        From `vectors`.

    Raises
    ------
    ValueError
        For another ending.
    """
    path = Path(path)
    arrays = found["arrays"]
    facts = {key: value for key, value in found.items() if key != "arrays"}
    if path.suffix == ".npz":
        np.savez(path, facts=np.array(json.dumps(facts)), **arrays)
    elif path.suffix == ".json":
        listed = {
            key: {
                "shape": list(array.shape),
                "dtype": str(array.dtype),
                "data": array.ravel().tolist(),
            }
            for key, array in arrays.items()
        }
        text = json.dumps({**facts, "arrays": listed}, indent=1)
        path.write_text(text + "\n", encoding="utf-8")
    else:
        raise ValueError(f"path must end in .npz or .json, got path={path}")


def load_vectors(path: str | Path) -> Vectors:
    """Return the test vectors in a file that `save_vectors` wrote.

    Parameters
    ----------
    path : str or Path
        Ends in ``.npz`` or ``.json``.

    Returns
    -------
    dict
        As `vectors` returns it.

    Raises
    ------
    ValueError
        For another ending, or a file that is torn.
    """
    path = Path(path)
    try:
        if path.suffix == ".npz":
            with path.open("rb") as raw, np.load(raw) as file:
                arrays = {k: file[k] for k in file.files if k != "facts"}
                facts = json.loads(str(file["facts"]))
        elif path.suffix == ".json":
            facts = json.loads(path.read_text(encoding="utf-8"))
            arrays = {
                key: np.array(a["data"], a["dtype"]).reshape(a["shape"])
                for key, a in facts.pop("arrays").items()
            }
        else:
            raise ValueError("it must end in .npz or .json")
    except OSError:
        raise
    except Exception as error:
        raise ValueError(
            f"path must name a file of test vectors, got path={path}: {error}"
        ) from error
    return {**facts, "arrays": arrays}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        "reference_impl.vectors", description=__doc__
    )
    parser.add_argument("name", nargs="?", help="a function of this package")
    parser.add_argument("--out", type=Path, help="FILE.npz or FILE.json")
    parser.add_argument("--seed", type=int, default=0, help="of the data")
    parser.add_argument("--list", action="store_true", help="list the names")
    options = parser.parse_args(arguments)
    if options.list:
        print("\n".join(n for n in names() if not n.endswith(BACKWARD)))
        return 0
    if options.name is None or options.out is None:
        parser.error("NAME and --out FILE are needed, or --list")
    try:
        found = vectors(options.name, options.seed)
        save_vectors(options.out, found)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    print(
        f"wrote {options.out}: {len(found['calls'])} calls, "
        f"{len(found['arrays'])} arrays"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
