"""What a slip is."""

from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["Slip"]


class Slip(NamedTuple):
    """A wrong form of a function, and what it tells whoever wrote it."""

    says: str
    wrong: Callable[..., Any]
