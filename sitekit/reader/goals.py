"""The fourteen goals, and what a measurement of one says."""

from dataclasses import asdict, dataclass, field
from statistics import median

GOALS = {
    1: "weight: 100 KB, 6 requests, font 40 KB",
    2: "script: none before the reader acts, then 60 KB; index 150 KB",
    3: "origins: no other, policy obeyed",
    4: "without JavaScript: maths, code, figures, menu, dark",
    5: "phone: LCP 1.6 s, maths 0.3 s after first paint",
    6: "blocking 100 ms, 5,000 elements",
    7: "layout shift 0.005",
    8: "Lighthouse: desktop 100x4, mobile 98/100/100/100",
    9: "axe: no violation",
    10: "overflow: none at 320 and 390 px, 9 of 10 equations fit",
    11: "measure 65 to 75 characters, code colours 4.5:1",
    12: "print keeps everything",
    13: "MathML with TeX, alternative texts",
    14: "maths in the maths font",
}


@dataclass
class Result:
    """Whether a page reaches a goal: the figure, and what is wrong where it is not."""

    passed: bool
    figure: str
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return ("" if self.passed else "!") + self.figure


Results = dict[int, Result]


def judge(figure: str, faults: list[str]) -> Result:
    """Return the result of a goal that is reached where nothing is wrong."""
    return Result(not faults, figure, faults)


def over(name: str, value: float, limit: float, unit: str = "") -> list[str]:
    """Return the fault of `value` over `limit`, or nothing."""
    if value <= limit:
        return []
    return [f"{name} {value:,.4g}{unit}, over {limit:,.4g}{unit}"]


def table(pages: dict[str, Results]) -> str:
    """Return a row for each page, a column for each goal measured."""
    columns = [g for g in GOALS if any(g in found for found in pages.values())]
    rows = [["page", *map(str, columns)]]
    for page, found in pages.items():
        cells = [str(found[g]) if g in found else "." for g in columns]
        rows.append([page or "(home)", *cells])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            c.ljust(w) for c, w in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def faults(pages: dict[str, Results]) -> list[str]:
    """Return a line for each fault: page, goal, what is wrong."""
    return [
        f"{page or '(home)'}: goal {goal}: {fault}"
        for page, found in pages.items()
        for goal, result in sorted(found.items())
        if not result.passed
        for fault in result.faults
    ]


def as_json(pages: dict[str, Results]) -> dict[str, object]:
    """Return all results as JSON can hold them."""
    return {
        "goals": {str(g): text for g, text in GOALS.items()},
        "pages": {
            page: {str(g): asdict(r) for g, r in sorted(found.items())}
            for page, found in pages.items()
        },
    }


def typical(values: list[float]) -> float:
    """Return the median, 0 of nothing."""
    return median(values) if values else 0.0
