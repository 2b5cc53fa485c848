"""What scikit-learn expects of an estimator, without importing it.

scikit-learn recognises an estimator by its methods, so that its pipelines,
searches and checks work with ours. It is imported where one of its own types is
called for: its tags, its error for a model not fitted, its warning.
"""

import importlib
import inspect
import warnings
from typing import Any, Self

import numpy as np

MINIMUM = "while a minimum of 1 is required"


class Estimator:
    """Parameters, representation and checks; `fitted` is what fitting sets."""

    fitted: str
    n_features_in_: int

    @classmethod
    def _names(cls) -> list[str]:
        return list(inspect.signature(cls).parameters)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters of the constructor by name."""
        return {name: getattr(self, name) for name in self._names()}

    def set_params(self, **params: Any) -> Self:
        """Change parameters by name; they are checked when fitting."""
        unknown = set(params) - set(self._names())
        if unknown:
            raise ValueError(
                f"params must be among {', '.join(self._names())}, got "
                f"{', '.join(sorted(unknown))}"
            )
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self)).parameters
        changed = ", ".join(
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if repr(value) != repr(defaults[name].default)
        )
        return f"{type(self).__name__}({changed})"

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, self.fitted)

    def _check_is_fitted(self) -> None:
        if not self.__sklearn_is_fitted__():
            raise _type("NotFittedError", NotFittedError)(
                f"{type(self).__name__} must be fitted first: call fit"
            )

    def _check_features(self, X: np.ndarray, names: list[str] | None) -> None:
        """Raise unless `X` has the columns that the model was fitted to."""
        if X.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {X.shape[1]} features, but {type(self).__name__} is "
                f"expecting {self.n_features_in_} features as input"
            )
        fitted = list(getattr(self, "feature_names_in_", names or ()))
        if names is not None and names != fitted:
            raise ValueError(
                "X must have the columns of fit, in their order, got "
                f"X.columns={names}, feature_names_in_={fitted}"
            )


class Classifier(Estimator):
    """An estimator that predicts classes."""

    fitted = "classes_"
    classes_: np.ndarray

    def __sklearn_tags__(self) -> Any:
        utils = importlib.import_module("sklearn.utils")
        return utils.Tags(
            estimator_type="classifier",
            target_tags=utils.TargetTags(required=True),
            classifier_tags=utils.ClassifierTags(),
        )


class Transformer(Estimator):
    """An estimator that gives the data other coordinates."""

    def __sklearn_tags__(self) -> Any:
        utils = importlib.import_module("sklearn.utils")
        return utils.Tags(
            estimator_type="transformer",
            target_tags=utils.TargetTags(required=False),
            transformer_tags=utils.TransformerTags(
                preserves_dtype=["float64", "float32"]
            ),
        )


class NotFittedError(ValueError, AttributeError):
    """A model is used before it is fitted; only without scikit-learn."""


def features(X: Any) -> tuple[np.ndarray, list[str] | None]:
    """Return `X` as a finite float matrix, and the names of its columns.

    float32 and float64 are kept, everything else becomes float64.
    """
    if hasattr(X, "tocsr"):
        raise TypeError(
            "X must be dense, got a sparse matrix or array: use X.toarray()"
        )
    columns = getattr(X, "columns", None)
    array = np.asarray(X)
    if array.ndim != 2:
        raise ValueError(
            f"X must have shape (N, D), got X.shape={array.shape}. Reshape "
            "your data: X.reshape(-1, 1) for one feature, X.reshape(1, -1) "
            "for one example"
        )
    for axis, what in ((0, "sample"), (1, "feature")):
        if array.shape[axis] == 0:
            raise ValueError(
                f"X must not be empty, got 0 {what}(s) "
                f"(shape={array.shape}) {MINIMUM}."
            )
    array = _real(array)
    squares = np.vdot(array, array)  # one pass; may overflow
    if not (np.isfinite(squares) or np.isfinite(array).all()):
        n, d = np.argwhere(~np.isfinite(array))[0]
        raise ValueError(
            "X must be finite, without NaN and inf, got "
            f"X[{n}, {d}]={array[n, d]}"
        )
    return array, None if columns is None else [str(c) for c in columns]


def labels(y: Any, examples: int) -> np.ndarray:
    """Return `y` as an array of `examples` class labels."""
    if y is None:
        raise ValueError(
            "y must be given: fit requires y to be passed, but the target y "
            "is None"
        )
    array = np.asarray(y)
    if array.ndim == 2 and array.shape[1] == 1:
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected: use "
            "y.ravel()",
            _type("DataConversionWarning", UserWarning),
            stacklevel=3,
        )
        array = array[:, 0]
    if array.shape != (examples,):
        raise ValueError(
            f"y must have shape ({examples},), got y.shape={array.shape}: "
            "y should be a 1d array of class labels, one for each row of X"
        )
    if array.dtype.kind in "fc":
        _check_whole(array)
    return array


def _check_whole(y: np.ndarray) -> None:
    """Raise unless the numbers in `y` can be classes."""
    if not np.isfinite(y).all():
        raise ValueError(
            "y must be finite, got y that contains NaN or inf: "
            "Input y contains NaN or infinity"
        )
    if (y != np.floor(y.real)).any():
        raise ValueError(
            "y must hold class labels, got numbers with a fraction. "
            "Unknown label type: continuous"
        )


def _real(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind == "c":
        raise ValueError(
            f"X must be real, got X.dtype={array.dtype}. "
            "Complex data not supported"
        )
    if array.dtype in (np.float32, np.float64):
        return array
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"X must hold numbers, got X.dtype={array.dtype}: {error}"
        ) from error


def _type(name: str, otherwise: type) -> Any:
    """Return scikit-learn's exception or warning of that name, if it is here."""
    try:
        return getattr(importlib.import_module("sklearn.exceptions"), name)
    except ImportError:
        return otherwise
