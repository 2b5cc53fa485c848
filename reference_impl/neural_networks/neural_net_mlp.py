"""A multilayer perceptron that classifies.

Page: docs/neural-networks/multilayer-perceptron.md.

Axes: N examples, D features, K classes.
"""

import copy
import os
from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _activations, _mlp_file
from reference_impl.neural_networks._estimator import (
    Classifier,
    features,
    labels,
)
from reference_impl.neural_networks._mlp_training import (
    Descent,
    History,
    Layers,
    first_layers,
    log_softmax,
    net_inputs,
    split,
    train,
    train_and_stop,
)

__all__ = ["NeuralNetMLP"]


class NeuralNetMLP(Classifier):
    """A multilayer perceptron with softmax output, trained by mini-batch SGD.

    It minimises the mean cross-entropy plus l2 / 2 times the sum of squared
    weights, biases left out. The features should be of similar size, about 1.
    scikit-learn takes it for one of its own estimators.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of ints, default (100,)
        Units of each hidden layer; () for none.
    activation : str, default "relu"
        Of the hidden layers: the name of any activation function of this
        package that has no weights and keeps the shape.
    l2 : float, default 1e-4
        Strength of the penalty.
    learning_rate : float, default 0.1
        eta, the step against the gradient.
    epochs : int, default 100
        Passes over the data, at most.
    minibatch_size : int, default 32
        Examples a step; the last of an epoch may be smaller.
    shuffle : bool, default True
        Draw a new order of the examples for each epoch.
    early_stopping : bool, default False
        Keep a part of the data for validation; stop when its cost has not
        fallen for `patience` epochs and go back to the best weights.
    validation_fraction : float, default 0.1
        How much of the data, more than 0 and less than 1.
    patience : int, default 10
    random_state : None, int, Generator or RandomState, default None
        Seed of the first weights, the validation part and the order.
    progress : bool, default False
        Show a progress bar; needs tqdm.

    Attributes
    ----------
    classes_ : ndarray of shape (K,)
        The labels, sorted.
    weights_ : list of ndarray of shape (m, d)
        float32 if fitted to float32, else float64.
    biases_ : list of ndarray of shape (d,)
    history_ : dict of list of float
        "cost" and "accuracy" of each epoch, over its mini-batches as they
        were before their updates; "validation_cost" and
        "validation_accuracy" after it. Costs of training count the penalty.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (D,)
        Only after fitting to a table with named columns.

    References
    ----------
    Raschka and Mirjalili 2019, *Python Machine Learning*, chapter 12.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import NeuralNetMLP
    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> y = np.array(["equal", "different", "different", "equal"])
    >>> model = NeuralNetMLP(8, epochs=300, learning_rate=0.5, random_state=0)
    >>> model.fit(X, y).predict(X)
    array(['equal', 'different', 'different', 'equal'], dtype='<U9')
    """

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str = "relu",
        l2: float = 1e-4,
        learning_rate: float = 0.1,
        epochs: int = 100,
        minibatch_size: int = 32,
        shuffle: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        patience: int = 10,
        random_state: Any = None,
        progress: bool = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.l2 = l2
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.minibatch_size = minibatch_size
        self.shuffle = shuffle
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.random_state = random_state
        self.progress = progress

    def fit(self, X: np.ndarray, y: np.ndarray) -> Self:
        """Train a new network.

        Parameters
        ----------
        X : array_like of shape (N, D)
            Finite numbers.
        y : array_like of shape (N,)
            Class labels: integers, strings or booleans.

        Returns
        -------
        NeuralNetMLP
            This model. After an error it is as it was before.

        Raises
        ------
        TypeError
            If X is sparse or holds no numbers, or a parameter is of a wrong
            kind.
        ValueError
            If a shape, a label or a parameter does not fit, X is not finite,
            or the cost does not stay finite.
        """
        sizes = self._check_parameters()
        X, names = features(X)
        classes, codes = np.unique(labels(y, len(X)), return_inverse=True)
        rng = _generator(self.random_state)
        layers = first_layers([X.shape[1], *sizes, len(classes)], rng, X.dtype)
        history: History = {"cost": [], "accuracy": []}
        numbers, descent = self._progress(), self._descent()
        if self.early_stopping:
            fraction, patience = self.validation_fraction, self.patience
            held, kept = split(len(X), fraction, rng)
            validation = X[held], codes[held]
            X, codes = X[kept], codes[kept]
            layers = train_and_stop(
                *(X, codes, layers, rng, descent, history, numbers),
                *(validation, patience),
            )
        else:
            for _ in numbers:
                train(X, codes, layers, rng, descent, history)
        self._keep(layers, rng, history, classes, X.shape[1], names)
        return self

    def partial_fit(
        self,
        X: np.ndarray,
        y: np.ndarray,
        classes: np.ndarray | None = None,
    ) -> Self:
        """Train for one pass over these data, from where the network stands.

        Parameters
        ----------
        X, y
            As `fit` takes them.
        classes : array_like of shape (K,), optional
            All labels there will be; required by the first call.

        Returns
        -------
        NeuralNetMLP
            This model. After an error it is as it was before.

        Raises
        ------
        TypeError
            As `fit`.
        ValueError
            As `fit`; also if `classes` is missing from the first call or
            other than in it, or y holds a label that is not one of them.
        """
        sizes = self._check_parameters()
        X, names = features(X)
        y = labels(y, len(X))
        if self.__sklearn_is_fitted__():
            self._check_features(X, names)
            known = self._same_classes(classes)
            X = X.astype(self.weights_[0].dtype, copy=False)
            layers = Layers(self.weights_, self.biases_).copy()
            rng, history = copy.deepcopy((self._rng, self.history_))
        else:
            known = _sorted_classes(classes)
            rng = _generator(self.random_state)
            widths = [X.shape[1], *sizes, len(known)]
            layers = first_layers(widths, rng, X.dtype)
            history = {"cost": [], "accuracy": []}
        codes = _codes(y, known)
        train(X, codes, layers, rng, self._descent(), history)
        self._keep(layers, rng, history, known, X.shape[1], names)
        return self

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Return the probability of each class, in the order of `classes_`.

        Parameters
        ----------
        X : array_like of shape (N, D)

        Returns
        -------
        ndarray of shape (N, K)

        Raises
        ------
        NotFittedError
            If the model is not fitted; a ValueError and an AttributeError.
        TypeError, ValueError
            If X is not a matrix of finite numbers with D columns.
        """
        return np.exp(self.predict_log_proba(X))

    def predict_log_proba(self, X: np.ndarray) -> np.ndarray:
        """Return the logarithms of `predict_proba`, which has its errors.

        They keep their digits where a probability is as good as 0.
        """
        self._check_is_fitted()
        X, names = features(X)
        self._check_features(X, names)
        X = X.astype(self.weights_[0].dtype, copy=False)
        layers = Layers(self.weights_, self.biases_)
        Z, _ = net_inputs(X, layers, self.activation)
        return log_softmax(Z[-1])

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return the most probable class of each row of X, shape (N,).

        Errors are those of `predict_proba`.
        """
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]

    def score(
        self,
        X: np.ndarray,
        y: np.ndarray,
        sample_weight: np.ndarray | None = None,
    ) -> float:
        """Return the share of the rows of X whose class is predicted right.

        Each row counts as much as its entry of `sample_weight`, if given.
        Errors are those of `predict_proba` and of labels or weights that do
        not fit X.
        """
        predicted = self.predict(X)
        right = predicted == labels(y, len(predicted))
        return float(np.average(right, weights=sample_weight))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to one file, all of it or, after an error, nothing.

        Parameters
        ----------
        path : str or Path
            A NumPy archive (npz) is written there, without pickle.

        Raises
        ------
        NotFittedError
            If the model is not fitted.
        TypeError
            If labels or parameters are of a kind that is not saved.
        OSError
            If the file cannot be written. One that was there stays.
        """
        self._check_is_fitted()
        _mlp_file.write(path, self)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Return the model that `save` wrote to `path`.

        Its predictions are the same, and so is what `partial_fit` makes of it.

        Raises
        ------
        OSError
            If the file cannot be read.
        ValueError
            If it does not hold a whole model.
        """
        return _mlp_file.read(path, cls)

    def _check_parameters(self) -> list[int]:
        """Return the sizes of the hidden layers once all is checked."""
        given: Any = self.hidden_layer_sizes
        if isinstance(given, str | dict) or not hasattr(given, "__len__"):
            given = [_checks.integer("hidden_layer_sizes", given, 1)]
        sizes = [
            _checks.integer(f"hidden_layer_sizes[{i}]", n, 1)
            for i, n in enumerate(given)
        ]
        _activations.check(self.activation)
        _checks.real("l2", self.l2, 0)
        _checks.real("learning_rate", self.learning_rate, 0)
        for name in ("epochs", "minibatch_size", "patience"):
            _checks.integer(name, getattr(self, name), 1)
        for name in ("shuffle", "early_stopping", "progress"):
            value = getattr(self, name)
            if not isinstance(value, bool | np.bool_):
                raise TypeError(f"{name} must be a bool, got {name}={value!r}")
        fraction = _checks.real(
            "validation_fraction", self.validation_fraction, 0, 1
        )
        if fraction in (0, 1):
            raise ValueError(
                "validation_fraction must be more than 0 and less than 1, got "
                f"validation_fraction={fraction}"
            )
        return sizes

    def _descent(self) -> Descent:
        return Descent(
            self.activation,
            float(self.l2),  # NumPy's would have a say in the dtype
            float(self.learning_rate),
            self.minibatch_size,
            self.shuffle,
        )

    def _progress(self) -> Iterable[int]:
        """Return the epochs' numbers, with a bar if one is asked for."""
        if not self.progress:
            return range(self.epochs)
        try:
            from tqdm import trange
        except ImportError as error:
            raise ImportError(
                "progress must be False without tqdm, got progress=True"
            ) from error
        return trange(self.epochs, desc="epochs")

    def _keep(
        self,
        layers: Layers,
        rng: np.random.Generator,
        history: History,
        classes: np.ndarray,
        columns: int,
        names: list[str] | None,
    ) -> None:
        """Make a training that went well this model's state."""
        self.weights_, self.biases_ = layers
        self._rng, self.history_ = rng, history
        self.classes_, self.n_features_in_ = classes, columns
        if names is not None:
            self.feature_names_in_ = np.array(names, dtype=object)

    def _same_classes(self, classes: np.ndarray | None) -> np.ndarray:
        """Return the classes; raise if others are given than there are."""
        if classes is not None and not np.array_equal(
            np.unique(classes), self.classes_
        ):
            raise ValueError(
                "classes must be those of the first call, got "
                f"classes={classes!r}, classes_={self.classes_!r}"
            )
        return self.classes_


def _codes(y: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return the position of each label among the sorted `classes`."""
    unknown = ~np.isin(y, classes)
    if unknown.any():
        n = int(np.argmax(unknown))
        raise ValueError(
            f"y must hold labels among classes={classes!r}, "
            f"got y[{n}]={y[n]!r}"
        )
    return np.searchsorted(classes, y)


def _sorted_classes(classes: np.ndarray | None) -> np.ndarray:
    """Return the classes that the first call of `partial_fit` names."""
    if classes is None:
        raise ValueError(
            "classes must be given to the first call of partial_fit, got "
            "classes=None"
        )
    return np.unique(labels(classes, len(classes)))


def _generator(random_state: Any) -> np.random.Generator:
    """Return what random numbers are drawn from."""
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**31))
    if random_state is None or isinstance(random_state, np.random.Generator):
        return np.random.default_rng(random_state)
    return np.random.default_rng(
        _checks.integer("random_state", random_state, 0)
    )
