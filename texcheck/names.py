r"""Which Python name a symbol with its scripts spells.

``\mathbf{W}^{(h)}`` is ``W_h`` and ``\tilde{C}`` is ``C_tilde``. The longest
known name wins; scripts left over are an index, a transpose or a power. A
colon is part of the name: ``G_{t:t+n}`` is ``G_span`` at two indices, and
``x_{<t}`` is ``x_before`` at one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import TypeGuard

from texcheck.errors import EquationError
from texcheck.tree import (
    Group,
    Node,
    Number,
    Part,
    Product,
    Scripts,
    Sum,
    Symbol,
    children,
)

__all__ = [
    "Known",
    "Lookup",
    "Reading",
    "is_cluster",
    "is_index",
    "label",
    "letter_name",
    "letters_in",
    "resolve",
    "spellings",
]

_SPELLED = {
    "lambda": ("lam",),
    "epsilon": ("epsilon", "eps"),
    "varepsilon": ("varepsilon", "epsilon", "eps"),
}
_SIGNS = {"star": "star", "plus": "plus", "minus": "minus"}


@dataclass(frozen=True)
class Known:
    """What a name stands for.

    `kind` is ``scalar``, ``whole`` (a whole number), ``array``, ``sequence``,
    ``function``, ``letter``, ``local``, ``definition`` or ``opaque``; `ndim`
    is None where it is not known before a value is there.
    """

    kind: str
    ndim: int | None = None


@dataclass(frozen=True)
class Reading:
    """A name, the index items in order, and the parts still to apply."""

    name: str
    known: Known
    index: tuple[Node, ...] = ()
    parts: tuple[Part, ...] = ()
    primes: int = 0


# Gives what a name stands for, or None.
Lookup = Callable[[str], Known | None]


def spellings(symbol: Symbol) -> tuple[str, ...]:
    r"""Return the identifiers that a symbol without scripts may spell.

    Examples
    --------
    >>> from texcheck.names import spellings
    >>> from texcheck.tree import Symbol
    >>> spellings(Symbol("lambda", marks=("hat",)))
    ('lam_hat',)
    """
    return tuple(
        "_".join((base, *symbol.marks))
        for base in _SPELLED.get(symbol.base, (symbol.base,))
    )


def letter_name(node: Node | None) -> str | None:
    r"""Return the name of a letter, primes included: ``j'`` is ``j_prime``.

    Examples
    --------
    >>> from texcheck.names import letter_name
    >>> from texcheck.syntax import parse
    >>> letter_name(parse("j'")), letter_name(parse("j_0"))
    ('j_prime', None)
    """
    if isinstance(node, Symbol):
        return spellings(node)[0]
    if (
        isinstance(node, Scripts)
        and isinstance(node.base, Symbol)
        and not node.sub
        and all(part.kind == "prime" for part in node.sup)
    ):
        return spellings(node.base)[0] + "_prime" * len(node.sup)
    return None


def letters_in(node: Node) -> set[str]:
    """Return the names of the letters in `node`, labels included."""
    found: set[str] = set()
    stack = [node]
    while stack:
        inner = stack.pop()
        name = letter_name(inner)
        if name is None:
            stack += children(inner)
        else:
            found.add(name)
    return found


def is_cluster(item: Node) -> bool:
    """Whether an item is letters side by side: ``out`` or ``ij``."""
    return (
        isinstance(item, Product)
        and not any(item.ops)
        and all(letter_name(factor) for factor in item.factors)
    )


def label(node: Node) -> tuple[str, ...]:
    """Return what a script spells as part of a name; nothing if it cannot."""
    if isinstance(node, Number):
        return (node.text,) if node.text.isdigit() else ()
    if isinstance(node, Symbol):
        return spellings(node)
    if isinstance(node, Product) and not any(node.ops):
        letters = [label(factor) for factor in node.factors]
        return tuple("".join(parts) for parts in product(*letters))
    if isinstance(node, Scripts):
        return _scripted_label(node)
    if _is_span(node):
        return ("span" if node.kind == ":" else node.kind,)
    return ()


def _scripted_label(node: Scripts) -> tuple[str, ...]:
    if any(part.kind not in {"prime", *_SIGNS} for part in node.sup):
        return ()
    pieces = [label(node.base), *(label(item) for item in node.sub)]
    pieces += [(_SIGNS.get(part.kind, part.kind),) for part in node.sup]
    return tuple("_".join(parts) for parts in product(*pieces))


def _part_label(part: Part) -> tuple[str, ...]:
    if part.kind in _SIGNS:
        return (_SIGNS[part.kind],)
    if part.kind == "label":
        pieces = [label(item) for item in part.items]
        return tuple("_".join(names) for names in product(*pieces))
    if part.kind == "expr" and not isinstance(part.items[0], Number):
        return label(part.items[0])
    return ()


@dataclass(frozen=True)
class _Choice:
    """Which scripts a candidate name uses up."""

    names: frozenset[str]
    used: int
    subs: int
    part: int | None
    primed: bool


def _choices(symbol: Symbol, node: Scripts | None) -> list[_Choice]:
    """Return every split of the scripts into a label and the rest."""
    bases = spellings(symbol)
    sub = node.sub if node else ()
    sup = node.sup if node else ()
    primes = sum(part.kind == "prime" for part in sup)
    places: list[int | None] = [None]
    places += [i for i, part in enumerate(sup) if _part_label(part)]
    choices = []
    for primed, count, place in product(
        {primes > 0, False}, range(len(sub) + 1), places
    ):
        if any(_is_span(item) for item in sub[count:]):
            continue
        subs = [label(item) for item in sub[:count]]
        if count and not all(subs):
            continue
        below = ["_".join(names) for names in product(*subs)] if count else []
        above = list(_part_label(sup[place])) if place is not None else []
        names = _joined(bases, below, above, "_prime" * primes * primed)
        used = count + (place is not None) + primed
        choices.append(_Choice(frozenset(names), used, count, place, primed))
    return choices


def _is_span(item: Node) -> TypeGuard[Group]:
    """Whether an item is part of the name, and its values are indices."""
    return isinstance(item, Group) and item.kind in {":", "before"}


def _joined(
    bases: tuple[str, ...], below: list[str], above: list[str], prime: str
) -> set[str]:
    names: set[str] = set()
    orders = [(below, above), (above, below)]
    for base, (first, second) in product(bases, orders):
        for one, two in product(first or [""], second or [""]):
            tail = "".join(f"_{text}" for text in (one, two) if text)
            names |= {base + prime + tail, base + tail + prime}
    return names


def resolve(
    node: Symbol | Scripts, lookup: Lookup, letters: frozenset[str]
) -> Reading:
    """Return the one reading of a symbol with its scripts.

    Parameters
    ----------
    node : Symbol or Scripts
        The symbol; the base of Scripts must be a Symbol.
    lookup : callable
        Gives what a name stands for, or None.
    letters : frozenset of str
        The letters that are indices here.

    Raises
    ------
    EquationError
        If no name is known, or if two readings are.
    """
    scripts = node if isinstance(node, Scripts) else None
    symbol = scripts.base if scripts else node
    assert isinstance(symbol, Symbol)
    choices = _choices(symbol, scripts)
    found = [
        (choice, name, known)
        for choice in choices
        for name in sorted(choice.names)
        if (known := lookup(name)) is not None
    ]
    if not found:
        raise unknown(choices)
    longest = max(choice.used for choice, _, _ in found)
    best = [entry for entry in found if entry[0].used == longest]
    names = {name for _, name, _ in best}
    if len(names) > 1:
        raise EquationError(
            f"two names are bound for one symbol: {', '.join(sorted(names))}",
            "name",
        )
    choice, name, known = best[0]
    for other, other_name, other_known in found:
        if other.used < longest and scripts is not None:
            _refuse_both(
                scripts, (choice, name), (other, other_name, other_known),
                lookup, letters,
            )  # fmt: skip
    return _reading(scripts, choice, name, known)


def unknown(choices: list[_Choice]) -> EquationError:
    """Return the error for a symbol that no bound name spells."""
    ordered = sorted(choices, key=lambda c: -c.used)
    tried = list(dict.fromkeys(n for c in ordered for n in sorted(c.names)))
    shown = " or ".join(tried[:4])
    return EquationError(f"unknown name: {shown} is not bound", "name")


def _leftover(
    scripts: Scripts, choice: _Choice
) -> tuple[tuple[Node, ...], tuple[Part, ...], int]:
    """Split the scripts that the name has not used: index, parts, primes."""
    raised: list[Node] = []
    parts: list[Part] = []
    primes = 0
    for place, part in enumerate(scripts.sup):
        if place == choice.part:
            continue
        if part.kind == "prime":
            primes += not choice.primed
        elif part.kind == "label" and not parts:
            raised += part.items
        else:
            parts.append(part)
    spans = [
        value for item in scripts.sub if _is_span(item) for value in item.items
    ]
    rest = scripts.sub[choice.subs :]
    return (*raised, *spans, *rest), tuple(parts), primes


def _reading(
    scripts: Scripts | None, choice: _Choice, name: str, known: Known
) -> Reading:
    if scripts is None:
        return Reading(name, known)
    index, parts, primes = _leftover(scripts, choice)
    if known.kind == "sequence" and not index and _is_bare(parts):
        index, parts = parts[0].items, parts[1:]
    for part in parts:
        if part.kind in {*_SIGNS, "label"}:
            raise EquationError(
                f"unknown name: {name} with the mark {part.kind}", "name"
            )
    return Reading(name, known, index, parts, primes)


def _is_bare(parts: tuple[Part, ...]) -> bool:
    """Whether a bare superscript follows; a sequence has no power."""
    return bool(parts) and parts[0].kind == "expr"


def _refuse_both(
    scripts: Scripts,
    best: tuple[_Choice, str],
    other: tuple[_Choice, str, Known],
    lookup: Lookup,
    letters: frozenset[str],
) -> None:
    """Refuse where a shorter name with an index is a reading as well."""
    choice, known = other[0], other[2]
    index, parts, primes = _leftover(scripts, choice)
    full, _, _ = _leftover(scripts, best[0])
    if primes or any(part.kind in {*_SIGNS, "label"} for part in parts):
        return
    extra = [item for item in index if all(item is not f for f in full)]
    if not extra or known.kind in {"scalar", "whole", "function", "opaque"}:
        return
    count = sum(_letters_in(item) for item in index)
    if known.ndim is not None and known.ndim < count:
        return
    if all(is_index(item, lookup, letters) for item in extra):
        raise EquationError(
            f"two readings are bound: {best[1]}, and {other[1]} with an "
            "index; bind one of them under another name",
            "name",
        )


def _letters_in(item: Node) -> int:
    """Return how many indices a script item holds: ``ij`` holds two."""
    if isinstance(item, Product) and not any(item.ops):
        return len(item.factors)
    return 1


def is_index(node: Node, lookup: Lookup, letters: frozenset[str]) -> bool:
    """Whether a script can be read as whole numbers here."""
    if isinstance(node, Number):
        return node.text.isdigit()
    if isinstance(node, Symbol):
        names = spellings(node)
        if letters & set(names):
            return True
        known = [lookup(name) for name in names]
        return any(k is not None and k.kind == "whole" for k in known)
    if isinstance(node, Product):
        return all(is_index(item, lookup, letters) for item in node.factors)
    if isinstance(node, Sum):
        return all(is_index(item, lookup, letters) for item in node.terms)
    if isinstance(node, Scripts):
        return bool(letters & letters_in(node))
    return False
