"""Tests of reference_impl.neural_networks.neural_net_mlp."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from reference_impl import NeuralNetMLP, mlp_cost, mlp_forward, one_hot
from reference_impl.neural_networks import _activations
from reference_impl.neural_networks._estimator import features

TORCH = {"relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}


def blobs(N=60, D=5, K=3, seed=0):
    """Return points around K centres, and their labels."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, K, N)
    return 2 * rng.standard_normal((K, D))[y] + rng.standard_normal((N, D)), y


def state(model):
    """Return all that a fitted model holds, as a copy."""
    return copy.deepcopy(vars(model))


def assert_same_state(a, b):
    assert a.keys() == b.keys()
    for key in a:
        if key == "_rng":
            assert a[key].bit_generator.state == b[key].bit_generator.state
        else:
            np.testing.assert_equal(a[key], b[key])


@pytest.mark.filterwarnings("ignore:Estimator NeuralNetMLP does not inherit")
@pytest.mark.parametrize("early_stopping", [False, True])
def test_scikit_learn_accepts_it(early_stopping):
    model = NeuralNetMLP(early_stopping=early_stopping)
    results = check_estimator(model, on_skip=None)
    others = {r["check_name"] for r in results if r["status"] != "passed"}
    assert len(results) >= 50
    assert others <= {
        "check_array_api_input",  # skipped unless SCIPY_ARRAY_API is set
        "check_classifier_data_not_an_array",  # skipped without pandas
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("sizes", "activation", "l2"),
    [((7,), "relu", 0.0), ((7, 6), "sigmoid", 0.1), ((), "relu", 0.01)],
)
def test_every_step_is_that_of_torch(sizes, activation, l2, dtype):
    X, y = blobs()
    X = X.astype(dtype)
    model = NeuralNetMLP(
        sizes, activation, l2, 0.3, minibatch_size=13, random_state=5
    )
    model.set_params(learning_rate=0.0).partial_fit(X, y, classes=range(3))
    model.set_params(learning_rate=0.3)  # rate 0 gave the first weights
    W = [torch.tensor(w, requires_grad=True) for w in model.weights_]
    b = [torch.tensor(v, requires_grad=True) for v in model.biases_]
    groups = [{"params": W, "weight_decay": l2}, {"params": b}]
    optimizer = torch.optim.SGD(groups, lr=0.3)
    for _ in range(4):
        order = copy.deepcopy(model._rng).permutation(len(X))
        model.partial_fit(X, y)
        cost = hits = 0.0
        for start in range(0, len(X), 13):
            rows = order[start : start + 13]
            a, t = torch.tensor(X[rows]), torch.tensor(y[rows])
            for l in range(len(W)):
                z = a @ W[l] + b[l]
                a = TORCH[activation](z)
            J = torch.nn.functional.cross_entropy(z, t)
            penalty = l2 / 2 * sum((w.detach() ** 2).sum().item() for w in W)
            cost += (J.item() + penalty) * len(rows)
            hits += (z.argmax(1) == t).sum().item()
            optimizer.zero_grad()
            J.backward()
            optimizer.step()
        rtol = 1e-4 if dtype == np.float32 else 1e-10
        ours = model.weights_ + model.biases_
        for got, want in zip(ours, W + b, strict=True):
            assert got.dtype == dtype
            want = want.detach().numpy()
            np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol / 10)
        history = model.history_
        np.testing.assert_allclose(history["cost"][-1], cost / 60, rtol=rtol)
        assert history["accuracy"][-1] == hits / 60


def test_digits_are_recognised():
    X, y = load_digits(return_X_y=True)
    model = NeuralNetMLP(l2=1e-3, random_state=0)
    order = np.random.default_rng(0).permutation(len(X))
    train, test = order[:1347], order[1347:]
    model.fit(X[train] / 16, y[train])
    assert model.score(X[test] / 16, y[test]) >= 0.97
    cost, accuracy = model.history_["cost"], model.history_["accuracy"]
    assert len(cost) == len(accuracy) == 100
    assert cost[-1] < 0.1 * cost[0]
    assert accuracy[-1] > 0.99


@pytest.mark.parametrize("activation", _activations.ACTIVATIONS)
def test_every_activation_learns(activation):
    X, y = blobs(N=120)
    model = NeuralNetMLP(
        (12, 9), activation, learning_rate=0.1, random_state=0, epochs=60
    )
    assert model.fit(X, y).score(X, y) > 0.9


def test_probabilities_are_those_of_mlp_forward():
    X, y = blobs()
    model = NeuralNetMLP((6, 4), "tanh", epochs=3, random_state=0).fit(X, y)
    passed = mlp_forward(X, model.weights_, model.biases_, "tanh")
    p = model.predict_proba(X)
    np.testing.assert_allclose(p, passed.activations[-1], rtol=1e-12)
    np.testing.assert_array_equal(model.predict(X), p.argmax(axis=1))
    assert model.score(X, y) == np.mean(model.predict(X) == y)


def test_logarithms_of_probabilities_that_are_0():
    X, y = blobs()
    model = NeuralNetMLP(5, epochs=2, random_state=0).fit(X, y)
    log_p = model.predict_log_proba(X)
    np.testing.assert_allclose(np.exp(log_p), model.predict_proba(X))
    assert model.predict_proba(1e6 * X).min() == 0
    assert np.isfinite(model.predict_log_proba(1e6 * X)).all()


def test_score_weighs_the_samples():
    X, y = blobs()
    model = NeuralNetMLP(5, epochs=1, random_state=0).fit(X, y)
    right = model.predict(X) == y
    assert 0 < model.score(X, y) == right.mean() < 1
    assert model.score(X, y, sample_weight=right + 0.0) == 1
    assert model.score(X, y, 1.0 - right) == 0


def test_without_shuffling_the_order_is_that_of_the_data():
    X, y = blobs()
    options = {"minibatch_size": 7, "random_state": 3, "epochs": 1}
    model = NeuralNetMLP(4, shuffle=False, **options).fit(X, y)
    first = NeuralNetMLP(4, shuffle=False, **options, learning_rate=0.0)
    first = first.fit(X, y)
    W, b = first.weights_, first.biases_
    cost = mlp_cost(
        mlp_forward(X[:7], W, b, "relu").net_inputs[-1],
        one_hot(y, dtype=float)[:7],
    )
    again = NeuralNetMLP(4, shuffle=False, **options)
    again.fit(X[:7], y[:7])
    penalty = again.l2 / 2 * sum((w**2).sum() for w in W)
    np.testing.assert_allclose(again.history_["cost"][0], cost + penalty)
    shuffled = NeuralNetMLP(4, **options).fit(X, y)
    assert not np.allclose(shuffled.weights_[0], model.weights_[0], rtol=1e-9)


def test_the_penalty_shrinks_weights_and_not_biases():
    X, y = blobs()
    models = [
        NeuralNetMLP(4, l2=l2, random_state=0, epochs=200).fit(X + 3, y)
        for l2 in (0.0, 0.3)
    ]
    norms = [sum((W**2).sum() for W in m.weights_) for m in models]
    assert norms[1] < 0.3 * norms[0]
    constant = NeuralNetMLP((), l2=0.5, epochs=300, random_state=0)
    constant.fit(np.zeros((50, 2)), np.repeat([0, 1], [40, 10]))
    # Weights vanish; biases still reach the log-odds of 40 to 10.
    gap = constant.biases_[0][0] - constant.biases_[0][1]
    np.testing.assert_allclose(gap, np.log(4), rtol=1e-3)
    assert np.abs(constant.weights_[0]).max() < 1e-6


def test_equal_seeds_give_equal_models():
    X, y = blobs()
    one, two, other = (
        NeuralNetMLP(5, epochs=4, random_state=s).fit(X, y) for s in (1, 1, 2)
    )
    assert_same_state(
        vars(one) | {"random_state": 0}, vars(two) | {"random_state": 0}
    )
    assert (one.weights_[0] != other.weights_[0]).all()


def test_random_state_may_be_a_generator():
    X, y = blobs()
    models = [
        NeuralNetMLP(5, epochs=2, random_state=np.random.default_rng(8)),
        NeuralNetMLP(5, epochs=2, random_state=8),
    ]
    first, second = (m.fit(X, y).weights_[0] for m in models)
    np.testing.assert_array_equal(first, second)
    old = np.random.RandomState(1)
    NeuralNetMLP(5, epochs=2, random_state=old).fit(X, y)
    NeuralNetMLP(5, epochs=2).fit(X, y)


def test_partial_fit_goes_on_where_fit_stopped():
    X, y = blobs()
    whole = NeuralNetMLP(5, epochs=6, random_state=0).fit(X, y)
    parts = NeuralNetMLP(5, epochs=4, random_state=0).fit(X, y)
    parts.partial_fit(X, y).partial_fit(X, y, classes=[2, 1, 0])
    np.testing.assert_array_equal(parts.weights_[0], whole.weights_[0])
    assert parts.history_ == whole.history_


def test_partial_fit_may_meet_classes_one_by_one():
    X, y = blobs(N=90)
    names = np.array(["ant", "bee", "cat"])
    model = NeuralNetMLP(8, random_state=0)
    for _ in range(40):
        for k in range(3):
            rows = y == k
            model.partial_fit(X[rows], names[y[rows]], classes=names)
    assert model.score(X, names[y]) > 0.9
    assert model.classes_.tolist() == ["ant", "bee", "cat"]


def test_early_stopping_returns_to_the_best_weights():
    X, y = blobs(N=80)
    y = np.where(np.random.default_rng(1).random(80) < 0.3, 0, y)  # noise
    model = NeuralNetMLP(
        40, early_stopping=True, patience=5, epochs=500, l2=0.0,
        validation_fraction=0.25, random_state=0,
    )  # fmt: skip
    model.fit(X, y)
    costs = model.history_["validation_cost"]
    best = int(np.argmin(costs))
    assert len(costs) == best + 1 + 5 < 500
    assert all(len(h) == len(costs) for h in model.history_.values())
    # The same draw again gives the rows that were held out.
    rng = np.random.default_rng(0)
    from reference_impl.neural_networks._mlp_training import first_layers

    first_layers([5, 40, 3], rng, np.dtype(float))
    order = rng.permutation(80)
    held, kept = order[:20], order[20:]
    Z = mlp_forward(X[held], model.weights_, model.biases_, "relu").net_inputs[
        -1
    ]
    target = one_hot(y[held], 3, dtype=float)
    np.testing.assert_allclose(mlp_cost(Z, target), min(costs), rtol=1e-12)
    hits = model.score(X[held], y[held])
    assert hits == model.history_["validation_accuracy"][best]
    assert len(kept) == 60


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["b", "a", "c"]),
        np.array(["b", "a", "c"], dtype=object),
        np.array([7, -2, 40]),
        np.array([1.0, 2.0, 5.0]),
    ],
)
def test_labels_may_be_of_any_kind(labels):
    X, y = blobs()
    model = NeuralNetMLP(5, epochs=40, random_state=0).fit(X, labels[y])
    assert model.predict(X).dtype == labels.dtype
    assert model.score(X, labels[y]) > 0.9
    np.testing.assert_array_equal(model.classes_, np.sort(labels))


def test_bool_labels_and_one_class():
    X, y = blobs(K=2)
    model = NeuralNetMLP(5, random_state=0).fit(X, y == 1)
    assert model.predict(X).dtype == bool
    only = NeuralNetMLP(5, epochs=2, random_state=0).fit(X, np.full(60, "x"))
    assert set(only.predict(X)) == {"x"}


def test_float32_is_kept_and_integers_become_float64():
    X, y = blobs()
    model = NeuralNetMLP(5, epochs=2, random_state=0)
    assert model.fit(X.astype("f"), y).predict_proba(X).dtype == np.float32
    assert model.fit(X.astype(int), y).predict_proba(X).dtype == np.float64


def test_numbers_of_numpys_are_numbers():
    X, y = blobs()
    numbers = {"learning_rate": np.float64(0.125), "l2": np.float64(0.25)}
    proba = [
        NeuralNetMLP(5, epochs=2, random_state=0, **each)
        .fit(X.astype("f"), y)
        .predict_proba(X)
        for each in (numbers, {k: float(v) for k, v in numbers.items()})
    ]
    assert proba[0].dtype == np.float32
    np.testing.assert_array_equal(*proba)


def test_data_are_left_alone():
    X, y = blobs()
    X.flags.writeable = y.flags.writeable = False
    model = NeuralNetMLP(5, epochs=2, random_state=0, early_stopping=True)
    model.fit(X, y).partial_fit(X, y).predict(X)
    flipped = model.predict_proba(np.asfortranarray(X)[::-1])
    np.testing.assert_allclose(flipped, model.predict_proba(X)[::-1])


def test_it_works_within_scikit_learn():
    X, y = blobs()
    grid = GridSearchCV(
        make_pipeline(StandardScaler(), NeuralNetMLP(random_state=0)),
        {"neuralnetmlp__l2": [0.0, 0.1], "neuralnetmlp__epochs": [5]},
        cv=2,
    )
    assert grid.fit(X * 50, y).best_score_ > 0.8
    assert (
        cross_val_score(NeuralNetMLP(random_state=0), X, y, cv=2).min() > 0.8
    )
    assert repr(clone(NeuralNetMLP(3, l2=0.5))) == (
        "NeuralNetMLP(hidden_layer_sizes=3, l2=0.5)"
    )


def test_it_works_without_scikit_learn():
    code = """
import sys
sys.modules["sklearn"] = sys.modules["tqdm"] = None
import numpy as np
from reference_impl import NeuralNetMLP
model = NeuralNetMLP(3, epochs=2, random_state=0)
try:
    model.predict(np.zeros((1, 2)))
except ValueError as error:
    print(type(error).__name__, isinstance(error, AttributeError))
X, y = np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([0, 1])
print(model.fit(X, y).predict(X).shape, model)
try:
    model.set_params(progress=True).fit(X, y)
except ImportError as error:
    print(error)
import warnings
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    model.set_params(progress=False).fit(X, y[:, None])
print(seen[0].category.__name__)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == [
        "NotFittedError True",
        "(2,) NeuralNetMLP(hidden_layer_sizes=3, epochs=2, random_state=0)",
        "progress must be False without tqdm, got progress=True",
        "UserWarning",
    ], done.stderr


def test_importing_it_does_not_import_scikit_learn():
    code = (
        "import sys, reference_impl; reference_impl.NeuralNetMLP(); "
        "print(sorted({'sklearn', 'tqdm', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


def test_progress_bar(capsys):
    X, y = blobs()
    NeuralNetMLP(3, epochs=4, random_state=0, progress=True).fit(X, y)
    assert "4/4" in capsys.readouterr().err


def test_named_columns_have_to_match():
    class Table:
        def __init__(self, array, columns):
            self.array, self.columns = array, columns

        def __array__(self, dtype=None, copy=None):
            return self.array

    X, y = blobs(D=2)
    model = NeuralNetMLP(3, epochs=2, random_state=0)
    model.fit(Table(X, ["u", "v"]), y)
    assert model.feature_names_in_.tolist() == ["u", "v"]
    model.predict(X)
    with pytest.raises(ValueError, match=r"got X.columns=\['v', 'u'\]"):
        model.predict(Table(X, ["v", "u"]))


X_GOOD, Y_GOOD = blobs(N=12)
WITH_NAN = np.where(np.arange(60).reshape(12, 5) == 33, np.nan, X_GOOD)


@pytest.mark.parametrize("method", ["fit", "partial_fit", "score"])
@pytest.mark.parametrize(
    ("X", "y", "error", "message"),
    [
        (
            X_GOOD[0],
            Y_GOOD,
            ValueError,
            r"X must have shape \(N, D\), got X.sh",
        ),
        (
            X_GOOD[:0],
            Y_GOOD[:0],
            ValueError,
            "X must not be empty, got 0 sampl",
        ),
        (
            X_GOOD[:, :0],
            Y_GOOD,
            ValueError,
            "X must not be empty, got 0 featur",
        ),
        (WITH_NAN, Y_GOOD, ValueError, r"NaN and inf, got X\[6, 3\]=nan"),
        (X_GOOD * np.inf, Y_GOOD, ValueError, r"X must be finite"),
        (X_GOOD + 1j, Y_GOOD, ValueError, "X must be real, got X.dtype=compl"),
        ([["a"]] * 12, Y_GOOD, ValueError, "X must hold numbers, got X.dtype"),
        (X_GOOD, None, ValueError, "y must be given"),
        (
            X_GOOD,
            Y_GOOD[:5],
            ValueError,
            r"y must have shape \(12,\), got y.sh",
        ),
        (X_GOOD, one_hot(Y_GOOD), ValueError, r"got y.shape=\(12, 3\)"),
        (X_GOOD, Y_GOOD + 0.5, ValueError, "y must hold class labels"),
        (X_GOOD, Y_GOOD * np.nan, ValueError, "y must be finite"),
    ],
)
def test_bad_data_leave_the_model_as_it_is(method, X, y, error, message):
    model = NeuralNetMLP(3, epochs=2, random_state=0).fit(X_GOOD, Y_GOOD)
    before = state(model)
    with pytest.raises(error, match=message):
        getattr(model, method)(X, y)
    assert_same_state(vars(model), before)
    new = NeuralNetMLP()
    with pytest.raises((error, ValueError)):
        getattr(new, method)(X, y)
    assert vars(new) == vars(NeuralNetMLP())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m.partial_fit(X_GOOD, Y_GOOD + 1), r"got y\[\d+\]=.*3"),
        (
            lambda m: m.partial_fit(X_GOOD, Y_GOOD, [0, 1]),
            "classes must be th",
        ),
        (lambda m: m.partial_fit(X_GOOD[:, 1:], Y_GOOD), "X has 4 features"),
        (lambda m: m.predict(X_GOOD[:, 1:]), "expecting 5 features as input"),
    ],
)
def test_data_unlike_those_of_fit(call, message):
    model = NeuralNetMLP(3, epochs=2, random_state=0).fit(X_GOOD, Y_GOOD)
    before = state(model)
    with pytest.raises(ValueError, match=message):
        call(model)
    assert_same_state(vars(model), before)


def test_the_first_partial_fit_names_the_classes():
    for classes, message in (
        (None, "classes must be given"),
        ([0, 1], r"y must hold labels among classes=array\(\[0, 1\]\), got"),
    ):
        model = NeuralNetMLP()
        with pytest.raises(ValueError, match=message):
            model.partial_fit(X_GOOD, Y_GOOD, classes)
        assert vars(model) == vars(NeuralNetMLP())


def test_a_diverging_run_leaves_the_model_as_it_is():
    X, y = blobs()
    model = NeuralNetMLP((9, 9), random_state=0, epochs=30).fit(X, y)
    before = state(model)
    model.set_params(learning_rate=1e200)
    for method in (model.fit, model.partial_fit):
        with pytest.raises(ValueError, match="learning_rate must be so small"):
            method(X, y)
    assert_same_state(vars(model) | {"learning_rate": 0.1}, before)


def test_an_interrupted_run_leaves_the_model_as_it_is(monkeypatch):
    X, y = blobs()
    model = NeuralNetMLP(4, random_state=0, epochs=3).fit(X, y)
    before = state(model)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(_activations, "backward", interrupt)
    for method in (model.fit, model.partial_fit):
        with pytest.raises(KeyboardInterrupt):
            method(X, y)
    assert_same_state(vars(model), before)


def test_early_stopping_needs_rows_to_train_on():
    model = NeuralNetMLP(early_stopping=True)
    with pytest.raises(
        ValueError, match=r"X must have rows left .* n_samples=1"
    ):
        model.fit(X_GOOD[:1], Y_GOOD[:1])


@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    [
        (
            "hidden_layer_sizes",
            0,
            ValueError,
            "must be at least 1, got hidden",
        ),
        (
            "hidden_layer_sizes",
            (3, 2.0),
            TypeError,
            r"hidden_layer_sizes\[1\]",
        ),
        (
            "hidden_layer_sizes",
            "ab",
            TypeError,
            "hidden_layer_sizes must be an",
        ),
        (
            "activation",
            "softmax",
            ValueError,
            "activation must be one of 'ide",
        ),
        ("activation", 3, ValueError, "activation must be one of"),
        ("l2", -1.0, ValueError, r"l2 must be in \[0, inf\], got l2=-1.0"),
        ("learning_rate", np.nan, ValueError, "learning_rate must be in"),
        ("learning_rate", "a", TypeError, "learning_rate must be a number"),
        ("epochs", 0, ValueError, "epochs must be at least 1, got epochs=0"),
        ("epochs", 1.5, TypeError, "epochs must be an int, got epochs=1.5"),
        ("minibatch_size", 0, ValueError, "minibatch_size must be at least 1"),
        ("patience", 0, ValueError, "patience must be at least 1"),
        ("shuffle", 1, TypeError, "shuffle must be a bool, got shuffle=1"),
        ("early_stopping", "no", TypeError, "early_stopping must be a bool"),
        ("progress", None, TypeError, "progress must be a bool"),
        (
            "validation_fraction",
            1.0,
            ValueError,
            "validation_fraction must be",
        ),
        ("validation_fraction", 2, ValueError, r"must be in \[0, 1\]"),
        ("random_state", -1, ValueError, "random_state must be at least 0"),
        ("random_state", "a", TypeError, "random_state must be an int"),
    ],
)
def test_bad_parameters(name, value, error, message):
    model = NeuralNetMLP(**{name: value})
    with pytest.raises(error, match=message):
        model.fit(X_GOOD, Y_GOOD)
    assert not hasattr(model, "classes_")


def test_unknown_parameters():
    with pytest.raises(ValueError, match="params must be among hidden_layer_"):
        NeuralNetMLP().set_params(l3=1)


@pytest.mark.parametrize("labels", ["int", "str", "object", "bool"])
def test_a_saved_model_is_the_same(tmp_path, labels):
    X, y = blobs()
    kinds = {
        "int": y * 3 - 1,
        "str": np.array(["x", "yy", "z"])[y],
        "object": np.array(["x", "yy", "z"], object)[y],
        "bool": y == 1,
    }
    model = NeuralNetMLP(
        np.int64(6), "gelu", epochs=3, random_state=4, early_stopping=True
    )
    model.fit(X.astype("f"), kinds[labels]).save(tmp_path / "model")
    assert [p.name for p in tmp_path.iterdir()] == ["model"]
    loaded = NeuralNetMLP.load(tmp_path / "model")
    assert_same_state(vars(loaded), vars(model))
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert loaded.predict(X).dtype == model.predict(X).dtype
    loaded.partial_fit(X, kinds[labels])
    model.partial_fit(X, kinds[labels])
    assert_same_state(vars(loaded), vars(model))


def test_sizes_and_names_of_columns_are_saved(tmp_path):
    X, y = blobs()
    model = NeuralNetMLP((4, 3), epochs=2, random_state=0).fit(X, y)
    model.feature_names_in_ = np.array(list("abcde"), object)
    model.save(str(tmp_path / "m.npz"))
    loaded = NeuralNetMLP.load(str(tmp_path / "m.npz"))
    assert loaded.hidden_layer_sizes == (4, 3)
    assert loaded.feature_names_in_.tolist() == list("abcde")


def test_the_file_holds_no_pickle(tmp_path):
    X, y = blobs()
    path = tmp_path / "m.npz"
    labels = np.array(["x", "y", "z"], object)[y]
    NeuralNetMLP(3, epochs=1, random_state=0).fit(X, labels).save(path)
    with np.load(path, allow_pickle=False) as arrays:
        kinds = {arrays[name].dtype.kind for name in arrays.files}
    assert "O" not in kinds


def test_every_damage_to_a_file_is_noticed_or_harmless(tmp_path):
    X, y = blobs()
    model = NeuralNetMLP(2, epochs=1, random_state=0).fit(X, y)
    path = tmp_path / "m.npz"
    model.save(path)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    noticed = harmless = 0
    for at in rng.permutation(len(whole))[:400]:
        damaged = bytearray(whole)
        damaged[at] ^= 1 << rng.integers(8)
        path.write_bytes(damaged)
        try:
            loaded = NeuralNetMLP.load(path)
        except ValueError as error:
            noticed += str(error).startswith("path must hold a whole Neural")
        else:  # a time stamp, say
            harmless += 1
            assert_same_state(vars(loaded), vars(model))
    assert noticed + harmless == 400
    assert noticed > 300
    for end in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:end])
        with pytest.raises(ValueError, match="path must hold a whole Neural"):
            NeuralNetMLP.load(path)


def rewrite(path, **new):
    """Replace arrays of a saved model; the archive stays whole."""
    with np.load(path) as found:
        arrays = dict(found)
    for name, value in new.items():
        if value is None:
            del arrays[name]
        else:
            arrays[name] = value
    np.savez(path, **arrays)


@pytest.mark.parametrize(
    "new",
    [
        {"weight_0": np.ones((5, 3))},
        {"weight_0": np.ones((5, 2), int)},
        {"weight_0": np.ones((5, 2), "f")},
        {"weight_1": np.full((2, 3), np.nan)},
        {"bias_0": np.ones(5)},
        {"bias_1": None},
        {"about": None},
        {"about": np.array("{}")},
        {"about": np.array('{"version": 2}')},
        {"about": np.array("no JSON")},
        {"about": np.array([1, 2])},
        {"classes": np.arange(4)},
        {"classes": None},
    ],
    ids=str,
)
def test_a_whole_archive_that_is_no_model_is_refused(tmp_path, new):
    X, y = blobs()
    path = tmp_path / "m.npz"
    NeuralNetMLP(2, epochs=1, random_state=0).fit(X, y).save(path)
    rewrite(path, **new)
    with pytest.raises(
        ValueError, match="path must hold a whole NeuralNetMLP"
    ):
        NeuralNetMLP.load(path)


def test_other_files_are_refused_and_pickles_not_opened(tmp_path):
    path = tmp_path / "m"

    def write(save, *args, **kwargs):
        with path.open("wb") as file:
            save(file, *args, **kwargs)

    writers = (
        lambda: write(np.save, np.ones(3)),
        lambda: path.write_bytes(pickle.dumps({"a": 1})),
        lambda: path.write_text("hello", "utf-8"),
        lambda: write(np.savez, about=np.array([{}], object)),
    )
    for write_it in writers:
        write_it()
        with pytest.raises(ValueError, match="path must hold a whole Neural"):
            NeuralNetMLP.load(path)
    with pytest.raises(FileNotFoundError):
        NeuralNetMLP.load(tmp_path / "none")


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    X, y = blobs()
    path = tmp_path / "m.npz"
    model = NeuralNetMLP(2, epochs=1, random_state=0).fit(X, y)
    model.save(path)
    before = path.read_bytes()

    def full(*_, **__):
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="no space left"):
        model.save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["m.npz"]


def test_what_cannot_be_saved(tmp_path):
    X, y = blobs()
    path = tmp_path / "m.npz"
    with pytest.raises(ValueError, match="NeuralNetMLP must be fitted first"):
        NeuralNetMLP().save(path)
    generator = NeuralNetMLP(
        2, epochs=1, random_state=np.random.default_rng(0)
    )
    with pytest.raises(
        TypeError, match="random_state must be a number, a str"
    ):
        generator.fit(X, y).save(path)
    model = NeuralNetMLP(2, epochs=1).fit(X, np.array([1, 2, 3], object)[y])
    with pytest.raises(TypeError, match="classes_ must be numbers, booleans"):
        model.save(path)
    with pytest.raises(FileNotFoundError):
        model.fit(X, y).save(tmp_path / "no folder" / "m.npz")
    assert list(tmp_path.iterdir()) == []


def test_numbers_whose_squares_overflow_are_finite():
    X = np.array([[1e200, -3.0], [2.0, 1e300]])
    np.testing.assert_array_equal(features(X)[0], X)
