"""The built site, once a run, and the browser that opens it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sitekit import chromium
from sitekit.npm import ROOT
from sitekit.reader.server import Server


def build(site, **settings):
    """Build the site into `site`; a failed build fails every test that needs it."""
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", site],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def built_once(factory, name, **settings):
    """Return the folder of a site that only the first of all workers builds."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # that of all workers
    site, log = root / name, root / f"{name}.log"
    try:
        (root / f"{name}.lock").mkdir()
    except FileExistsError:
        while not log.exists():
            time.sleep(0.2)
    else:
        said = build(site, **settings)
        (root / f"{name}.part").write_text(said, encoding="utf-8")
        (root / f"{name}.part").rename(log)
    said = log.read_text(encoding="utf-8")
    if said:
        pytest.fail(f"the site is not built:\n{said}", pytrace=False)
    return site


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Folder of the built site; SITE names one that is built already."""
    if "SITE" in os.environ:
        return Path(os.environ["SITE"]).resolve()
    return built_once(tmp_path_factory, "site")


@pytest.fixture(scope="session")
def offline_site(tmp_path_factory):
    """Folder of the site that opens from the file system."""
    return built_once(tmp_path_factory, "site-offline", OFFLINE="true")


@pytest.fixture(scope="session")
def server(site):
    """The built site behind a loopback address."""
    with Server(site) as running:
        yield running


@pytest.fixture(scope="session")
def browser():
    """Chromium, cut off from every other machine."""
    if chromium.find() is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium, and CI must have it", pytrace=False)
        pytest.skip("no Chromium")
    with chromium.launch() as running:
        yield running
