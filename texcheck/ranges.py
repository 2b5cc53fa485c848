r"""The letters of a row: what ``\qquad i = 0, \dots, n`` says, or an axis."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from texcheck import conditions, extents
from texcheck.env import Env
from texcheck.errors import EquationError
from texcheck.loops import Binder
from texcheck.names import letters_in, spellings
from texcheck.rows import Guard, Member, Range, Row
from texcheck.scope import Closure, Locals
from texcheck.tree import Compare, Node, Symbol

__all__ = ["Letters", "letters_of"]


@dataclass
class Letters:
    """The letters of a row, each with its values, and the guards."""

    binders: list[Binder] = field(default_factory=list)
    guards: list[Closure] = field(default_factory=list)
    stated: set[str] = field(default_factory=set)
    guarded: bool = False

    def runs(self, s: Locals) -> Iterator[Locals]:
        """Yield every combination that the guards admit."""
        yield from self._run(0, dict(s))

    def _run(self, depth: int, s: Locals) -> Iterator[Locals]:
        if depth == len(self.binders):
            if all(guard(s) for guard in self.guards):
                yield s
            return
        binder = self.binders[depth]
        for value in binder.values(s):
            s[binder.name] = value
            yield from self._run(depth + 1, s)

    def admits(self, s: Locals) -> bool:
        """Whether the letters in `s` lie in their ranges."""
        for binder in self.binders:
            if binder.name in s:
                others = {k: v for k, v in s.items() if k != binder.name}
                if s[binder.name] not in binder.values(others):
                    return False
        return all(guard(s) for guard in self.guards)


def letters_of(
    row: Row,
    free: dict[str, None],
    sides: list[Node],
    env: Env,
    *,
    infer: bool = True,
) -> tuple[Letters, Env]:
    """Return the letters of a row and the environment that knows them.

    Parameters
    ----------
    row : Row
        The row with its ranges and conditions.
    free : dict
        The letters of the left side that need values.
    sides : list of Node
        Where the axes of letters without a range are looked for.
    env : Env
        The environment outside.
    infer : bool
        Whether letters without a range get one from the axes.
    """
    letters, chains = Letters(), []
    for condition in row.conditions:
        if isinstance(condition, Guard):
            found = _chain(condition.condition, env)
            chains.append(condition.condition)
            letters.guarded |= not found
        else:
            found = [_stated(condition, env)]
        for binder in found:
            _refuse_idle(binder.name, row)
            letters.binders.append(binder)
            letters.stated.add(binder.name)
            env = env.with_letters(binder.name)
    known = {binder.name for binder in letters.binders}
    if len(known) < len(letters.binders):
        raise EquationError("a letter has two ranges", "range")
    inferred = [name for name in free if name not in known]
    env = env.with_letters(*inferred)
    if infer:
        letters.binders += [
            Binder(name, extents.infer(name, sides, env)) for name in inferred
        ]
    letters.guards = [conditions.truth(chain, env) for chain in chains]
    return letters, env


def _refuse_idle(name: str, row: Row) -> None:
    if not any(name in letters_in(side) for side in row.sides):
        raise EquationError(
            f"a range for the letter {name}, which the row has not", "range"
        )


def _name(symbol: Symbol, env: Env) -> str:
    for name in spellings(symbol):
        if env.lookup(name) is not None:
            raise EquationError(
                f"the letter {name} is bound already: take another letter, "
                f"or write `del {name}` in the page's code",
                "name",
            )
    return spellings(symbol)[0]


def _stated(condition: Range | Member, env: Env) -> Binder:
    name = _name(condition.letter, env)
    if isinstance(condition, Member):
        return Binder(name, conditions.members(condition.group, env))
    low = env.build(condition.low)
    if condition.high is None:
        return Binder(name, lambda s: [conditions.whole(low(s))])
    high = env.build(condition.high)
    second = env.build(condition.second) if condition.second else None
    return Binder(name, _span(low, second, high))


def _span(
    low: Closure, second: Closure | None, high: Closure
) -> Callable[[Locals], range]:
    """Return the values of a range, which may fall as well as rise."""

    def values(s: Locals) -> range:
        first, last = conditions.whole(low(s)), conditions.whole(high(s))
        step = 1 if first <= last else -1
        if second is not None:
            step = conditions.whole(second(s)) - first
            if step not in {1, -1}:
                raise EquationError(
                    "a range must go by one: its second value is off", "range"
                )
        return (
            conditions.span(first, last)
            if step > 0
            else conditions.span(last, first)
        )

    return values


def _chain(node: Compare, env: Env) -> list[Binder]:
    r"""Read ``1 \le k < t \le T`` as ranges; what bounds nothing, a guard."""
    inner = [
        side
        for side in node.sides[1:-1]
        if isinstance(side, Symbol)
        and all(env.lookup(name) is None for name in spellings(side))
    ]
    if not inner or len(inner) < len(node.sides) - 2:
        return []
    if not set(node.ops) <= {"<", "<="}:
        raise EquationError(r"a range is written a \le k < b")
    first, last = env.build(node.sides[0]), env.build(node.sides[-1])
    above, below = int(node.ops[0] == "<"), int(node.ops[-1] == "<")

    def values(s: Locals) -> range:
        return conditions.span(
            conditions.whole(first(s)) + above,
            conditions.whole(last(s)) - below,
        )

    return [Binder(_name(symbol, env), values) for symbol in inner]
