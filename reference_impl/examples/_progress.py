"""A line that says how far a run is and when it will end."""

import time
from typing import TextIO


class Progress:
    """Counts steps of a run; needs nothing that is not in Python.

    Parameters
    ----------
    total, done : int
        Steps of the run, and those that an earlier run has taken.
    stream : text file
        On a terminal the line is written over; in a file, ten lines are
        written in all.
    """

    def __init__(self, total: int, done: int, stream: TextIO) -> None:
        self._total, self._first, self._stream = total, done, stream
        self._start = self._shown = time.monotonic()
        self._tenth = -1

    def update(self, done: int, words: str) -> None:
        """Say that `done` steps are taken, and some words beside it."""
        now, tenth = time.monotonic(), 10 * done // max(self._total, 1)
        terminal = self._stream.isatty()
        if terminal and (now - self._shown > 0.1 or done == self._total):
            self._stream.write(f"\r\033[K{self._line(done, now)}  {words}")
        elif not terminal and tenth > self._tenth:
            self._stream.write(f"{self._line(done, now)}  {words}\n")
        else:
            return
        self._stream.flush()
        self._shown, self._tenth = now, tenth

    def clear(self) -> None:
        """Make room for a line of the run's own."""
        if self._stream.isatty():
            self._stream.write("\r\033[K")
            self._stream.flush()

    def _line(self, done: int, now: float) -> str:
        """Return bar, share, time gone and time left."""
        gone, share = now - self._start, done / max(self._total, 1)
        each = gone / max(done - self._first, 1)
        left = clock(each * (self._total - done))
        bar = ("#" * round(20 * share)).ljust(20, ".")
        return (
            f"[{bar}] {share:4.0%}  step {done}/{self._total}  "
            f"{clock(gone)} gone, {left} left"
        )


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds, with hours if there are any."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return (
        f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    )
