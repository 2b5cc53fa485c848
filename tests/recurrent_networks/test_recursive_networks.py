"""Tests of recursive networks, and of the logic expressions they evaluate."""

import numpy as np
import pytest
import torch
from gradients import assert_gradients

from reference_impl import (
    recursive_network,
    recursive_network_backward,
    recursive_network_definition,
    rnn_tanh,
)
from reference_impl.examples import logic_trees as examples
from reference_impl.examples._logic_expressions import depth, forest

close = np.testing.assert_allclose
TIGHT = {"rtol": 1e-10, "atol": 1e-13}
H, K = 3, 4
#: Leaves, and the children of the inner nodes.
TREES = {
    "pair": (2, [[1, 0]]),
    "balanced": (4, [[0, 1], [2, 3], [4, 5]]),
    "leaning": (5, [[1, 0], [5, 2], [3, 6], [7, 4]]),
    "one child": (3, [[0, -1], [-1, 1], [3, 4], [5, 2], [6, -1]]),
    "forest": (6, [[0, 1], [6, 2], [4, 3], [8, 5]]),
    "shared": (2, [[0, 1], [2, 2], [3, 2], [3, 4]]),
    "leaves alone": (5, []),
}
each_tree = pytest.mark.parametrize("tree", TREES)
each_typed = pytest.mark.parametrize("typed", [False, True], ids=str)


def problem(tree, typed, dtype=np.float64):
    """Return x, children, weight, bias, kind."""
    rng = np.random.default_rng(3)
    n, pairs = TREES[tree]
    kinds = (K,) if typed else ()
    return (
        (0.3 + rng.standard_normal((n, H))).astype(dtype),
        np.array(pairs, int).reshape(-1, 2),
        (0.5 * rng.standard_normal((*kinds, H, 2 * H))).astype(dtype),
        (0.2 + rng.standard_normal((*kinds, H))).astype(dtype),
        rng.integers(0, K, len(pairs)) if typed else None,
    )


def by_torch(x, children, weight, bias, kind):
    """Compute one node after the other."""
    states = list(x)
    for m, (left, right) in enumerate(children):
        pair = [
            torch.zeros_like(x[0]) if c < 0 else states[c]
            for c in (left, right)
        ]
        W, b = (
            (weight, bias)
            if kind is None
            else (weight[kind[m]], bias[kind[m]])
        )
        states.append(torch.tanh(W @ torch.cat(pair) + b))
    return torch.stack(states)


@each_tree
@each_typed
def test_agrees_with_its_definition(tree, typed):
    given = problem(tree, typed)
    close(recursive_network(*given), recursive_network_definition(*given))


@each_tree
@each_typed
def test_agrees_with_torch_forward_and_backward(tree, typed):
    x, children, weight, bias, kind = problem(tree, typed)
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, weight, bias)]
    theirs = by_torch(leaves[0], children, *leaves[1:], kind)
    close(
        recursive_network(x, children, weight, bias, kind),
        theirs.detach().numpy(),
        **TIGHT,
    )
    g = np.random.default_rng(2).standard_normal(theirs.shape)
    wanted = torch.autograd.grad(
        theirs, leaves, torch.tensor(g), materialize_grads=True
    )
    grads = recursive_network_backward(g, x, children, weight, bias, kind)
    for got, want in zip(grads, wanted, strict=True):
        close(got, want.numpy(), **TIGHT)


@each_tree
@each_typed
def test_gradients_are_those_of_finite_differences(tree, typed):
    x, children, weight, bias, kind = problem(tree, typed)
    assert_gradients(
        lambda x, W, b: recursive_network(x, children, W, b, kind),
        lambda g, x, W, b: recursive_network_backward(
            g, x, children, W, b, kind
        ),
        [x, weight, bias],
    )


def test_groups_of_falling_kind_at_rising_height_stay_apart():
    x, children, weight, bias, _ = problem("leaning", True)
    for kind in ([3, 2, 1, 0], [2, 1, 0, 3], [1, 1, 0, 0]):
        given = x, children, weight, bias, np.array(kind)
        close(recursive_network(*given), recursive_network_definition(*given))


def test_without_a_bias_it_is_zero_and_has_no_gradient():
    x, children, weight, _, kind = problem("leaning", True)
    zero = np.zeros((K, H))
    h = recursive_network(x, children, weight, None, kind)
    close(h, recursive_network(x, children, weight, zero, kind))
    grads = recursive_network_backward(h, x, children, weight, kind=kind)
    assert grads.bias is None
    assert grads.weight.shape == weight.shape


def test_a_chain_is_a_recurrent_network():
    rng = np.random.default_rng(0)
    x, h_0 = rng.standard_normal((6, H)), rng.standard_normal((1, H))
    w_ih, w_hh = rng.standard_normal((2, H, H))
    b = rng.standard_normal(H)
    output, _ = rnn_tanh(x[:, None], h_0[None], [w_ih, w_hh, b, 0 * b])
    pairs = [[0, 1]] + [[5 + t, t] for t in range(2, 7)]
    weight = np.concatenate([w_hh, w_ih], axis=1)
    leaves = np.concatenate([h_0, x])
    h = recursive_network(leaves, np.array(pairs), weight, b)
    close(h[7:], output[:, 0], **TIGHT)


def test_a_tree_may_be_deeper_than_the_recursion_limit():
    M = 5000
    pairs = np.stack([np.arange(M), np.full(M, -1)], axis=1)
    weight = 0.9 * np.eye(H, 2 * H)
    h = recursive_network(np.ones((1, H)), pairs, weight, np.full(H, 0.1))
    assert h.shape == (M + 1, H)
    g = np.zeros_like(h)
    g[-1] = 1
    grads = recursive_network_backward(
        g, np.ones((1, H)), pairs, weight, np.full(H, 0.1)
    )
    assert np.isfinite(grads.weight).all()


@each_typed
def test_float32_stays_float32_and_inputs_are_left_alone(typed):
    given = problem("one child", typed, np.float32)
    kept = [None if a is None else a.copy() for a in given]
    h = recursive_network(*given)
    results = [h, *recursive_network_backward(h, *given)]
    assert {a.dtype for a in results} == {np.dtype(np.float32)}
    for a, b in zip(given, kept, strict=True):
        np.testing.assert_array_equal(a, b)


def changed(tree="leaning", typed=True, **parts):
    names = ("input", "children", "weight", "bias", "kind")
    given = dict(zip(names, problem(tree, typed), strict=True)) | parts
    return lambda: recursive_network(**given)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (
            changed(input=np.ones((5, H), int)),
            TypeError,
            "input must be floating, got input.dtype=int64",
        ),
        (
            changed(input=np.ones(H)),
            ValueError,
            r"input must have shape \(n, H\), got input.shape=\(3,\)",
        ),
        (
            changed(input=np.ones((0, H))),
            ValueError,
            r"input must have at least one leaf, got input.shape=\(0, 3\)",
        ),
        (
            changed(weight=np.ones((K, H, H))),
            ValueError,
            r"weight must have shape \(4, 3, 6\), got weight.shape=\(4, 3, 3\)",
        ),
        (
            changed(weight=np.ones((K, H, 2 * H), np.float32)),
            TypeError,
            "weight must have the dtype of input",
        ),
        (
            changed(bias=np.ones((K, H + 1))),
            ValueError,
            r"bias must have shape \(4, 3\), got bias.shape=\(4, 4\)",
        ),
        (
            changed(kind=None),
            TypeError,
            "kind must be given exactly if weight has three axes, "
            r"got kind=None, weight.shape=\(4, 3, 6\)",
        ),
        (
            changed(typed=False, kind=np.zeros(4, int)),
            TypeError,
            "kind must be given exactly if weight has three axes",
        ),
        (
            changed(kind=np.zeros(3, int)),
            ValueError,
            r"kind must have shape \(4,\), got kind.shape=\(3,\)",
        ),
        (
            changed(kind=np.zeros(4)),
            TypeError,
            "kind must be of integers, got kind.dtype=float64",
        ),
        (
            changed(kind=np.array([0, 1, K, 0])),
            ValueError,
            r"kind must have entries in 0..3, got kind=\[0, 1, 4, 0\]",
        ),
        (
            changed(kind=np.array([0, 1, -1, 0])),
            ValueError,
            "kind must have entries in 0..3",
        ),
        (
            changed(children=np.ones((4, 2))),
            TypeError,
            "children must be of integers, got children.dtype=float64",
        ),
        (
            changed(children=np.ones((4, 3), int)),
            ValueError,
            r"children must have shape \(M, 2\), got children.shape=\(4, 3\)",
        ),
        (
            changed(children=np.array([[0, 1], [2, 5], [7, 3], [7, 4]])),
            ValueError,
            "children must be -1 or come before their parent, node 7, "
            r"got children\[2\]=\[7, 3\]",
        ),
        (
            changed(children=np.array([[0, 1], [2, -2], [6, 3], [7, 4]])),
            ValueError,
            r"node 6, got children\[1\]=\[2, -2\]",
        ),
    ],
)
def test_a_wrong_argument_is_named(call, error, match):
    with pytest.raises(error, match=match):
        call()


def test_a_wrong_grad_output_is_named():
    given = problem("leaning", True)
    with pytest.raises(ValueError, match="grad_output must have shape"):
        recursive_network_backward(np.ones((8, H)), *given)
    with pytest.raises(TypeError, match="grad_output must have the dtype"):
        recursive_network_backward(np.ones((9, H), np.float32), *given)


# The logic expressions.


def test_an_expression_is_parsed_from_the_leaves_up():
    tree = examples.parse(" ( (T and F)xor(not T) ) ")
    assert tree.leaves.tolist() == [1, 0, 1]
    assert tree.children.tolist() == [[0, 1], [2, -1], [3, 4]]
    assert [examples.OPERATORS[k] for k in tree.kind] == ["and", "not", "xor"]
    assert examples.truth(tree).tolist() == [1, 0, 1, 0, 0, 0]
    alone = examples.parse("T")
    assert alone.leaves.tolist() == [1]
    assert alone.children.shape == (0, 2)


def test_truth_is_what_python_evaluates():
    rng = np.random.default_rng(0)
    for level in range(1, 9):
        for text in examples.draw(rng, level, 20):
            tree = examples.parse(text)
            by_python = eval(text.replace("xor", "^"), {"T": True, "F": False})
            assert examples.truth(tree)[-1] == by_python
            assert depth(tree) == level


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "text must be one expression in brackets, got text=''"),
        ("T F", "text must be one expression in brackets, got text='T F'"),
        ("not", "text must be one expression in brackets"),
        ("T and F", "text must be one expression in brackets"),
        (
            "(T and F",
            r"close each bracket that it opens, got '\(' at position 0 of",
        ),
        (
            "((T and F) or (not T)",
            r"close each bracket that it opens, got '\(' at position 0 of",
        ),
        (
            "(T and (F or T)",
            r"close each bracket that it opens, got '\(' at position 0 of",
        ),
        (
            "(T and F))",
            r"open each bracket that it closes, got '\)' at position 9 of",
        ),
        (
            "(T nand F)",
            r"only have the symbols F T not and or xor \( \), "
            r"got 'nand' at position 3 of text='\(T nand F\)'",
        ),
        ("(T & F)", "got '&' at position 3 of"),
        ("(t and F)", "got 't' at position 1 of"),
        (
            "()",
            r"have \(not A\), .* in each bracket, got '\(\)' at position 0",
        ),
        (
            "(T or (F not))",
            r"in each bracket, got '\(F not\)\)' at position 6",
        ),
        ("(T and F or T)", "in each bracket, .* at position 0"),
        ("(T)", "in each bracket"),
        ("(not not T)", "in each bracket"),
    ],
)
def test_what_is_no_expression_is_refused_with_its_place(text, match):
    with pytest.raises(ValueError, match=match):
        examples.parse(text)


def test_what_is_no_text_is_refused():
    with pytest.raises(TypeError, match="text must be a str, got text=None"):
        examples.parse(None)


def test_a_forest_has_the_states_of_its_trees():
    model = examples.new_model(0, hidden=5)
    texts = ["(T and (not F))", "F", "((F or T) xor (T and T))"]
    trees = [examples.parse(text) for text in texts]
    together = examples.tree_logits(model, trees)
    for logit, tree in zip(together, trees, strict=True):
        close(logit, examples.tree_logits(model, [tree])[0], rtol=1e-5)
    assert len(set(together.tolist())) == 3
    assert forest(trees).roots.tolist() == [8, 2, 11]


@pytest.mark.parametrize("net", ["tree", "gru"])
def test_the_gradients_of_training_are_those_of_the_loss(net):
    texts = examples.draw(np.random.default_rng(0), 3, 6)
    if net == "tree":
        model, run = examples.new_model(0, hidden=4), examples.tree_gradients
        data = [examples.parse(text) for text in texts]
    else:
        model, run = examples.new_gru(0), examples.gru_gradients
        data = texts
    y, rng = np.array([1, 1, 0, 1, 0, 0]), np.random.default_rng(1)
    assert_gradients(
        lambda *a: np.float64(run(type(model)(*a), data, y)[0]),
        lambda g, *a: [g * d for d in run(type(model)(*a), data, y)[1]],
        [p + 0.1 * rng.standard_normal(p.shape) for p in model],
        rtol=1e-5,
    )


def test_it_evaluates_deeper_expressions_than_it_was_trained_on():
    model = examples.new_model(0, hidden=16)
    assert examples.accuracy(model, 8, examples=400) < 0.7
    losses = list(examples.train(model, 0, updates=500))
    assert len(losses) == 500
    for level in (4, 8, 16):
        assert examples.accuracy(model, level, examples=400) >= 0.97
    assert (
        examples.accuracy(model, 8, 1, 400, operators=("not", "xor")) >= 0.95
    )


def test_the_command_reports_and_repeats_with_its_seed(capsys, monkeypatch):
    monkeypatch.setattr(examples, "EACH", 40)
    monkeypatch.setattr(examples, "ASKED", (2, 3))
    words = ["--updates", "3", "--evaluate", "(T and F)", "--seed"]
    first, again, other = (examples.main([*words, s]) for s in "223")
    assert first == again != other
    assert set(first) == {"recursive", "recursive xor", "GRU", "GRU xor"}
    report = capsys.readouterr()
    assert "depth" in report.out
    assert "(T and F) is " in report.out
    assert "recursive: 100%" in report.err  # the progress bar


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (["--evaluate", "(T and"], "close each bracket"),
        (["--updates", "0"], "must be at least 1, got 0"),
    ],
)
def test_the_command_refuses_what_it_cannot_do(words, match, capsys):
    with pytest.raises(SystemExit):
        examples.main(words)
    assert match in capsys.readouterr().err
