"""The tree that the parser builds: one frozen class per notation.

Every node carries the span of the characters it was read from, so that a
formula can be altered in its own text. Two nodes are equal when they read
the same, wherever they stand.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

__all__ = [
    "Applied",
    "Big",
    "Cases",
    "Compare",
    "Derivative",
    "Dots",
    "Fraction",
    "Function",
    "Group",
    "Matrix",
    "Node",
    "Number",
    "Part",
    "Product",
    "Root",
    "Scripts",
    "Sum",
    "Symbol",
    "call_parts",
    "children",
    "walk",
]


@dataclass(frozen=True, kw_only=True)
class Node:
    """What every node has: where it was read from."""

    span: tuple[int, int] = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True)
class Number(Node):
    """A literal such as ``2`` or ``0.5``."""

    text: str


@dataclass(frozen=True)
class Symbol(Node):
    """A letter, a Greek letter, or a word set upright; marks as suffixes."""

    base: str
    marks: tuple[str, ...] = ()
    word: bool = False
    board: bool = False


@dataclass(frozen=True)
class Dots(Node):
    """An ellipsis; it has a meaning in ranges only."""


@dataclass(frozen=True)
class Part(Node):
    """One part of a superscript.

    `kind` is ``label`` (in brackets), ``expr``, ``top``, ``prime``,
    ``star``, ``plus``, ``minus`` or ``odot``.
    """

    kind: str
    items: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Scripts(Node):
    """A base with its subscript items and the parts of its superscript."""

    base: Node
    sub: tuple[Node, ...] = ()
    sup: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Group(Node):
    r"""Items between delimiters: ``( [ { <``, or ``|``, ``||``, floors.

    `kind` is one of ``( [ { < abs norm floor ceil``.
    """

    kind: str
    items: tuple[Node, ...]
    bars: bool = False


@dataclass(frozen=True)
class Product(Node):
    """Factors, each with the sign before it: ``""`` is juxtaposition."""

    ops: tuple[str, ...]
    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Sum(Node):
    """Terms, each with its sign ``+`` or ``-``."""

    signs: tuple[str, ...]
    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Fraction(Node):
    """A numerator over a denominator."""

    top: Node
    bottom: Node


@dataclass(frozen=True)
class Root(Node):
    """A root; `degree` is None for the square root."""

    body: Node
    degree: Node | None = None


@dataclass(frozen=True)
class Function(Node):
    r"""A named function of one argument, such as ``\log x``."""

    name: str
    body: Node
    sub: Node | None = None
    power: Node | None = None


@dataclass(frozen=True)
class Big(Node):
    r"""``\sum``, ``\prod``, ``\max``, ``\min``, ``\arg\max`` or E."""

    op: str
    sub: tuple[Node, ...]
    sup: Node | None
    body: Node


@dataclass(frozen=True)
class Derivative(Node):
    """d `top` / d `bottom`; `immediate` is the plus of BPTT."""

    top: Node
    bottom: Node
    immediate: bool = False
    nabla: bool = False


@dataclass(frozen=True)
class Cases(Node):
    """Values with their conditions; None stands for otherwise."""

    values: tuple[Node, ...]
    conditions: tuple[Node | None, ...]


@dataclass(frozen=True)
class Matrix(Node):
    """A matrix literal."""

    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True)
class Compare(Node):
    """A chain of sides with the relations between them."""

    ops: tuple[str, ...]
    sides: tuple[Node, ...]


def children(node: Node) -> list[Node]:
    """Return the nodes directly below `node`, in order."""
    below: list[Node] = []
    for part in fields(node):
        value = getattr(node, part.name)
        if isinstance(value, Node):
            below.append(value)
        elif isinstance(value, tuple):
            for item in value:
                entries = item if isinstance(item, tuple) else (item,)
                below += [e for e in entries if isinstance(e, Node)]
    return below


def walk(node: Node) -> Iterator[Node]:
    """Yield `node` and every node below it, outer ones first."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


@dataclass(frozen=True)
class Applied:
    """A name with the bracket behind it, and the scripts behind that."""

    head: Symbol | Scripts
    group: Group
    after: Scripts | None


def call_parts(first: Node, second: Node) -> Applied | None:
    """Return name and bracket if these two factors can be a call."""
    symbol = first.base if isinstance(first, Scripts) else first
    group = second.base if isinstance(second, Scripts) else second
    if not isinstance(symbol, Symbol) or not isinstance(group, Group):
        return None
    if group.kind not in {"(", "[", "{"}:
        return None
    assert isinstance(first, Symbol | Scripts)
    after = second if isinstance(second, Scripts) else None
    return Applied(first, group, after)
