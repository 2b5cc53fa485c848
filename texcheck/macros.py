"""Which macros there are, and what to write instead of others."""

from texcheck.errors import Unsupported
from texcheck.tokens import Token

__all__ = [
    "BIG",
    "DOTS",
    "FONTS",
    "FUNCTIONS",
    "GREEK",
    "MARKS",
    "PHRASES",
    "arity",
    "is_phrase",
    "refuse",
]

GREEK = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "varepsilon",
        "zeta",
        "eta",
        "theta",
        "vartheta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "omicron",
        "pi",
        "varpi",
        "rho",
        "varrho",
        "sigma",
        "varsigma",
        "tau",
        "upsilon",
        "phi",
        "varphi",
        "chi",
        "psi",
        "omega",
        "Gamma",
        "Delta",
        "Theta",
        "Lambda",
        "Xi",
        "Pi",
        "Sigma",
        "Upsilon",
        "Phi",
        "Psi",
        "Omega",
        "ell",
        "partial",
        "nabla",
        "infty",
        "aleph",
        "hbar",
    ]
)
FUNCTIONS = frozenset(
    [
        "exp",
        "log",
        "ln",
        "tanh",
        "sinh",
        "cosh",
        "sin",
        "cos",
        "tan",
        "arctan",
        "arcsin",
        "arccos",
        "det",
    ]
)
PHRASES = frozenset(
    [
        *("where", "for", "for all", "for each", "for every", "with", "and"),
        *("if", "when", "otherwise", "else", "or", "so that", "hence"),
    ]
)
FONTS = frozenset(
    [
        "mathbf",
        "boldsymbol",
        "bm",
        "bold",
        "mathrm",
        "mathit",
        "mathsf",
        "mathtt",
        "mathcal",
        "mathscr",
        "mathfrak",
        "mathbb",
        "mathnormal",
        "vec",
        "pmb",
    ]
)
MARKS = {
    "hat": "hat",
    "widehat": "hat",
    "tilde": "tilde",
    "widetilde": "tilde",
    "bar": "bar",
    "overline": "bar",
    "dot": "dot",
    "ddot": "ddot",
    "check": "check",
    "breve": "breve",
    "underline": "under",
    "overrightarrow": "right",
    "overleftarrow": "left",
}
BIG = {"sum": "sum", "prod": "prod", "max": "max", "min": "min"}
DOTS = {"dots", "ldots", "cdots", "dotsc", "dotsb"}
_INSTEAD = {
    "pm": "two rows",
    "mp": "two rows",
    "approx": r"= or \le",
    "propto": "= with its constant",
    "to": r"\leftarrow, or words outside the formula",
    "rightarrow": r"\leftarrow, or words outside the formula",
    "Rightarrow": r"two equations with \qquad between them",
    "implies": r"two equations with \qquad between them",
    "iff": r"two equations with \qquad between them",
    "mapsto": "f(x) = ...",
    "circ": r"\odot",
    "otimes": r"\odot entry by entry, or x y^\top",
    "oplus": "+",
    "int": r"\mathbb{E}_{x \sim p} or a sum",
    "oint": "a sum",
    "binom": "factorials as a function of the page",
    "lim": "the limit itself",
    "mod": r"\bmod",
    "pmod": r"\bmod",
    "inf": r"\infty or \min",
    "sup": r"\max",
    "notin": r"\ne",
    "vdots": "a sum or an index",
    "ddots": "a sum or an index",
    "bf": r"\mathbf{...}",
    "rm": r"\mathrm{...}",
    "it": r"\mathit{...}",
    "over": r"\frac",
    "choose": "factorials as a function of the page",
    "iint": "a sum",
    "forall": r"\qquad i = 0, \dots, n",
    "cup": "two sums",
    "cap": "a condition",
    "mathop": r"\operatorname{...}",
    "substack": r"it below \sum, \prod, \max or \min",
    "overset": "=, or what stands above as a superscript",
    "stackrel": "=",
}


def is_phrase(text: str) -> bool:
    """Whether the words of a text stand between formulas."""
    return text.strip(" ,.:").lower() in PHRASES


def refuse(token: Token) -> None:
    """Raise Unsupported if `token` is a notation with a better form."""
    if token.kind == "command" and token.text in _INSTEAD:
        raise Unsupported(
            f"\\{token.text} is not supported: write {_INSTEAD[token.text]}"
        )
    if token.kind == "sign" and token.text == "!":
        raise Unsupported("the factorial ! is not supported: write a product")


def arity(token: Token) -> int:
    """Return how many arguments the macro of `token` takes."""
    if token.kind != "command":
        return 0
    if token.text in {"frac", "tfrac", "dfrac"}:
        return 2
    return int(token.text in FONTS or token.text in MARKS)
