"""Python in the page, in Firefox: one sitting of a reader, judged step by step."""

import json
import os
import re
import shutil
import subprocess

import pytest

from sitekit.npm import NODE, ROOT

pytestmark = [pytest.mark.browser, pytest.mark.site]


def find():
    """Return the path of Firefox, or None."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


@pytest.fixture(scope="module")
def told(server):
    """What Firefox was told, by step."""
    path = find()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("no Firefox, and CI must have it", pytrace=False)
        pytest.skip("no Firefox")
    done = subprocess.run(
        [NODE, ROOT / "tests/browser/firefox.mjs", path, server.url],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    steps = json.loads(done.stdout)
    if "error" in steps:
        pytest.fail(json.dumps(steps, indent=1), pytrace=False)
    return steps


def test_a_snippet_prints_what_the_page_shows(told):
    assert told["ran"].startswith("✓ It printed what the page shows.")


def test_an_edit_is_run_and_its_error_is_told(told):
    assert told["edited"].startswith("It stopped with an error:42")
    assert told["edited"].endswith("ZeroDivisionError: division by zero")


def test_an_endless_loop_is_stopped_and_the_page_stays_alive(told):
    assert told["alive"] == 2
    assert "your edit prints" in told["after"]
    assert re.search(r"\)3\n$", told["after"])


def test_an_equation_holds_and_an_altered_one_is_refused(told):
    assert re.match(r"✓ It holds: \d+ comparisons", told["right"])
    assert told["mistakes"] >= 4
    assert "the sides are not equal" in told["wrong"]
    assert told["wrong"].startswith("✗ Refused")


def test_a_figure_is_moved_by_keyboard(told):
    assert told["still"].startswith("Output 1 of 9, row 0, column 0:")
    assert told["moved"].startswith("Output 2 of 9, row 0, column 1:")
    assert not told["wide"]


def test_a_function_is_compared(told):
    assert told["function"].startswith("✗ Not yet: call 1 of")
