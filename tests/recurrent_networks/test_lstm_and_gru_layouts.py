"""Tests of the conversions between PyTorch's, ONNX's and Keras's layouts.

Each converted weight is run through the other library's equations as its
documentation has them, and must give what `lstm` or `gru` gives.
"""

import numpy as np
import pytest
from recurrent_networks.parity import KINDS, B, H, I, T, problem

from reference_impl import (
    gru,
    gru_from_keras,
    gru_from_onnx,
    gru_to_keras,
    gru_to_onnx,
    lstm,
    lstm_from_keras,
    lstm_from_onnx,
    lstm_to_keras,
    lstm_to_onnx,
)

LSTM_KIND, GRU_KIND = KINDS[2:]
close = np.testing.assert_allclose
both_directions = pytest.mark.parametrize("bidirectional", [False, True])
each_bias = pytest.mark.parametrize("has_biases", [True, False])


def sigma(z):
    return 1 / (1 + np.exp(-z))


def over_steps(step, x, states, reverse):
    """Return the first state after each step, in the order of the steps."""
    output = np.empty((T, B, H))
    for t in reversed(range(T)) if reverse else range(T):
        states = step(x[t], *states)
        output[t] = states[0]
    return output


def onnx_lstm_step(W, R, B, P):
    """ONNX's LSTM: its gates stand in the order i, o, f, c."""
    Wi, Wo, Wf, Wc = np.split(W, 4)
    Ri, Ro, Rf, Rc = np.split(R, 4)
    Wbi, Wbo, Wbf, Wbc, Rbi, Rbo, Rbf, Rbc = np.split(B, 8)
    Pi, Po, Pf = np.split(P, 3)

    def step(X, h, C):
        it = sigma(X @ Wi.T + h @ Ri.T + Pi * C + Wbi + Rbi)
        ft = sigma(X @ Wf.T + h @ Rf.T + Pf * C + Wbf + Rbf)
        ct = np.tanh(X @ Wc.T + h @ Rc.T + Wbc + Rbc)
        Ct = ft * C + it * ct
        ot = sigma(X @ Wo.T + h @ Ro.T + Po * Ct + Wbo + Rbo)
        return ot * np.tanh(Ct), Ct

    return step


def onnx_gru_step(W, R, B, linear_before_reset):
    """ONNX's GRU: its gates stand in the order z, r, h."""
    Wz, Wr, Wh = np.split(W, 3)
    Rz, Rr, Rh = np.split(R, 3)
    Wbz, Wbr, Wbh, Rbz, Rbr, Rbh = np.split(B, 6)

    def step(X, H):
        zt = sigma(X @ Wz.T + H @ Rz.T + Wbz + Rbz)
        rt = sigma(X @ Wr.T + H @ Rr.T + Wbr + Rbr)
        if linear_before_reset:
            ht = np.tanh(X @ Wh.T + rt * (H @ Rh.T + Rbh) + Wbh)
        else:
            ht = np.tanh(X @ Wh.T + (rt * H) @ Rh.T + Rbh + Wbh)
        return ((1 - zt) * ht + zt * H,)

    return step


def keras_lstm_step(kernel, recurrent_kernel, bias):
    """Keras's LSTM: i, f, c, o."""

    def step(x, h, c):
        z = x @ kernel + h @ recurrent_kernel + bias
        z0, z1, z2, z3 = np.split(z, 4, axis=1)
        c = sigma(z1) * c + sigma(z0) * np.tanh(z2)
        return sigma(z3) * np.tanh(c), c

    return step


def keras_gru_step(kernel, recurrent_kernel, bias, reset_after):
    """Keras's GRU: z, r, h; two biases only where reset_after."""

    def step(x, h):
        if reset_after:
            input_bias, recurrent_bias = bias
            x_z, x_r, x_h = np.split(x @ kernel + input_bias, 3, axis=1)
            inner = h @ recurrent_kernel + recurrent_bias
            h_z, h_r, h_h = np.split(inner, 3, axis=1)
            z, r = sigma(x_z + h_z), sigma(x_r + h_r)
            hh = np.tanh(x_h + r * h_h)
        else:
            x_z, x_r, x_h = np.split(x @ kernel + bias, 3, axis=1)
            k_z, k_r, k_h = np.split(recurrent_kernel, 3, axis=1)
            z, r = sigma(x_z + h @ k_z), sigma(x_r + h @ k_r)
            hh = np.tanh(x_h + (r * h) @ k_h)
        return (z * h + (1 - z) * hh,)

    return step


def run(kind, data, steps):
    """Return the outputs of each direction's step, side by side."""
    return np.concatenate(
        [
            over_steps(step, data.input, [s[d] for s in data.states], d == 1)
            for d, step in enumerate(steps)
        ],
        axis=-1,
    )


@both_directions
@each_bias
@pytest.mark.parametrize("with_peepholes", [False, True])
def test_lstm_to_onnx(bidirectional, has_biases, with_peepholes):
    data = problem(LSTM_KIND, has_biases, bidirectional=bidirectional)
    D = 1 + bidirectional
    draw = np.random.default_rng(1).standard_normal
    peepholes = [draw((3, H)) for _ in range(D)] if with_peepholes else None
    onnx = lstm_to_onnx(data.params, has_biases, bidirectional, peepholes)
    assert onnx.W.shape == (D, 4 * H, I)
    assert (onnx.B is not None) == has_biases
    biases = onnx.B if has_biases else np.zeros((D, 8 * H))
    P = onnx.P if with_peepholes else np.zeros((D, 3 * H))
    steps = [
        onnx_lstm_step(*arrays)
        for arrays in zip(onnx.W, onnx.R, biases, P, strict=True)
    ]
    wanted = lstm(
        data.input,
        tuple(data.states),
        data.params,
        has_biases,
        bidirectional=bidirectional,
        peepholes=peepholes,
    )[0]
    close(run(LSTM_KIND, data, steps), wanted, rtol=1e-10, atol=1e-13)
    back = lstm_from_onnx(*onnx)
    for a, b in zip(back.params, data.params, strict=True):
        np.testing.assert_array_equal(a, b)
    if with_peepholes:
        np.testing.assert_array_equal(back.peepholes, peepholes)
    else:
        assert back.peepholes is None


@both_directions
@each_bias
@pytest.mark.parametrize("reset_after", [False, True])
def test_gru_to_onnx(bidirectional, has_biases, reset_after):
    data = problem(GRU_KIND, has_biases, bidirectional=bidirectional)
    onnx = gru_to_onnx(data.params, has_biases, bidirectional)
    assert onnx.P is None
    D = 1 + bidirectional
    biases = onnx.B if has_biases else np.zeros((D, 6 * H))
    steps = [
        onnx_gru_step(*arrays, linear_before_reset=reset_after)
        for arrays in zip(onnx.W, onnx.R, biases, strict=True)
    ]
    wanted = gru(
        data.input,
        data.states[0],
        data.params,
        has_biases,
        bidirectional=bidirectional,
        reset_after=reset_after,
    )[0]
    close(run(GRU_KIND, data, steps), wanted, rtol=1e-10, atol=1e-13)
    for a, b in zip(gru_from_onnx(*onnx[:3]).params, data.params, strict=True):
        np.testing.assert_array_equal(a, b)


@both_directions
@each_bias
def test_lstm_to_keras(bidirectional, has_biases):
    data = problem(LSTM_KIND, has_biases, bidirectional=bidirectional)
    keras = lstm_to_keras(data.params, has_biases, bidirectional)
    each = 2 + has_biases
    parts = [keras[k : k + each] for k in range(0, len(keras), each)]
    zero = [] if has_biases else [np.zeros(4 * H)]
    steps = [keras_lstm_step(*part, *zero) for part in parts]
    more = {"has_biases": has_biases, "bidirectional": bidirectional}
    arguments = data.input, tuple(data.states)
    wanted = lstm(*arguments, data.params, **more)[0]
    close(run(LSTM_KIND, data, steps), wanted, rtol=1e-10, atol=1e-13)
    params = lstm_from_keras(keras, has_biases, bidirectional)
    close(lstm(*arguments, params, **more)[0], wanted, rtol=1e-10, atol=1e-13)
    if has_biases:
        assert (params[3] == 0).all()
    np.testing.assert_array_equal(params[0], data.params[0])


@both_directions
@each_bias
@pytest.mark.parametrize("reset_after", [False, True])
def test_gru_to_keras(bidirectional, has_biases, reset_after):
    data = problem(GRU_KIND, has_biases, bidirectional=bidirectional)
    keras = gru_to_keras(
        data.params, has_biases, bidirectional, reset_after=reset_after
    )
    each = 2 + has_biases
    parts = [keras[k : k + each] for k in range(0, len(keras), each)]
    shape = (2, 3 * H) if reset_after else (3 * H,)
    zero = [] if has_biases else [np.zeros(shape)]
    if has_biases:
        assert keras[2].shape == shape
    steps = [keras_gru_step(*part, *zero, reset_after) for part in parts]
    more = {
        "has_biases": has_biases,
        "bidirectional": bidirectional,
        "reset_after": reset_after,
    }
    arguments = data.input, data.states[0]
    wanted = gru(*arguments, data.params, **more)[0]
    close(run(GRU_KIND, data, steps), wanted, rtol=1e-10, atol=1e-13)
    params = gru_from_keras(
        keras, has_biases, bidirectional, reset_after=reset_after
    )
    close(gru(*arguments, params, **more)[0], wanted, rtol=1e-10, atol=1e-13)
    if reset_after:
        for a, b in zip(params, data.params, strict=True):
            np.testing.assert_array_equal(a, b)


def test_float32_stays_float32_and_nothing_is_shared():
    data = problem(LSTM_KIND).as_dtype(np.float32)
    onnx, keras = lstm_to_onnx(data.params), lstm_to_keras(data.params)
    for array in [*onnx[:3], *keras, *lstm_from_keras(keras)]:
        assert array.dtype == np.float32
        assert not any(np.shares_memory(array, p) for p in data.params)


LSTM_PARAMS = problem(LSTM_KIND).params
GRU_PARAMS = problem(GRU_KIND).params


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (
            lambda: lstm_to_onnx(LSTM_PARAMS[:3]),
            ValueError,
            r"params must have 4 arrays \(1 directions, 4 each\), got len",
        ),
        (
            lambda: lstm_to_keras(LSTM_PARAMS, bidirectional=True),
            ValueError,
            r"params must have 8 arrays",
        ),
        (
            lambda: lstm_to_onnx(GRU_PARAMS),
            ValueError,
            r"w_hh must have shape \(24, 6\), got w_hh.shape=\(18, 6\)",
        ),
        (
            lambda: gru_to_keras([GRU_PARAMS[0].T, *GRU_PARAMS[1:]]),
            ValueError,
            r"w_ih must have shape \(18, I\)",
        ),
        (
            lambda: gru_to_onnx([*GRU_PARAMS[:3], np.ones(2)]),
            ValueError,
            r"b_hh must have shape \(18,\)",
        ),
        (
            lambda: gru_to_onnx([np.ones((3, 1), int)] * 2, False),
            TypeError,
            r"params\[0\] must be floating",
        ),
        (
            lambda: lstm_to_onnx(LSTM_PARAMS, peepholes=[np.ones(3 * H)]),
            ValueError,
            r"peepholes must have shape \(3, 6\)",
        ),
        (
            lambda: lstm_to_onnx(LSTM_PARAMS, peepholes=[np.ones((3, H))] * 2),
            ValueError,
            r"peepholes must have 1 arrays, got len\(peepholes\)=2",
        ),
        (
            lambda: lstm_from_onnx(np.ones((1, 24, 3)), np.ones((1, 18, 6))),
            ValueError,
            r"R must have shape \(1, 24, 6\), got R.shape=\(1, 18, 6\)",
        ),
        (
            lambda: gru_from_onnx(np.ones((2, 18, 3)), np.ones((1, 18, 6))),
            ValueError,
            r"W must have shape \(1, 18, I\)",
        ),
        (
            lambda: gru_from_onnx(
                np.ones((1, 18, 3)), np.ones((1, 18, 6)), np.ones((1, 18))
            ),
            ValueError,
            r"B must have shape \(1, 36\)",
        ),
        (
            lambda: lstm_from_onnx(
                np.ones((1, 24, 3)), np.ones((1, 24, 6)), P=np.ones((3, 6))
            ),
            ValueError,
            r"P must have shape \(1, 18\)",
        ),
        (
            lambda: gru_from_onnx(np.ones((1, 3, 1), int), np.ones((1, 3, 1))),
            TypeError,
            "W must be floating",
        ),
        (
            lambda: lstm_from_keras(lstm_to_keras(LSTM_PARAMS)[:2]),
            ValueError,
            r"weights must have 3 arrays \(1 directions, 3 each\)",
        ),
        (
            lambda: gru_from_keras(lstm_to_keras(LSTM_PARAMS)),
            ValueError,
            r"recurrent_kernel must have shape \(6, 18\)",
        ),
        (
            lambda: gru_from_keras(
                gru_to_keras(GRU_PARAMS), reset_after=False
            ),
            ValueError,
            r"bias must have shape \(18,\), got bias.shape=\(2, 18\)",
        ),
        (
            lambda: lstm_from_keras(
                [np.ones((3, 8)), np.ones((4, 16)), np.ones(16)]
            ),
            ValueError,
            r"kernel must have shape \(I, 16\)",
        ),
        (
            lambda: lstm_from_onnx(
                np.ones((1, 24, 3)).tolist(),
                np.ones((1, 24, 6)).tolist(),
                P=np.ones((1, 6)),
            ),
            ValueError,
            r"P must have shape \(1, 18\)",
        ),
        (
            lambda: gru_from_onnx(np.ones((3, 18, 2)), np.ones((3, 18, 6))),
            ValueError,
            r"R must have 1 or 2 directions, got R.shape=\(3, 18, 6\)",
        ),
        (
            lambda: lstm_to_onnx(LSTM_PARAMS, has_biases=1),
            TypeError,
            "has_biases must be a bool, got has_biases=1",
        ),
        (
            lambda: gru_to_keras(GRU_PARAMS, True, "no"),
            TypeError,
            "bidirectional must be a bool",
        ),
        (
            lambda: gru_from_keras(gru_to_keras(GRU_PARAMS), 1),
            TypeError,
            "use_bias must be a bool",
        ),
        (
            lambda: lstm_to_onnx(dict(enumerate(LSTM_PARAMS))),
            TypeError,
            "params must be a sequence of arrays, got params of type dict",
        ),
        (
            lambda: lstm_to_onnx(LSTM_PARAMS, peepholes=1),
            TypeError,
            "peepholes must be a sequence of arrays",
        ),
    ],
)
def test_a_wrong_argument_is_named(call, error, match):
    with pytest.raises(error, match=match):
        call()
