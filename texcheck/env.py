"""What a part of a formula is evaluated in: the scope and its own letters."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from texcheck.errors import EquationError
from texcheck.names import (
    Known,
    Reading,
    letter_name,
    resolve,
    spellings,
)
from texcheck.scope import Closure, Scope
from texcheck.tree import Node, Scripts, Symbol

__all__ = ["Env"]


@dataclass(frozen=True)
class Env:
    """The scope, the index letters and the local names of a place.

    `builder` turns a node into a function of the letters' values.
    """

    scope: Scope
    builder: Callable[[Node, "Env"], Closure]
    letters: frozenset[str] = frozenset()
    local: frozenset[str] = frozenset()

    def build(self, node: Node) -> Closure:
        """Return the function that evaluates `node`."""
        return self.builder(node, self)

    def lookup(self, name: str) -> Known | None:
        """Return what `name` stands for here."""
        if name in self.letters:
            return Known("letter", 0)
        if name in self.local:
            return Known("local", None)
        return self.scope.lookup(name)

    def resolve(self, node: Symbol | Scripts) -> Reading:
        """Return the reading of a symbol with its scripts."""
        return resolve(node, self.lookup, self.letters)

    def try_resolve(self, node: Symbol | Scripts) -> Reading | None:
        """Return the reading, or None where no name is known."""
        symbol = node.base if isinstance(node, Scripts) else node
        if not isinstance(symbol, Symbol):
            return None
        try:
            return self.resolve(node)
        except EquationError as error:
            if error.reason.startswith("unknown name"):
                return None
            raise

    def fresh(self, symbol: Node) -> str:
        """Return the name of a letter that nothing uses yet."""
        letter = letter_name(symbol)
        if letter is None:
            raise EquationError("a bound letter must be a letter")
        names = {letter}
        if isinstance(symbol, Symbol):
            names |= set(spellings(symbol))
        for name in names:
            if self.lookup(name) is not None:
                raise EquationError(
                    f"the letter {name} is in use already: take another one",
                    "name",
                )
        return letter

    def with_letters(self, *names: str) -> "Env":
        """Return the environment with more index letters."""
        return replace(self, letters=self.letters | set(names))

    def with_local(self, *names: str) -> "Env":
        """Return the environment with more local names."""
        return replace(self, local=self.local | set(names))
