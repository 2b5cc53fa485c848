"""What the copy button copies runs alone and prints what the page shows."""

import subprocess
import sys

import pytest

from sitekit.reader.visit import visit

pytestmark = pytest.mark.browser

WHOLE = "convolutional-networks/convolution-1d/"
RUNS = "[data-fate=run]"
SOURCES = "[data-fate=source]"
SHOWN = """block => {
  const next = block.nextElementSibling;
  return next?.matches("[data-fate=output]")
    ? next.querySelector("code").textContent : "";
}"""


@pytest.fixture
def clipboard(browser, server):
    """A page whose clipboard can be read."""
    with visit(browser, server) as visited:
        visited.page.context.grant_permissions(
            ["clipboard-read", "clipboard-write"], origin=server.origin
        )
        yield visited


def copied(visited, block):
    """Click the copy button of a block and return what it copied."""
    page = visited.page
    page.evaluate("navigator.clipboard.writeText('')")
    # A solution is folded: who copies from it has opened it.
    block.evaluate("b => { (b.closest('details') ?? {}).open = true; }")
    block.hover()
    block.query_selector("button.copy").click()
    # Read once: a click that is said again writes, and empties, it once more.
    return page.wait_for_function(
        "navigator.clipboard.readText()"
    ).json_value()


def run(code):
    """Run `code` in a new Python; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-"],
        input=code,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def check(visited, block):
    """Copy one snippet and compare what it prints with what is shown."""
    code = copied(visited, block)
    assert ">>>" not in code
    assert run(code) == block.evaluate(SHOWN), code


def pages(site):
    """Return the addresses of the pages of `site`."""
    found = sorted(site.rglob("index.html"))
    return [p.parent.relative_to(site).as_posix() + "/" for p in found]


def test_every_snippet_of_a_page_runs_as_copied(clipboard):
    clipboard.open(WHOLE)
    clipboard.wake()
    blocks = clipboard.page.query_selector_all(RUNS)
    assert len(blocks) >= 5
    for block in blocks:
        check(clipboard, block)


def test_a_snippet_of_every_page_runs_as_copied(clipboard, site):
    checked = 0
    for path in pages(site):
        text = (site / path / "index.html").read_text(encoding="utf-8")
        if path == WHOLE or 'data-fate="run"' not in text:
            continue
        clipboard.open(path)
        clipboard.wake()
        clipboard.page.evaluate(
            "document.querySelectorAll('details').forEach(d => { d.open = true })"
        )
        blocks = clipboard.page.query_selector_all(RUNS)
        check(clipboard, blocks[-1])
        checked += 1
    assert checked >= 30


def test_a_shown_source_runs_as_copied(clipboard, site):
    checked = 0
    for path in pages(site):
        text = (site / path / "index.html").read_text(encoding="utf-8")
        if 'data-fate="source"' not in text:
            continue
        clipboard.open(path)
        clipboard.wake()
        block = clipboard.page.query_selector(SOURCES)
        code = copied(clipboard, block)
        assert "def " in code
        assert run(code) == ""
        checked += 1
    assert checked


def test_the_very_first_click_copies(clipboard):
    clipboard.open(WHOLE)
    check(clipboard, clipboard.page.query_selector(RUNS))


def test_an_example_of_a_docstring_is_copied_without_prompts(clipboard):
    clipboard.open("reference/convolutional-networks/convolution-1d/")
    clipboard.wake()
    block = clipboard.page.query_selector("[data-copy]")
    assert ">>> " in block.query_selector("code").text_content()
    code = copied(clipboard, block)
    assert ">>>" not in code
    run(code)


def test_a_selected_equation_is_copied_as_tex(clipboard):
    clipboard.open(WHOLE)
    clipboard.wake()
    page = clipboard.page
    tex = page.text_content("main .equation annotation")
    page.evaluate(
        """() => {
          const letter = document.querySelector("main .equation mi");
          getSelection().selectAllChildren(letter);
        }"""
    )
    page.keyboard.press("Control+C")
    assert page.evaluate("navigator.clipboard.readText()") == f"$$\n{tex}\n$$"


def test_selected_words_are_copied_as_they_are(clipboard):
    clipboard.open(WHOLE)
    clipboard.wake()
    page = clipboard.page
    page.evaluate(
        "getSelection().selectAllChildren(document.querySelector('main p'))"
    )
    page.keyboard.press("Control+C")
    said = page.evaluate("navigator.clipboard.readText()")
    assert said == page.inner_text("main p")
