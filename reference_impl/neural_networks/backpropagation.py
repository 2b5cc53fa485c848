"""Back-propagation on a computational graph of arrays.

Page: docs/neural-networks/backpropagation.md.

G is a graph, V and C variables in it, z the variable to differentiate, T the
variables whose gradients are wanted, D the gradient to C. The consumers of V
are the variables computed from it.
"""

import operator
from collections.abc import Iterator, Sequence
from functools import reduce

import numpy as np

from reference_impl.neural_networks.backpropagation_variables import (
    Operation,
    Variable,
)

__all__ = [
    "Graph",
    "get_operation",
    "get_consumers",
    "get_inputs",
    "prune",
    "build_grad",
    "general_backprop",
    "grad",
]


class Graph:
    """Variables, each after those it is computed from, with their consumers.

    Parameters
    ----------
    *outputs : Variable
        Inserted with everything they were computed from.

    Raises
    ------
    TypeError
        If an output is not a `Variable`.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import Graph, Variable
    >>> x = Variable(np.array(3.0))
    >>> list(Graph(x * x + x))
    [Variable(3.), Variable(9., multiply), Variable(12., add)]
    """

    def __init__(self, *outputs: Variable) -> None:
        self.consumers: dict[Variable, list[Variable]] = {}
        for V in outputs:
            self.insert(V)

    def insert(self, V: Variable) -> None:
        """Add V and whatever it was computed from that is not here yet."""
        _check("V", V)
        consumers, waiting = self.consumers, [V]
        while waiting:  # no recursion: a chain may be long
            V = waiting.pop()
            if V in consumers:
                continue
            for x in V.inputs:
                if x not in consumers:
                    waiting += V, x  # x first, then V again
                    break
            else:
                self._append(V)

    def _append(self, V: Variable) -> None:
        """Add V as a consumer of those of its inputs that are here."""
        consumers = self.consumers
        consumers[V] = []
        for x in V.inputs:
            if x in consumers:
                found = consumers[x]
                if not found or found[-1] is not V:  # once for x * x
                    found.append(V)

    def __contains__(self, V: object) -> bool:
        return V in self.consumers

    def __iter__(self) -> Iterator[Variable]:
        return iter(self.consumers)

    def __reversed__(self) -> Iterator[Variable]:
        return reversed(self.consumers)

    def __len__(self) -> int:
        return len(self.consumers)


def get_operation(V: Variable) -> Operation:
    """Return the operation that computed V."""
    if V.operation is None:
        raise ValueError(f"V must come from an operation, got V={V}")
    return V.operation


def get_consumers(V: Variable, G: Graph) -> list[Variable]:
    """Return the variables of G that were computed from V."""
    return G.consumers.get(V, [])


def get_inputs(V: Variable, G: Graph) -> tuple[Variable, ...]:
    """Return what V was computed from, in the order of the arguments.

    Also those that `prune` left out of G: bprop needs their values.
    """
    return V.inputs


def prune(G: Graph, z: Variable, T: Sequence[Variable]) -> Graph:
    """Return G', the ancestors of z that are descendants of variables in T.

    Parameters
    ----------
    G : Graph
    z : Variable
        It counts as an ancestor of itself.
    T : sequence of Variable
        They count as descendants of themselves.

    Returns
    -------
    Graph
        In the order of G. `G` stays as it is.

    Raises
    ------
    TypeError
        If z or an entry of T is not a `Variable`.
    ValueError
        If z is not in G.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import Graph, Variable, prune
    >>> x, y = Variable(np.array(2.0)), Variable(np.array(5.0))
    >>> z = x * y + y * y
    >>> list(prune(Graph(z), z, [x]))
    [Variable(2.), Variable(10., multiply), Variable(35., add)]
    """
    _check("z", z)
    for i, V in enumerate(T):
        _check(f"T[{i}]", V)
    if z not in G:
        raise ValueError(f"z must be in G, got z={z}, len(G)={len(G)}")
    descendants = set(T)
    for V in G:
        if V.inputs and not descendants.isdisjoint(V.inputs):
            descendants.add(V)
    kept, backwards = {z} & descendants, []
    for V in reversed(G):
        if V in kept:
            backwards.append(V)
            kept |= descendants.intersection(V.inputs)
    G_prime = Graph()
    for V in reversed(backwards):
        G_prime._append(V)
    return G_prime


def build_grad(
    V: Variable,
    G: Graph,
    G_prime: Graph,
    grad_table: dict[Variable, Variable],
) -> Variable:
    """Return the gradient to V, adding it to G and to grad_table.

    Parameters
    ----------
    V : Variable
        What to differentiate to.
    G : Graph
        Receives the gradient and all that it was computed from.
    G_prime : Graph
        G' as `prune` returns it: the variables that pass gradients on.
    grad_table : dict of Variable to Variable
        The gradients found so far. Holds z with a gradient of 1, to begin
        with.

    Returns
    -------
    Variable of the shape of V
        The sum over the consumers of V; zeros where there are none.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, algorithm 6.6.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import Graph, Variable, build_grad, prune
    >>> x = Variable(np.array(3.0))
    >>> z = x * x + x
    >>> G = Graph(z)
    >>> grad_table = {z: Variable(np.array(1.0))}
    >>> build_grad(x, G, prune(G, z, [x]), grad_table)
    Variable(7., add)
    """
    if V in grad_table:
        return grad_table[V]
    g = []
    for C in get_consumers(V, G_prime):
        op = get_operation(C)
        D = build_grad(C, G, G_prime, grad_table)
        g.append(op.bprop(get_inputs(C, G_prime), V, D, output=C))
    grad_table[V] = reduce(operator.add, g) if g else _zeros(V)
    G.insert(grad_table[V])
    return grad_table[V]


def general_backprop(
    T: Sequence[Variable], G: Graph, z: Variable
) -> dict[Variable, Variable]:
    """Return the gradients of z to the variables in T, as nodes of G.

    Parameters
    ----------
    T : sequence of Variable
    G : Graph
        Holds z. The gradients are added to it.
    z : Variable of one entry
        What to differentiate.

    Returns
    -------
    dict of Variable to Variable
        grad_table: the gradient to each variable in T and to those between
        them and z. Zeros for one in T on which z does not depend.

    Raises
    ------
    TypeError
        If z or an entry of T is not a `Variable`.
    ValueError
        If z is not in G or has not one entry.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, algorithm 6.5.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import Graph, Variable, general_backprop
    >>> x = Variable(np.array(2.0))
    >>> z = x**4
    >>> G = Graph(z)
    >>> first = general_backprop([x], G, z)[x]
    >>> second = general_backprop([x], G, first)[x]
    >>> first.value.item(), second.value.item()
    (32.0, 48.0)
    """
    G_prime = prune(G, z, T)
    if z.value.size != 1:
        raise ValueError(f"z must have one entry, got z.shape={z.shape}")
    grad_table = {z: Variable(np.ones_like(z.value))}
    for V in reversed(G_prime):  # consumers first, so that build_grad finds
        build_grad(V, G, G_prime, grad_table)  # them: no deep recursion
    for V in T:
        build_grad(V, G, G_prime, grad_table)
    return grad_table


def grad(z: Variable, T: Sequence[Variable]) -> list[Variable]:
    """Return the gradient of z to each variable in T.

    `general_backprop` on the graph that led to z.

    Parameters
    ----------
    z : Variable of one entry
    T : sequence of Variable

    Returns
    -------
    list of Variable
        One for each variable in T, of its shape.

    Raises
    ------
    TypeError
        If z or an entry of T is not a `Variable`.
    ValueError
        If z has not one entry.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import Variable, grad
    >>> x = Variable(np.array([1.0, 2.0]))
    >>> grad((x**3).sum(), [x])
    [Variable([ 3., 12.], multiply)]
    """
    grad_table = general_backprop(T, Graph(z), z)
    return [grad_table[V] for V in T]


def _zeros(V: Variable) -> Variable:
    return Variable(np.zeros_like(V.value))


def _check(name: str, V: object) -> None:
    if not isinstance(V, Variable):
        raise TypeError(
            f"{name} must be a Variable, got {name} of type {type(V).__name__}"
        )
