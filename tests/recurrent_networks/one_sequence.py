"""The states of one sequence, and gradients to them, without symmetry."""

import numpy as np

from reference_impl import rnn_tanh

T, H, I = 7, 4, 3
TIGHT = {"rtol": 1e-10, "atol": 1e-13}


def problem(scale=0.6):
    """Return random input, states, parameters and gradients to the states."""
    draw = np.random.default_rng(0).standard_normal
    x, h_0 = draw((T, 1, I)), draw((1, 1, H))
    params = [draw((H, I)), scale * draw((H, H)), draw(H), draw(H)]
    output, _ = rnn_tanh(x, h_0, params)
    hidden = np.concatenate([h_0[0], output[:, 0]])
    return x, hidden, params, draw((T, H))
