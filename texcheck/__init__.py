"""Check the LaTeX of a page against the code it documents.

``check`` evaluates one block with the values of a namespace; ``Page`` does
so for the blocks of one page in order.
"""

from texcheck.equations import Page, Result, check
from texcheck.errors import EquationError, Unsupported
from texcheck.values import Seq

__all__ = [
    "EquationError",
    "Page",
    "Result",
    "Seq",
    "Unsupported",
    "check",
]
