"""Slips in the functions of the chapter on recurrent networks."""

from functools import partial
from typing import Any

import numpy as np

from reference_impl.neural_networks.output_units import sigmoid
from reference_impl.recurrent_networks.additive_scores import (
    additive_attention,
)
from reference_impl.recurrent_networks.bidirectional import bidirectional_rnn
from reference_impl.recurrent_networks.gated_recurrent_unit import gru_cell
from reference_impl.recurrent_networks.long_short_term_memory import lstm_cell
from reference_impl.recurrent_networks.multiplicative_scores import (
    multiplicative_attention,
)
from reference_impl.recurrent_networks.recurrent_cell import (
    rnn_relu_cell,
    rnn_tanh_cell,
)
from reference_impl.recurrent_networks.recursive_networks import (
    recursive_network,
)
from reference_impl.slips.slip import Slip

__all__ = ["SLIPS"]

Array = np.ndarray
State = tuple[Array, Array]
INPUT, FORGET, CELL, OUTPUT = range(4)  # PyTorch's order of the gates


def ordered(w: Array, order: tuple[int, ...]) -> Array:
    """Return the rows of `w` with its gates in another order."""
    gates = np.split(w, len(order))
    return np.concatenate([gates[g] for g in order])


def reordered(*order: int) -> Any:
    """Return an LSTM cell that takes the gates in another order."""

    def wrong(input: Array, hx: State, *params: Array) -> State:
        return lstm_cell(input, hx, *(ordered(w, order) for w in params))

    return wrong


def one_bias(gate: int, other: int) -> Any:
    """Return an LSTM cell in which `gate` uses the biases of `other`."""
    order = [other if g == gate else g for g in range(4)]

    def wrong(
        input: Array, hx: State, w_ih: Array, w_hh: Array, *biases: Array
    ) -> State:
        own = (ordered(b, tuple(order)) for b in biases)
        return lstm_cell(input, hx, w_ih, w_hh, *own)

    return wrong


def gates_of(
    input: Array, hx: State, w_ih: Array, w_hh: Array, b_ih: Array, b_hh: Array
) -> list[Array]:
    """Return the four net inputs of an LSTM step, in PyTorch's order."""
    z = input @ w_ih.T + b_ih + hx[0] @ w_hh.T + b_hh
    return np.split(z, 4, axis=-1)


def lstm_variant(kind: str) -> Any:
    """Return an LSTM step with one thing changed."""

    def wrong(input: Array, hx: State, *params: Array) -> State:
        i, f, g, o = gates_of(input, hx, *params)
        candidate = sigmoid(g) if kind == "candidate" else np.tanh(g)
        keep = 1 - sigmoid(i) if kind == "coupled" else sigmoid(f)
        c = keep * hx[1] + sigmoid(i) * candidate
        shown = hx[1] if kind == "old cell" else c
        squashed = shown if kind == "no tanh" else np.tanh(shown)
        return sigmoid(o) * squashed, c

    return wrong


def without_recurrent_bias(cell: Any) -> Any:
    """Return a cell that forgets b_hh."""
    return lambda input, hx, w_ih, w_hh, b_ih, b_hh: cell(
        input, hx, w_ih, w_hh, b_ih, 0 * b_hh
    )


def without_state(cell: Any) -> Any:
    """Return a cell that forgets its old state."""
    return lambda input, hx, *params: cell(input, 0 * hx, *params)


def gru_variant(kind: str) -> Any:
    """Return a GRU step with one thing changed."""

    def wrong(
        input: Array, h: Array, w_ih: Array, w_hh: Array, *b: Array
    ) -> Array:
        r_x, z_x, n_x = np.split(input @ w_ih.T + b[0], 3, axis=-1)
        r_h, z_h, n_h = np.split(h @ w_hh.T + b[1], 3, axis=-1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        if kind == "bias outside":
            bias = np.split(b[1], 3)[2]
            n = np.tanh(n_x + r * (n_h - bias) + bias)
        elif kind == "no reset":
            n = np.tanh(n_x + n_h)
        else:
            n = np.tanh(n_x + r * n_h)
        if kind == "swapped":
            return z * n + (1 - z) * h
        return (1 - z) * n + z * h

    return wrong


def order_of_gru(input: Array, hx: Array, *params: Array) -> Array:
    """Take the update gate first, as ONNX and Keras do."""
    return gru_cell(input, hx, *(ordered(w, (1, 0, 2)) for w in params))


def reset_before(input: Array, hx: Array, *params: Array) -> Array:
    """Apply the reset gate before the matrix, as the original does."""
    return gru_cell(input, hx, *params, reset_after=False)


def bidirectional_variant(kind: str) -> Any:
    """Return a bidirectional layer with one thing changed."""

    def wrong(
        input: Array,
        hx: Array,
        *weights: Array,
        lengths: list[int] | None = None,
    ) -> Array:
        if kind == "states":
            hx = hx[::-1]
        given = None if kind == "padding" else lengths
        output = bidirectional_rnn(input, hx, *weights, lengths=given)
        if kind == "order":
            return np.concatenate(np.split(output, 2, axis=-1)[::-1], axis=-1)
        forwards, backwards = np.split(output.copy(), 2, axis=-1)
        ends = lengths or [len(input)] * input.shape[1]
        for b, n in enumerate(ends):
            output[n:, b] = 0
            if kind == "as read":
                backwards[:n, b] = backwards[:n, b][::-1]
        if kind == "as read":
            return np.concatenate([forwards, backwards], axis=-1)
        return output

    return wrong


def right_first(input: Array, children: Array, *rest: Array) -> Array:
    """Return states for which the right child's weights come first."""
    return recursive_network(input, children[:, ::-1], *rest)


def tree_by_list(
    input: Array,
    children: Array,
    weight: Array,
    bias: Array,
    kind: Array | None = None,
    slope: Any = np.tanh,
    nothing: int = -1,
) -> Array:
    """Return states by a list, in which -1 is whatever stands last."""
    h = list(input)
    for m, pair in enumerate(children):
        W, b = (p if kind is None else p[kind[m]] for p in (weight, bias))
        both = [h[c] if c != nothing else np.zeros_like(h[0]) for c in pair]
        h.append(slope(W @ np.concatenate(both) + b))
    return np.array(h)


def over_queries(scores: Array) -> Array:
    """Return weights that add up to 1 over the queries, not the keys."""
    exps = np.exp(scores - scores.max())
    return np.asarray(exps / exps.sum(axis=-2, keepdims=True))


def additive_variant(kind: str) -> Any:
    """Return an additive attention with one thing changed."""

    def wrong(
        query: Array,
        key: Array,
        value: Array,
        w_query: Array,
        w_key: Array,
        v: Array,
        attn_mask: Array | None = None,
    ) -> tuple[Array, Array]:
        parts = (query @ w_query.T)[:, :, None], (key @ w_key.T)[:, None]
        z = parts[0] + parts[1]
        scores = {
            "no tanh": z @ v,
            "product": np.tanh(parts[0] * parts[1]) @ v,
            "tanh outside": np.tanh(z @ v),
            "queries": np.tanh(z) @ v,
        }[kind]
        seen = np.True_ if attn_mask is None else attn_mask
        scores = np.where(seen, scores, -np.inf)
        if kind == "queries":
            weights = over_queries(scores)
        else:
            exps = np.exp(scores - scores.max())
            weights = exps / exps.sum(axis=-1, keepdims=True)
        return weights @ value, weights

    return wrong


def multiplicative_variant(kind: str) -> Any:
    """Return a multiplicative attention with one thing changed."""

    def wrong(
        query: Array,
        key: Array,
        value: Array,
        weight: Array | None = None,
        attn_mask: Array | None = None,
    ) -> tuple[Array, Array]:
        if kind == "scaled":
            query = query / key.shape[-1] ** 0.5
        if kind == "queries":
            asked = query if weight is None else query @ weight
            scores = asked @ key.swapaxes(-1, -2)
            seen = np.True_ if attn_mask is None else attn_mask
            weights = over_queries(np.where(seen, scores, -np.inf))
            return weights @ value, weights
        return multiplicative_attention(query, key, value, weight, attn_mask)

    return wrong


def without_mask(attention: Any) -> Any:
    """Return an attention that looks at padding, too."""

    def wrong(
        *arrays: Array | None, attn_mask: Array | None = None
    ) -> tuple[Array, Array]:
        kept = [a for a in arrays if a is None or a.dtype != bool]
        return attention(*kept)

    return wrong


SLIPS: dict[str, list[Slip]] = {
    "lstm_cell": [
        Slip(
            "your forget gate uses the output gate's bias",
            one_bias(FORGET, OUTPUT),
        ),
        Slip(
            "your input gate uses the forget gate's bias",
            one_bias(INPUT, FORGET),
        ),
        Slip(
            "your gates stand in the order input, output, forget, candidate "
            "(ONNX); PyTorch has input, forget, candidate, output",
            reordered(INPUT, CELL, OUTPUT, FORGET),
        ),
        Slip(
            "your input and forget gates are exchanged",
            reordered(FORGET, INPUT, CELL, OUTPUT),
        ),
        Slip(
            "your candidate goes through the logistic function; it goes "
            "through tanh",
            lstm_variant("candidate"),
        ),
        Slip(
            "your hidden state lacks the tanh of the cell",
            lstm_variant("no tanh"),
        ),
        Slip(
            "your hidden state is made from the old cell, not the new one",
            lstm_variant("old cell"),
        ),
        Slip(
            "your forget gate is 1 minus the input gate",
            lstm_variant("coupled"),
        ),
        Slip("you leave out the bias b_hh", without_recurrent_bias(lstm_cell)),
    ],
    "gru_cell": [
        Slip(
            "your update gate is the wrong way round: z keeps the old state",
            gru_variant("swapped"),
        ),
        Slip(
            "you apply the reset gate before the matrix product, as the "
            "original paper does; PyTorch applies it after",
            reset_before,
        ),
        Slip(
            "the bias b_hn stands outside the reset gate's product",
            gru_variant("bias outside"),
        ),
        Slip("you leave out the reset gate", gru_variant("no reset")),
        Slip(
            "your gates stand in the order update, reset (ONNX, Keras); "
            "PyTorch has reset, update",
            order_of_gru,
        ),
        Slip("you leave out the bias b_hh", without_recurrent_bias(gru_cell)),
    ],
    "rnn_tanh_cell": [
        Slip(
            "you leave out the bias b_hh",
            without_recurrent_bias(rnn_tanh_cell),
        ),
        Slip("you leave out the old state", without_state(rnn_tanh_cell)),
        Slip("you use ReLU in the place of tanh", rnn_relu_cell),
    ],
    "bidirectional_rnn": [
        Slip(
            "your run backwards starts in the padding; it starts at each "
            "sequence's own end",
            bidirectional_variant("padding"),
        ),
        Slip(
            "your states of the run backwards stand in the order of reading; "
            "they stand at their steps",
            bidirectional_variant("as read"),
        ),
        Slip(
            "your output has the run backwards first; forwards comes first",
            bidirectional_variant("order"),
        ),
        Slip(
            "your first states are exchanged: hx[0] is that of the run "
            "forwards",
            bidirectional_variant("states"),
        ),
    ],
    "recursive_network": [
        Slip(
            "your weights have the right child first; the left comes first",
            right_first,
        ),
        Slip(
            "your child -1 is the node computed last; it stands for zeros",
            partial(tree_by_list, nothing=-2),
        ),
        Slip(
            "your inner nodes lack the tanh",
            partial(tree_by_list, slope=lambda a: a),
        ),
    ],
    "additive_attention": [
        Slip(
            "your score lacks the tanh: without it the query has no say",
            additive_variant("no tanh"),
        ),
        Slip(
            "you multiply the two products with the matrices; they are added",
            additive_variant("product"),
        ),
        Slip(
            "your tanh stands around the whole score; it stands inside, "
            "before v",
            additive_variant("tanh outside"),
        ),
        Slip(
            "your softmax normalises over the queries; it normalises over the "
            "keys",
            additive_variant("queries"),
        ),
        Slip("you ignore the mask", without_mask(additive_attention)),
    ],
    "multiplicative_attention": [
        Slip(
            "you divide the scores by the root of the key's size; that is "
            "attention of a transformer",
            multiplicative_variant("scaled"),
        ),
        Slip(
            "your softmax normalises over the queries; it normalises over the "
            "keys",
            multiplicative_variant("queries"),
        ),
        Slip("you ignore the mask", without_mask(multiplicative_attention)),
    ],
}
