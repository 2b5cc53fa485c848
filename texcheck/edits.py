"""The fixed list of changes that make altered forms of an equation.

Each change is an edit of the equation's own characters: what is replaced,
from where to where, and by what.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise

from texcheck.env import Env
from texcheck.errors import EquationError
from texcheck.names import is_cluster, label
from texcheck.rows import Guard, Member, Range, Row
from texcheck.tree import (
    Big,
    Compare,
    Fraction,
    Function,
    Group,
    Node,
    Number,
    Part,
    Product,
    Root,
    Scripts,
    Sum,
    Symbol,
    walk,
)

__all__ = ["Edit", "edits_of"]

# What is done, first character, last character, new text.
Edit = tuple[str, int, int, str]

_FUNCTIONS = {
    r"\exp": r"\log",
    r"\log": r"\exp",
    r"\ln": r"\exp",
    r"\tanh": r"\sin",
    r"\sin": r"\cos",
    r"\cos": r"\sin",
    r"\max": r"\min",
    r"\min": r"\max",
    r"\sum": r"\prod",
    r"\prod": r"\sum",
    r"\lfloor": r"\lceil",
    r"\lceil": r"\lfloor",
    r"\rfloor": r"\rceil",
    r"\rceil": r"\rfloor",
    r"\sigma": r"\tanh",
}
_RELATIONS = {
    "=": r"\ne ",
    "!=": "=",
    "<": ">",
    ">": "<",
    "<=": r"\ge ",
    ">=": r"\le ",
}


def edits_of(row: Row, latex: str, env: Env) -> Iterator[Edit]:
    """Yield every change of one row."""
    for node in _nodes(row):
        maker = _EDITS.get(type(node))
        if maker is not None:
            yield from maker(node, latex, env)
    yield from _row_edits(row, latex)


def _nodes(row: Row) -> Iterator[Node]:
    tops: list[Node] = list(row.sides)
    for condition in row.conditions:
        if isinstance(condition, Range):
            bounds = (condition.low, condition.second, condition.high)
            tops += [node for node in bounds if node is not None]
        elif isinstance(condition, Member):
            tops.append(condition.group)
        elif isinstance(condition, Guard):
            tops.append(condition.condition)
    for top in tops:
        yield from walk(top)


def _row_edits(row: Row, latex: str) -> Iterator[Edit]:
    """Turn the relations between the sides; an equality has no turn."""
    for op, left, right in zip(
        row.ops, row.sides, row.sides[1:], strict=False
    ):
        if op in {"<", ">", "<=", ">="}:
            yield (
                "turn a relation",
                left.span[1],
                right.span[0],
                f" {_RELATIONS[op]} ",
            )


def _text(node: Node, latex: str) -> str:
    return latex[slice(*node.span)]


def _swap(change: str, one: Node, two: Node, latex: str) -> Iterator[Edit]:
    """Exchange the texts of two nodes, the first of which stands first."""
    if one.span[1] <= two.span[0] and one != two:
        between = latex[one.span[1] : two.span[0]]
        yield (
            change,
            one.span[0],
            two.span[1],
            f"{_text(two, latex)}{between} {_text(one, latex)}",
        )


def _sum(node: Sum, latex: str, env: Env) -> Iterator[Edit]:
    end = node.span[0]
    for place, (sign, term) in enumerate(
        zip(node.signs, node.terms, strict=True)
    ):
        turned = "-" if sign == "+" else "+"
        yield "flip a sign", end, term.span[0], f" {turned} "
        if len(node.terms) > 1:
            stop = term.span[1]
            text = ""
            if place == 0:
                stop = node.terms[1].span[0]
                text = "-" if node.signs[1] == "-" else ""
            yield "drop a term", end, stop, text
        end = term.span[1]
    if node.signs == ("-",):
        return
    for place, (first, second) in enumerate(
        zip(node.terms, node.terms[1:], strict=False)
    ):
        if node.signs[place : place + 2] == ("+", "-"):
            yield from _swap("swap two terms", first, second, latex)


def _product(node: Product, latex: str, env: Env) -> Iterator[Edit]:
    for place, factor in enumerate(node.factors):
        following = node.factors[place + 1 : place + 2]
        start = node.factors[place - 1].span[1] if place else factor.span[0]
        stop = factor.span[1] if place else following[0].span[0]
        yield "drop a factor", start, stop, " "
        if not following:
            continue
        op = node.ops[place + 1]
        other = following[0]
        if op in {"odot", "oslash"}:
            yield "drop an operator", factor.span[1], other.span[0], " "
        matrices = _is_array(factor, env) and _is_array(other, env)
        if op == "/" or (op == "" and matrices):
            yield from _swap("swap two factors", factor, other, latex)
    yield from _distant(node, latex)


def _distant(node: Product, latex: str) -> Iterator[Edit]:
    """Exchange the scripts of two factors: x_i w_k for x_k w_i."""
    scripted = [f for f in node.factors if isinstance(f, Scripts) and f.sub]
    for one, two in pairwise(scripted):
        first, second = one.sub[0], two.sub[0]
        yield from _swap("swap two indices", first, second, latex)


def _is_array(node: Node, env: Env) -> bool:
    """Whether a factor can be more than a number."""
    for inner in walk(node):
        if not isinstance(inner, Symbol | Scripts):
            continue
        try:
            reading = env.try_resolve(inner)
        except EquationError:
            return True
        if reading is None or reading.known.ndim is None:
            continue
        if inner is node or isinstance(node, Group):
            rank = reading.known.ndim
            for item in reading.index:
                rank -= len(item.factors) if isinstance(item, Product) else 1
            if rank > 0 and reading.known.kind != "function":
                return True
    return False


def _scripts(node: Scripts, latex: str, env: Env) -> Iterator[Edit]:
    for part in node.sup:
        if part.kind in {"top", "prime"}:
            yield from _drop_part(part, node, latex, f"drop a {part.kind}")
        elif part.kind == "expr":
            yield from _drop_part(part, node, latex, "drop a power")
        if part.kind == "label":
            for item in part.items:
                yield from _script_item(item, node, latex, env)
        elif part.kind == "expr" and isinstance(node.base, Symbol):
            yield from _labels(part.items[0], node, latex, env)
    for item in node.sub:
        yield from _script_item(item, node, latex, env)
    for one, two in zip(node.sub, node.sub[1:], strict=False):
        yield from _swap("swap two indices", one, two, latex)


def _drop_part(
    part: Part, node: Scripts, latex: str, change: str
) -> Iterator[Edit]:
    start, stop = part.span
    alone = len(node.sup) == 1
    if part.kind == "prime" and latex[start:stop] == "'":
        yield change, start, stop, ""
    elif alone:
        at = latex.rfind("^", node.base.span[1], start)
        if latex[at:start].strip("^{ ") or at < 0:
            return
        closes = latex[stop : stop + 1] == "}" and "{" in latex[at:start]
        yield change, at, stop + closes, " "
    else:
        yield change, start, stop, " "


def _script_item(
    item: Node, node: Scripts, latex: str, env: Env
) -> Iterator[Edit]:
    """Shift an index, or exchange a label."""
    if isinstance(item, Compare) or (isinstance(item, Symbol) and item.word):
        yield from _labels(item, node, latex, env)
        return
    if _is_label(item, node, env):
        yield from _labels(item, node, latex, env)
        return
    start, stop = item.span
    text = latex[start:stop]
    for shift in ("+1", "-1"):
        braced = f"{{{text}{shift}}}"
        in_braces = latex[start - 1] in "{,( :;" and latex[stop] in "},):; "
        new = text + shift if in_braces else braced
        yield "shift an index", start, stop, new
    if not (isinstance(item, Product) and is_cluster(item)):
        return
    if len(item.factors) == 2:  # 2i is i 2, ij is not ji
        yield from _swap("swap two indices", *item.factors, latex)


def _is_label(item: Node, node: Scripts, env: Env) -> bool:
    try:
        reading = env.try_resolve(node)
    except EquationError:
        return False
    if reading is None:
        return False
    return all(item is not index for index in reading.index)


def _labels(item: Node, node: Scripts, latex: str, env: Env) -> Iterator[Edit]:
    """Exchange a label for others that are bound with the same letter."""
    names = label(item)
    if not isinstance(node.base, Symbol) or not names:
        return
    base = "_".join((node.base.base, *node.base.marks)) + "_"
    others = [
        name.removeprefix(base)
        for name in (*env.scope.namespace, *env.scope.definitions)
        if name.startswith(base) and env.lookup(name) is not None
    ]
    for other in [o for o in others if o not in names and o.isalnum()][:3]:
        text = other if _is_braced(item, latex) else f"{{{other}}}"
        yield "exchange a label", *item.span, text


def _is_braced(item: Node, latex: str) -> bool:
    start, stop = item.span
    return latex[start - 1 : start] in {"{", "("} and latex[
        stop : stop + 1
    ] in {"}", ")"}


def _number(node: Number, latex: str, env: Env) -> Iterator[Edit]:
    if node.text.isdigit():
        value = int(node.text)
        yield "change a constant", *node.span, f"{{{value + 1}}}"
        if value > 0:
            yield "change a constant", *node.span, f"{{{value - 1}}}"
    else:
        yield "change a constant", *node.span, f"{{{float(node.text) * 2}}}"


def _fraction(node: Fraction, latex: str, env: Env) -> Iterator[Edit]:
    top, bottom = _text(node.top, latex), _text(node.bottom, latex)
    differential = any(
        symbol in (Symbol("partial"), Symbol("d"))
        for side in (node.top, node.bottom)
        for symbol in walk(side)
    )
    if not differential:
        yield "invert a fraction", *node.span, rf"\frac{{{bottom}}}{{{top}}}"


def _named(node: Node, latex: str, env: Env) -> Iterator[Edit]:
    """Exchange a function or a big operator for another."""
    text = _text(node, latex)
    for name, other in _FUNCTIONS.items():
        if text.startswith(name):
            start = node.span[0]
            yield "exchange a function", start, start + len(name), other
    if isinstance(node, Big) and isinstance(node.sup, Node):
        start, stop = node.sup.span
        if node.sup not in (Symbol("infty"),):
            for shift in ("+1", "-1"):
                text = latex[start:stop] + shift
                braced = latex[start - 1] == "{"
                yield (
                    "shift a bound",
                    start,
                    stop,
                    text if braced else f"{{{text}}}",
                )


def _symbol(node: Symbol, latex: str, env: Env) -> Iterator[Edit]:
    text = _text(node, latex)
    if text == r"\sigma" and env.lookup("sigma") is None:
        yield "exchange a function", *node.span, r"\tanh "


def _root(node: Root, latex: str, env: Env) -> Iterator[Edit]:
    if node.degree is None:
        yield "drop a root", *node.span, f"({_text(node.body, latex)})"


def _group(node: Group, latex: str, env: Env) -> Iterator[Edit]:
    if node.kind in {"floor", "ceil"}:
        inner = _text(node.items[0], latex)
        other = "ceil" if node.kind == "floor" else "floor"
        yield (
            "exchange a function",
            *node.span,
            rf"\l{other} {inner} \r{other}",
        )
    if node.kind == "abs":
        yield "drop the bars", *node.span, f"({_text(node.items[0], latex)})"
    for one, two in zip(node.items, node.items[1:], strict=False):
        if node.kind in {"(", "["}:
            yield from _swap("swap two arguments", one, two, latex)


def _compare(node: Compare, latex: str, env: Env) -> Iterator[Edit]:
    for op, left, right in zip(
        node.ops, node.sides, node.sides[1:], strict=False
    ):
        if op in _RELATIONS:
            yield (
                "turn a relation",
                left.span[1],
                right.span[0],
                f" {_RELATIONS[op]} ",
            )


_EDITS: dict[type, Callable[..., Iterator[Edit]]] = {
    Sum: _sum,
    Product: _product,
    Scripts: _scripts,
    Number: _number,
    Fraction: _fraction,
    Function: _named,
    Big: _named,
    Symbol: _symbol,
    Root: _root,
    Group: _group,
    Compare: _compare,
}
