"""Recursive networks: a state for every node of a tree.

Page: docs/recurrent-networks/recursive-networks.md.

Axes: n leaves, M inner nodes, H numbers of a state, K kinds of inner nodes.
The leaves are the nodes 0..n-1, the inner nodes n..n+M-1, children first.
"""

from collections.abc import Iterator
from math import tanh
from typing import NamedTuple

import numpy as np

from reference_impl import _checks

__all__ = [
    "recursive_network_definition",
    "recursive_network",
    "recursive_network_backward",
]


class RecursiveGradients(NamedTuple):
    """The gradients of a recursive network's arrays, in argument order."""

    input: np.ndarray
    weight: np.ndarray
    bias: np.ndarray | None


class _Tree(NamedTuple):
    """The checked arguments, with an axis of kinds even if there is one."""

    x: np.ndarray  # (n, H)
    children: np.ndarray  # (M, 2)
    weight: np.ndarray  # (K, H, 2*H)
    bias: np.ndarray  # (K, H)
    kind: np.ndarray  # (M,)


def recursive_network_definition(
    input: np.ndarray,
    children: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    kind: np.ndarray | None = None,
) -> np.ndarray:
    """Evaluate `recursive_network` node by node, number by number."""
    x, children, weight, bias, kind = _checked(
        input, children, weight, bias, kind
    )
    H = x.shape[1]
    h = list(x)
    for (l, r), k in zip(children, kind, strict=True):
        left, right = (h[c] if c >= 0 else np.zeros(H) for c in (l, r))
        new = np.empty(H, x.dtype)
        for i in range(H):
            a = bias[k, i]
            for j in range(H):
                a += weight[k, i, j] * left[j] + weight[k, i, H + j] * right[j]
            new[i] = tanh(a)
        h.append(new)
    return np.array(h)


def recursive_network(
    input: np.ndarray,
    children: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    kind: np.ndarray | None = None,
) -> np.ndarray:
    """Return the state of every node of a tree, from the leaves up.

    An inner node's state is tanh(W [h_left; h_right] + b). Nodes of equal
    height and kind are computed together, those of several trees, too, if
    their leaves and inner nodes stand in the same arrays. Nothing recurs, so a
    tree may have any depth.

    Parameters
    ----------
    input : ndarray of shape (n, H), floating
        The states of the leaves, nodes 0..n-1.
    children : ndarray of shape (M, 2), integer
        Left and right child of the inner nodes n..n+M-1. A child has a lower
        number than its parent; -1 stands for none, which counts as zeros.
    weight : ndarray of shape (H, 2*H) or (K, H, 2*H), dtype of `input`
        W, left child first; one for all nodes, or one a kind.
    bias : ndarray of shape (H,) or (K, H), dtype of `input`, optional
        b, with the axes of `weight`.
    kind : ndarray of shape (M,), integer, optional
        Which of the K weights each inner node has; has to be given where
        `weight` has three axes, and only there.

    Returns
    -------
    ndarray of shape (n + M, H), dtype of `input`

    Raises
    ------
    TypeError
        If an array is not of its kind, the dtypes differ, or `kind` is given
        without an axis of kinds in `weight` or the other way round.
    ValueError
        If shapes do not fit, there is no leaf, a child does not come before
        its parent, or an entry of `kind` is not in 0..K-1.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 10.6.
    Socher et al. 2011, *Parsing natural scenes and natural language with
    recursive neural networks*, equation 5; Socher et al. 2013, *Parsing with
    compositional vector grammars*, section 3.4, have a weight for each kind.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import recursive_network
    >>> leaves = np.array([[0.5], [1.0], [0.25]])
    >>> children = np.array([[0, 1], [3, 2]])  # ((0 1) 2)
    >>> recursive_network(leaves, children, np.array([[2.0, -1.0]]))[3:, 0]
    array([ 0.        , -0.24491866])
    """
    tree = _checked(input, children, weight, bias, kind)
    return _states(tree)[:-1]


def recursive_network_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    children: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    kind: np.ndarray | None = None,
) -> RecursiveGradients:
    """Return the gradients of `recursive_network`, by backpropagation through structure.

    Parameters
    ----------
    grad_output : ndarray of shape (n + M, H), dtype of `input`
        dL/dh of every node; zeros but at the root where only that is used.
    input, children, weight, bias, kind
        As given to `recursive_network`.

    Returns
    -------
    RecursiveGradients
        A named tuple (input, weight, bias), each of its argument's shape; None
        for an absent bias.

    Raises
    ------
    TypeError, ValueError
        As `recursive_network`; `grad_output` has the output's shape and dtype.

    References
    ----------
    Goller and Küchler 1996, *Learning task-dependent distributed
    representations by backpropagation through structure*.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import recursive_network_backward
    >>> leaves, W = np.zeros((3, 1)), np.array([[2.0, -1.0]])
    >>> children = np.array([[0, 1], [3, 2]])  # ((0 1) 2)
    >>> g = np.array([[0.0], [0], [0], [0], [1]])  # into the root
    >>> recursive_network_backward(g, leaves, children, W).input.ravel()
    array([ 4., -2., -1.])
    """
    tree = _checked(input, children, weight, bias, kind)
    n, H = tree.x.shape
    h = _states(tree)
    g = _checks.floating_like("grad_output", grad_output, "input", tree.x)
    _checks.shape("grad_output", g, (len(h) - 1, H))
    dh = np.concatenate([g, np.zeros((1, H), g.dtype)])  # the last: no child
    dW, db = np.zeros_like(tree.weight), np.zeros_like(tree.bias)
    for nodes, k in reversed(list(_groups(tree))):
        pairs = tree.children[nodes]
        delta = dh[n + nodes] * (1 - h[n + nodes] ** 2)
        dW[k] += delta.T @ h[pairs].reshape(-1, 2 * H)
        db[k] += delta.sum(axis=0)
        # A node may be a child more than once, where trees share parts.
        np.add.at(dh, pairs, (delta @ tree.weight[k]).reshape(-1, 2, H))
    grad_bias = None if bias is None else db.reshape(np.shape(bias))
    return RecursiveGradients(dh[:n], dW.reshape(np.shape(weight)), grad_bias)


def _states(tree: _Tree) -> np.ndarray:
    """Return the states (n + M + 1, H); the last, of no node, is 0."""
    n, H = tree.x.shape
    h = np.zeros((n + len(tree.children) + 1, H), tree.x.dtype)
    h[:n] = tree.x
    for nodes, k in _groups(tree):
        pairs = h[tree.children[nodes]].reshape(-1, 2 * H)
        h[n + nodes] = np.tanh(pairs @ tree.weight[k].T + tree.bias[k])
    return h


def _groups(tree: _Tree) -> Iterator[tuple[np.ndarray, int]]:
    """Yield inner nodes that can be computed together, lowest first."""
    if not len(tree.children):
        return
    heights = [0] * (len(tree.x) + len(tree.children) + 1)
    for v, (left, right) in enumerate(tree.children.tolist(), len(tree.x)):
        heights[v] = 1 + max(heights[left], heights[right])
    height = np.array(heights[len(tree.x) : -1])
    order = np.lexsort((tree.kind, height))
    both = np.stack([height, tree.kind])[:, order]
    starts = 1 + np.flatnonzero((np.diff(both) != 0).any(axis=0))
    for nodes in np.split(order, starts):
        yield nodes, int(tree.kind[nodes[0]])


def _checked(
    input: np.ndarray,
    children: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None,
    kind: np.ndarray | None,
) -> _Tree:
    """Return the arguments of `recursive_network`, checked."""
    x = _checks.floating("input", input)
    n, H = _checks.shape("input", x, ("n", "H"))
    if n == 0:
        raise ValueError(
            f"input must have at least one leaf, got input.shape={x.shape}"
        )
    W = _checks.floating_like("weight", weight, "input", x)
    kinds = W.shape[:1] if W.ndim == 3 else ()
    _checks.shape("weight", W, (*kinds, H, 2 * H))
    if (kind is None) == (W.ndim == 3):
        raise TypeError(
            "kind must be given exactly if weight has three axes, "
            f"got kind={kind!r}, weight.shape={W.shape}"
        )
    b = np.zeros(W.shape[:-1], x.dtype) if bias is None else bias
    b = _checks.floating_like("bias", b, "input", x)
    _checks.shape("bias", b, (*kinds, H))
    pairs = _integers("children", children, ("M", 2))
    _children_first(pairs, n)
    M, K = len(pairs), kinds[0] if kinds else 1
    if kind is None:
        kind = np.zeros(M, int)
    k = _integers("kind", kind, (M,))
    if ((k < 0) | (k >= K)).any():
        raise ValueError(
            f"kind must have entries in 0..{K - 1}, got kind={k.tolist()}"
        )
    return _Tree(x, pairs, W.reshape(K, H, 2 * H), b.reshape(K, H), k)


def _integers(
    name: str, value: np.ndarray, shape: tuple[int | str, ...]
) -> np.ndarray:
    """Return `value` as a checked array of ints."""
    array = np.asarray(value)
    if not np.issubdtype(array.dtype, np.integer):
        raise TypeError(
            f"{name} must be of integers, got {name}.dtype={array.dtype}"
        )
    _checks.shape(name, array, shape)
    return array.astype(np.intp)


def _children_first(children: np.ndarray, n: int) -> None:
    """Raise ValueError unless each child has a lower number than its parent."""
    parents = n + np.arange(len(children))
    wrong = (children < -1) | (children >= parents[:, None])
    if wrong.any():
        m = int(np.flatnonzero(wrong.any(axis=1))[0])
        raise ValueError(
            f"children must be -1 or come before their parent, node {n + m}, "
            f"got children[{m}]={children[m].tolist()}"
        )
