"""Every snippet and every equation on the pages is a test."""

from sitekit.sybil import pages

pytest_collect_file = pages().pytest()

# A notebook is run by its tests, in a kernel: importing it would run it once more.
collect_ignore_glob = ["docs/notebooks/*.py"]


def pytest_make_parametrize_id(config, val, argname):
    """Name a function by its name: an address differs from worker to worker."""
    return getattr(val, "__name__", None) if callable(val) else None
