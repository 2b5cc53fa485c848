"""What a build runs, run ahead on all cores: figures, snippets, docstring examples.

Each result goes into the cache, where the pages find it.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from threadpoolctl import threadpool_limits

from sitekit import api, doctests, figures, snippets


def run(pages: Mapping[str, str], drawn: Iterable[Path]) -> None:
    """Run what is not kept yet of `pages`, text by path, and of figure files."""
    tasks: list[Callable[[], object]] = [
        partial(figures.draw_all, path)
        for path in drawn
        if not figures.known(path)
    ]
    tasks += [
        partial(doctests.run, topic)
        for topic in api.topics()
        if not doctests.known(topic)
    ]
    tasks += [
        partial(snippets.run_cached, fence)
        for path, text in pages.items()
        for fence in snippets.fences(path, text)
        if fence.fate == "run" and not snippets.known(fence)
    ]
    if len(tasks) > 1:
        # One thread each: processes that share the cores wait for each other.
        with ProcessPoolExecutor(
            initializer=threadpool_limits, initargs=(1,)
        ) as pool:
            for future in [pool.submit(task) for task in tasks]:
                future.result()
