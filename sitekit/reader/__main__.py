"""Measure the reader's goals on the pages of a built site."""

import argparse
import fnmatch
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from sitekit import chromium
from sitekit.npm import ROOT
from sitekit.reader import axe, glyphs, goals, layout, lighthouse, phone, printed
from sitekit.reader.server import Server
from sitekit.reader.visit import visit

OUT = ROOT / ".cache" / "reader.json"


def measure(site: Path, paths: list[str]) -> dict[str, goals.Results]:
    """Return all goals but Lighthouse's for some pages of `site`."""
    found: dict[str, goals.Results] = {}
    with chromium.launch() as browser, Server(site) as server:
        for path in paths:
            results = phone.measure(browser, server, path)
            results[4] = layout.bare(browser, server, path)
            with visit(browser, server) as visited:
                visited.open(path)
                visited.wake()
                results |= layout.measure(visited)
                results[9] = axe.measure(visited)
                results[12] = printed.measure(visited)
                results[14] = glyphs.measure(visited)
            found[path] = dict(sorted(results.items()))
    return found
