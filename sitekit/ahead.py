"""What a build runs, run ahead on all cores: notebooks, figures, packs, snippets.

Each result goes into the cache, where the pages find it.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path

from threadpoolctl import threadpool_limits

from sitekit import api, doctests, figures, notebooks, snippets
from sitekit.live import explorers
from sitekit.live.packs import packs

log = logging.getLogger("mkdocs.plugins.sitekit")


def run(
    pages: Mapping[str, str],
    drawn: Iterable[Path],
    moved: Iterable[Path],
    books: Mapping[str, str],
) -> None:
    """Run what is not kept yet of `pages` and notebooks, text by path, and figures.

    `drawn` are files of figures, `moved` those of figures that a hand moves.
    The notebooks come first, since one takes longest, and each is told of when done.
    """
    tasks: dict[Callable[[], object], str] = {
        partial(notebooks.run, path, text): f"docs/{path}"
        for path, text in books.items()
        if not notebooks.known(path, text)
    }
    told = len(tasks)
    for drawing in drawn:
        if not figures.known(drawing):
            tasks[partial(figures.draw_all, drawing)] = ""
    for drawing in moved:
        if not explorers.known(drawing):
            tasks[partial(explorers.draw_all, drawing)] = ""
    for pack in packs():
        if not pack.path.exists():
            tasks[pack.content] = ""
    for topic in api.topics():
        if not doctests.known(topic):
            tasks[partial(doctests.run, topic)] = ""
    for path, text in pages.items():
        for fence in snippets.fences(path, text):
            if fence.fate == "run" and not snippets.known(fence):
                tasks[partial(snippets.run_cached, fence)] = ""
    if len(tasks) < 2 and not told:
        return
    start, done = time.monotonic(), 0
    # One thread each: processes that share the cores wait for each other.
    with ProcessPoolExecutor(
        initializer=threadpool_limits, initargs=(1,)
    ) as pool:
        futures = {pool.submit(task): name for task, name in tasks.items()}
        for future in as_completed(futures):
            future.result()
            if name := futures[future]:
                done += 1
                gone = time.monotonic() - start
                log.info("%s ran, %d of %d, %.0f s", name, done, told, gone)
