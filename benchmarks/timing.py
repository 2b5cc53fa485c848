"""Interleaved timing of functions that compute the same thing."""

from collections.abc import Callable
from dataclasses import dataclass
from time import process_time

import numpy as np

Contender = Callable[[], tuple[np.ndarray, ...]]

REFERENCE = "PyTorch"
SHORTEST = 0.005  # seconds: what takes less is repeated within a sample
SLOWER = 2.5  # times the reference: what takes more runs once a sitting
SLOW = 10.0  # times the reference: what takes more runs once
FEWEST, ENOUGH = 9, 5.0  # rounds; after them no new one past these seconds
SITTING = 4  # rounds with the same arrays: where they lie changes the times


@dataclass(frozen=True)
class Case:
    """One row of the table: what is run, on which dtype, and its bar."""

    name: str
    passes: str
    dtype: str
    contenders: Callable[[int], dict[str, Contender]]  # of the batch size
    bar: float | None = None  # the ratio to PyTorch that is to be kept
    chapter: str = ""  # the module it stands in

    @property
    def title(self) -> str:
        """Name, passes and dtype in one line."""
        return f"{self.name}, {self.passes}, {self.dtype}"


@dataclass(frozen=True)
class Spread:
    """Median and quartiles of a sample."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, sample: list[float]) -> "Spread":
        """Return the spread of `sample`."""
        low, median, high = np.percentile(sample, [25, 50, 75])
        return cls(float(median), float(low), float(high))


@dataclass(frozen=True)
class Result:
    """The reference's seconds, and every other contender's ratio to them."""

    case: Case
    seconds: Spread
    ratios: dict[str, Spread]


def measure(case: Case, rounds: int, batch: int) -> Result:
    """Time the contenders of `case` in turn, A B C A B C, `rounds` times.

    A ratio is taken within a round, so that a change of the machine's speed
    from one round to the next cancels out. Every few rounds, all arrays are
    made anew: how they lie in the caches is luck. A long case has fewer rounds.
    """
    contenders = case.contenders(batch)
    check_agreement(case, contenders)
    once = {name: _time(run, 1) for name, run in contenders.items()}
    ratio = {name: once[name] / once[REFERENCE] for name in once}
    ratios = {n: [ratio[n]] if ratio[n] > SLOW else [] for n in once}
    reference: list[float] = []
    sittings = []
    start = process_time()
    for k in range(rounds):
        if k % SITTING == 0:
            contenders = case.contenders(batch)
            sittings.append(contenders)  # so that the next gets other memory
        for name, run in contenders.items():
            if ratio[name] > SLOW or (ratio[name] > SLOWER and k % SITTING):
                continue
            seconds = _time(run, max(1, round(SHORTEST / once[name])))
            if name == REFERENCE:
                reference.append(seconds)
            ratios[name].append(seconds / reference[-1])
        if k + 1 >= FEWEST and process_time() - start > ENOUGH:
            break
    del ratios[REFERENCE]
    return Result(
        case,
        Spread.of(reference),
        {name: Spread.of(sample) for name, sample in ratios.items()},
    )


def check_agreement(case: Case, contenders: dict[str, Contender]) -> None:
    """Raise AssertionError unless all contenders return the same arrays."""
    expected = contenders[REFERENCE]()
    rtol = 1e-3 if case.dtype == "float32" else 1e-9
    for name, run in contenders.items():
        for got, want in zip(run(), expected, strict=True):
            np.testing.assert_allclose(
                got,
                want,
                rtol=rtol,
                atol=rtol * float(np.abs(want).max()),
                err_msg=f"{name} on {case.title}",
            )


def _time(run: Contender, repeats: int) -> float:
    """Return the seconds that one of `repeats` runs takes.

    Seconds of this process: on one thread the elapsed time, less what other
    programs took of it.
    """
    start = process_time()
    for _ in range(repeats):
        run()
    return (process_time() - start) / repeats
