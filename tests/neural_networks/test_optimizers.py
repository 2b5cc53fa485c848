"""Tests of reference_impl.neural_networks.optimizers and optimizer_steps."""

import numpy as np
import pytest
import torch

from reference_impl import SGD, Adam, AdamState, adam_step, sgd_step

SHAPES = {"weight": (4, 3), "bias": (5,)}
SGD_CASES = [
    {"lr": 0.1},
    {"lr": 0.1, "weight_decay": 0.3},
    {"lr": 0.2, "momentum": 0.8},
    {"lr": 0.2, "momentum": 0.8, "dampening": 0.4, "weight_decay": 0.1},
    {"lr": 0.2, "momentum": 0.7, "nesterov": True, "weight_decay": 0.1},
]
ADAM_CASES = [
    {},
    {"lr": 0.03, "betas": (0.7, 0.95), "eps": 0.02},
    {"lr": 0.03, "weight_decay": 0.4},
    {"lr": 0.03, "weight_decay": 0.4, "decoupled_weight_decay": True},
]
CASES = [(SGD, torch.optim.SGD, case) for case in SGD_CASES]
CASES += [(Adam, torch.optim.Adam, case) for case in ADAM_CASES]


def arrays(rng, dtype=np.float64):
    return {n: rng.standard_normal(s).astype(dtype) for n, s in SHAPES.items()}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("ours", "theirs", "case"), CASES, ids=str)
def test_five_steps_are_torchs_and_so_are_five_more_from_its_state(
    ours, theirs, case, dtype
):
    rng = np.random.default_rng(0)
    mine = arrays(rng, dtype)
    tensors = [torch.tensor(p, requires_grad=True) for p in mine.values()]
    optimizer, other = ours(mine, **case), theirs(tensors, **case)
    for step in range(10):
        gradients = arrays(rng, dtype)
        for tensor, g in zip(tensors, gradients.values(), strict=True):
            tensor.grad = torch.tensor(g)
        optimizer.step(gradients)
        other.step()
        for tensor, p in zip(tensors, mine.values(), strict=True):
            assert p.dtype == dtype
            tolerance = 10 * np.finfo(dtype).eps
            np.testing.assert_allclose(
                p, tensor.detach(), rtol=tolerance, atol=tolerance
            )
        if step == 4:
            optimizer = ours(mine, lr=7.0)
            optimizer.load_state_dict(other.state_dict())


@pytest.mark.parametrize(("ours", "theirs", "case"), CASES, ids=str)
def test_a_state_dict_is_a_copy_that_goes_on_where_it_was_taken(
    ours, theirs, case
):
    rng = np.random.default_rng(1)
    mine = arrays(rng)
    optimizer = ours(mine, **case)
    optimizer.step(arrays(rng))
    kept, state = (
        {n: p.copy() for n, p in mine.items()},
        optimizer.state_dict(),
    )
    gradients = arrays(rng)
    optimizer.step(gradients)
    again = ours(kept)
    again.load_state_dict(state)
    again.step(gradients)
    for name, p in mine.items():
        np.testing.assert_array_equal(p, kept[name])


def test_a_step_function_leaves_its_arguments_alone():
    rng = np.random.default_rng(2)
    p, g, v = rng.standard_normal((3, 4))
    m, s = rng.standard_normal(4), rng.uniform(1, 2, 4)
    before = [x.copy() for x in (p, g, v, m, s)]
    sgd_step(p, g, v, 0.1, 0.9, weight_decay=0.1)
    adam_step(p, g, AdamState(3, m, s), weight_decay=0.1)
    for x, old in zip((p, g, v, m, s), before, strict=True):
        np.testing.assert_array_equal(x, old)


def test_the_first_step_of_adam_is_the_learning_rate_for_any_gradient():
    g = np.array([1e-3, -5.0, 2e4])
    p, _ = adam_step(np.zeros(3), g, lr=0.25, eps=0.0)
    np.testing.assert_allclose(p, -0.25 * np.sign(g), rtol=1e-12)


def test_a_parameter_without_a_gradient_stays_and_has_no_state():
    a, b = np.ones(2), np.ones(3)
    optimizer = Adam([a, b])
    optimizer.step([np.ones(2), None])
    assert (b == 1).all()
    assert (a < 1).all()
    assert list(optimizer.state_dict()["state"]) == [0]


def test_nothing_moves_where_one_gradient_is_wrong():
    a, b = np.ones(2), np.ones(3)
    optimizer = SGD([a, b], lr=0.5)
    with pytest.raises(ValueError, match=r"gradient must have shape \(3,\)"):
        optimizer.step([np.ones(2), np.ones(4)])
    assert (a == 1).all()


def test_a_gradient_of_another_dtype_is_refused():
    with pytest.raises(TypeError, match="gradient must have the dtype"):
        sgd_step(np.ones(2), np.ones(2, np.float32))


def test_numbers_of_numpys_leave_the_dtype_alone():
    p, g, n = np.ones(3, np.float32), np.full(3, 2, np.float32), np.float64
    for moved, *rest in (
        sgd_step(p, g, p, n(0.1), n(0.9), n(0.2), n(0.3)),
        adam_step(p, g, None, n(0.1), (n(0.8), n(0.9)), n(0.1), n(0.3)),
    ):
        assert moved.dtype == np.float32
        (left,) = rest
        arrays = left[1:] if isinstance(left, AdamState) else [left]
        assert {a.dtype for a in arrays} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: sgd_step(np.ones(1), np.ones(1), lr=-1), ValueError, "lr"),
        (
            lambda: adam_step(np.ones(1), np.ones(1), (1, 0.0, 0.0)),
            TypeError,
            "state must be an AdamState",
        ),
        (
            lambda: SGD([np.ones(1)], nesterov=True),
            ValueError,
            "nesterov must come with momentum",
        ),
        (
            lambda: SGD([np.ones(1)], momentum=-0.1),
            ValueError,
            "momentum must be in",
        ),
        (
            lambda: Adam([np.ones(1)], betas=(0.9, 1.0)),
            ValueError,
            r"betas\[1\] must be below 1",
        ),
        (lambda: Adam([np.ones(1)], betas=(0.9,)), ValueError, "two numbers"),
        (lambda: Adam([np.ones(1)], eps=-1.0), ValueError, "eps must be"),
        (lambda: Adam(np.ones(3)), TypeError, "parameters must be a mapping"),
        (lambda: SGD([]), ValueError, "parameters must not be empty, got"),
        (lambda: Adam([[1.0]]), TypeError, "must be writeable ndarrays"),
        (lambda: Adam([np.ones(1, int)]), TypeError, "must be floating"),
        (
            lambda: Adam({"a": np.ones(1)}).step({"b": np.ones(1)}),
            ValueError,
            "gradients must have the names",
        ),
        (
            lambda: Adam([np.ones(1)]).load_state_dict(
                Adam([np.ones(1), np.ones(1)]).state_dict()
            ),
            ValueError,
            "state_dict must be of 1 parameters",
        ),
        (
            lambda: Adam([np.ones(1)]).load_state_dict(
                torch.optim.Adam([torch.ones(1)], amsgrad=True).state_dict()
            ),
            ValueError,
            "amsgrad must be one of False",
        ),
        (
            lambda: Adam([np.ones(1)]).load_state_dict(
                SGD([np.ones(1)]).state_dict()
            ),
            ValueError,
            "must be one of Adam over 1 parameters, got key 'betas' missing",
        ),
        (
            lambda: SGD([np.ones(1)]).load_state_dict(
                {
                    "state": {1: {"momentum_buffer": np.ones(1)}},
                    "param_groups": SGD([np.ones(1)]).state_dict()[
                        "param_groups"
                    ],
                }
            ),
            ValueError,
            "got key 1 missing or unknown",
        ),
        (
            lambda: SGD([np.ones(1)]).load_state_dict({"param_groups": []}),
            ValueError,
            "must have one of param_groups, got len",
        ),
    ],
)
def test_errors_name_argument_and_value(make, error, match):
    with pytest.raises(error, match=match):
        make()
