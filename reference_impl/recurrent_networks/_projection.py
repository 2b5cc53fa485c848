"""The products of a recurrent layer that need no loop over the steps.

Axes: T steps, B batch, I inputs, H hidden units, G gates.
"""

import numpy as np

from reference_impl.recurrent_networks._arguments import Weights


def project(
    x: np.ndarray, weights: Weights, scale: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return W_ih x of all steps, W_hh transposed, and the biases' sum.

    Their shapes are (T, B, G*H), (H, G*H) and (G*H,). All are multiplied by
    `scale` (G*H,).
    """
    w_ih, w_hh, b_ih, b_hh, _ = weights
    T, B, inputs = x.shape
    z = x.reshape(T * B, inputs) @ (w_ih.T * scale)
    biases = [b * scale for b in (b_ih, b_hh) if b is not None]
    bias = sum(biases, np.zeros_like(scale))
    return z.reshape(T, B, -1), np.multiply(w_hh.T, scale, order="C"), bias


def weight_gradients(
    grad_z: np.ndarray, x: np.ndarray, hidden: np.ndarray, weights: Weights
) -> tuple[np.ndarray, Weights]:
    """Return the gradients to x (T, B, I) and to the weights.

    `grad_z` (T, B, G*H) is the gradient to W_ih x + b_ih + W_hh h + b_hh, and
    `hidden` (T + 1, B, H) begins with the state before the first step.
    """
    w_ih, w_hh, b_ih, b_hh, _ = weights
    T, B, inputs = x.shape
    dz = grad_z.reshape(T * B, -1)
    grad_bias = dz.sum(axis=0)
    grads = Weights(
        dz.T @ x.reshape(T * B, inputs),
        dz.T @ hidden[:-1].reshape(T * B, -1),
        None if b_ih is None else grad_bias,
        None if b_hh is None else grad_bias.copy(),
    )
    return (dz @ w_ih).reshape(x.shape), grads
