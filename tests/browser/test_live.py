"""Python in the page: snippets, equations, what is kept from the network."""

import re

import pytest

from sitekit.live.packs import packed
from sitekit.npm import ROOT
from sitekit.reader.server import Server
from sitekit.reader.visit import visit

pytestmark = [pytest.mark.browser, pytest.mark.site]

PAGES = sorted(
    path.relative_to(ROOT / "docs").with_suffix("").as_posix()
    for path in (ROOT / "docs").rglob("*.md")
    if "```python" in path.read_text(encoding="utf-8")
)
CONVOLUTION = "convolutional-networks/convolution-2d/"
POOLING = "convolutional-networks/pooling/"
IDLE = """() => ![...document.querySelectorAll('.live__status')].some(
    s => /^(Fetching|Starting|Running)/.test(s.textContent) || !s.textContent)"""
LONG = 120_000  # milliseconds: a wait is no bar, and the machine may be busy


@pytest.fixture(scope="module")
def reader(browser, server):
    """A reader whose browser keeps Python from page to page."""
    screen = {"width": 1280, "height": 900}
    with visit(browser, server, viewport=screen) as it:
        it.page.set_default_timeout(LONG)
        yield it


def address(page):
    return "" if page == "index" else f"{page.removesuffix('index')}/"


def wait(page):
    page.wait_for_function(IDLE, timeout=LONG)


def run(page, code, at=0):
    """Put `code` in the place of a snippet, run it, return what is told."""
    block = page.locator(".highlight[data-fate=run]").nth(at)
    block.hover()
    block.locator("[data-live=edit]").click()
    block.locator("textarea").fill(code)
    return press_run(page, at)


def press_run(page, at=0):
    """Press Run on a snippet and return what is told when it is done."""
    page.evaluate(
        "at => { const line = document.querySelectorAll('.live__status')[at];"
        " if (line) line.textContent = ''; }",
        at,
    )
    block = page.locator(".highlight[data-fate=run]").nth(at)
    block.locator("[data-live=run]").dispatch_event("click")
    page.wait_for_function(
        "at => document.querySelectorAll('.live').length > at", arg=at
    )
    wait(page)
    return page.locator(".live").nth(at).text_content()


def open_equation(page, at):
    """Open the editor of an equation and return its box."""
    tick = page.locator("details.texcheck").nth(at)
    tick.locator("summary").click()
    tick.locator("[data-live=check]").click()
    page.wait_for_function(
        "at => document.querySelectorAll('details.texcheck')[at]"
        ".querySelectorAll('select option').length > 2",
        arg=at,
        timeout=LONG,
    )
    return tick


def told(box):
    line = box.locator(".live__status[data-holds]")
    line.wait_for()
    return line.inner_text()


@pytest.mark.parametrize("name", PAGES)
def test_every_snippet_prints_in_the_page_what_the_page_shows(reader, name):
    reader.errors.clear()
    reader.open(address(name))
    reader.wake()
    page = reader.page
    blocks = page.locator(".highlight[data-fate=run]")
    ran = 0
    for at in range(blocks.count()):
        block = blocks.nth(at)
        said = press_run(page, at)
        local = block.get_attribute("data-local")
        if local:
            assert f"imports {local}" in said
        else:
            assert said.startswith("✓"), f"snippet {at}: {said}"
            ran += 1
    print(f"{name}: {ran} of {blocks.count()} snippets ran in the page")
    assert reader.errors == []


def test_an_edit_is_compared_and_can_be_reset(reader):
    reader.open(POOLING)
    page = reader.page
    said = run(page, "print(1)\nprint(2)")
    assert said.startswith("Not what the page shows: your edit prints")
    assert "1\n2" in said
    assert not page.locator(".highlight[data-fate=run] pre").first.is_visible()
    page.locator("[data-live=reset]").first.click()
    assert page.locator(".highlight[data-fate=run] pre").first.is_visible()
    assert press_run(page).startswith("✓")


def test_an_error_names_the_readers_own_line(reader):
    reader.open(POOLING)
    said = run(
        reader.page, "def f():\n    return 1 / 0\n\n\nprint('before')\nf()"
    )
    assert "before" in said
    assert "line 6, in <module>\n    f()" in said
    assert "line 2, in f\n    return 1 / 0" in said
    assert said.endswith("ZeroDivisionError: division by zero")


def test_an_error_in_a_library_is_told_without_advice(reader):
    reader.open(POOLING)
    said = run(reader.page, "import json\njson.loads('{')")
    assert re.search(r"decoder.py, line \d+, in raw_decode\n\S", said)
    said = run(reader.page, "import numpy as np\nnp.linalg.inv(np.ones(2))")
    assert "LinAlgError: 1-dimensional array given" in said
    said = run(reader.page, "from reference_impl import relu\nrelu(1)")
    assert re.search(r"_checks.py, line \d+, in \w+\n    raise Type", said)
    said = run(reader.page, "import scipy")
    assert said.endswith("ModuleNotFoundError: No module named 'scipy'")


def test_a_runaway_loop_is_stopped_and_the_page_stays_alive(reader):
    reader.open(POOLING)
    page = reader.page
    block = page.locator(".highlight[data-fate=run]").first
    run(page, "print('warm')")
    block.locator("textarea").fill("while True:\n    pass")
    button = block.locator("[data-live=run]")
    button.click()
    page.wait_for_function(
        "() => document.querySelector('.live__status').textContent == 'Running…'"
    )
    assert page.evaluate("1 + 1") == 2
    button.click()
    page.wait_for_function(
        "() => document.querySelector('.live__status').textContent == 'Stopped.'"
    )
    assert "3" in run(page, "print(1 + 2)")


def test_large_arrays_do_not_end_python(reader):
    reader.open(POOLING)
    code = "import numpy as np\nx = np.ones(10**6)\nprint((-(x + x)).sum())"
    assert "-2000000.0" in run(reader.page, code)


def test_python_that_has_ended_is_started_anew(reader):
    reader.open(POOLING)
    said = run(reader.page, "import ctypes\nctypes.string_at(0, 2**31 - 1)")
    assert "Not what the page shows" not in said
    reader.errors.clear()
    assert "42" in run(reader.page, "print(6 * 7)")


def test_endless_output_does_not_flood_the_page(reader):
    reader.open(POOLING)
    said = run(reader.page, "for i in range(10**5):\n    print('x' * 99)")
    assert "more was printed than is shown" in said
    assert len(said) < 200_000


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (
            "XMLHttpRequest",
            "from js import XMLHttpRequest\nx = XMLHttpRequest.new()\n"
            "x.open('GET', '{url}', False)\nx.send()\nprint(x.status)",
        ),
        (
            "fetch",
            "import js\ndel js.fetch\np = js.fetch('{url}')\nprint(1)",
        ),
        (
            "importScripts",
            "import js\ndel js.importScripts\njs.importScripts('{url}')\nprint(1)",
        ),
        (
            "WebSocket",
            "import js\njs.WebSocket.new('ws' + '{url}'[4:])\nprint(1)",
        ),
        (
            "Worker",
            "import js\nw = js.Worker.new('{url}')\nprint(1)",
        ),
    ],
)
def test_readers_code_makes_no_request(reader, name, code):
    reader.open(POOLING)
    # Named for nothing else to ask for it: the page itself may be fetching yet.
    asked = f"asked-for-by-{name}.js"
    said = run(reader.page, code.format(url=reader.server.url + asked))
    reader.page.wait_for_timeout(300)
    assert asked not in [sent.path for sent in reader.server.sent], said
    reader.errors.clear()  # the browser tells of what it refused


def test_readers_code_sees_nothing_of_the_page(reader):
    reader.open(POOLING)
    said = run(
        reader.page,
        "import js\nfor n in ('document', 'window', 'localStorage', 'parent'):\n"
        "    print(n, hasattr(js, n))\nprint(js.location.origin)",
    )
    assert said.count("False") == 4
    assert "null" in said
    said = run(
        reader.page, "import js\njs.indexedDB.open('x')\nprint('it opened')"
    )
    assert "SecurityError" in said
    assert "it opened" not in said


def test_the_frame_runs_nothing_where_it_has_the_sites_origin(browser, server):
    """Another site may embed the frame without the sandbox and send it code."""
    send = """embedded => new Promise((done) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => done(data);
      setTimeout(() => done('nothing'), 1500);
      const source = "onmessage = ({ data }) => data.port.postMessage('ran')";
      const frame = document.createElement('iframe');
      if (embedded) frame.sandbox = 'allow-scripts';
      frame.src = '/assets/live/frame.html';
      frame.onload = () => frame.contentWindow.postMessage(
        { packs: packs.map((pack) => pack.slice().buffer), source }, '*', [port2]);
      document.body.append(frame);
    })"""
    empty = packed({"pyodide.asm.wasm": b"\0asm\x01\0\0\0"})
    with visit(browser, server) as it:
        it.open(POOLING)
        it.page.evaluate(
            "bytes => { window.packs = [new Uint8Array(bytes)]; }", list(empty)
        )
        assert it.page.evaluate(send, True) == "ran"
        assert it.page.evaluate(send, False) == "nothing"


def test_an_equation_as_printed_holds(reader):
    reader.open(POOLING)
    box = open_equation(reader.page, 0)
    box.get_by_role("button", name="Check", exact=True).click()
    assert re.match(r"✓ It holds: \d+ comparisons", told(box))


def test_a_wrong_equation_is_refused_with_both_values(reader):
    reader.open(POOLING)
    box = open_equation(reader.page, 1)
    text = box.locator("textarea")
    text.fill(text.input_value().replace("k_W - 1", "k_W - 2"))
    assert box.locator(".live__equation math").count() == 1
    box.get_by_role("button", name="Check", exact=True).click()
    said = told(box)
    assert said.startswith("✗ Refused: the sides are not equal at i = ")
    assert re.search(r"left is -?[\d.]+, right is -?[\d.]+", said)


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        (r"y_{i,j} = \frob x", "frob"),
        ("", "no equation"),
        ("y = x $$ z", "does not read as one equation"),
    ],
)
def test_what_cannot_be_read_is_told(reader, tex, said):
    reader.open(POOLING)
    box = open_equation(reader.page, 0)
    box.locator("textarea").fill(tex)
    box.get_by_role("button", name="Check", exact=True).click()
    assert said in told(box)
    reader.errors.clear()


def test_every_mistake_of_the_menu_is_refused(reader):
    reader.open(POOLING)
    box = open_equation(reader.page, 1)
    menu = box.locator("select")
    names = menu.locator("option").all_inner_texts()[1:-1]
    assert len(names) >= 4
    for name in names:
        menu.select_option(label=name)
        wait(reader.page)
        assert told(box).startswith("✗"), name
    menu.select_option(label="none: as printed")
    wait(reader.page)
    assert told(box).startswith("✓")


def test_an_address_carries_an_edit(reader):
    reader.open(POOLING)
    box = open_equation(reader.page, 1)
    text = box.locator("textarea")
    text.fill(text.input_value().replace("+ u", "- u"))
    href = box.locator(".live__bar a").get_attribute("href")
    other = reader.page.context.new_page()
    other.goto(reader.server.url + POOLING + href)
    assert told(other).startswith("✗ Refused")
    other.close()


def test_nothing_of_python_is_fetched_before_the_reader_asks(browser, server):
    with visit(browser, server) as it:
        it.open(POOLING)
        it.wake()
        paths = [sent.path for sent in server.sent[it.start :]]
    assert not [path for path in paths if "assets/live/" in path]


def test_the_packs_come_from_the_cache_the_second_time(browser, server):
    with visit(browser, server) as it:
        it.page.set_default_timeout(LONG)
        for packs in (2, 0):
            it.start = len(server.sent)
            it.open(POOLING)
            run(it.page, "print(1)")
            sent = [s.path for s in server.sent[it.start :]]
            assert sum(path.endswith(".pack") for path in sent) == packs


def test_it_works_again_without_a_network(browser, site):
    with Server(site) as own, visit(browser, own) as it:
        page = it.page
        page.set_default_timeout(LONG)
        it.open(CONVOLUTION)
        assert "1" in run(page, "print(1)")
        page.locator("[data-live=explore]").click()
        page.wait_for_selector(".explorer__told:not(:empty)")
        page.wait_for_function(
            "() => caches.open('pages').then(c => c.keys())"
            ".then(kept => kept.some(k => k.url.includes('explorers')))"
        )
        own.http.shutdown()
        own.http.server_close()
        page.goto(own.url + CONVOLUTION)
        assert "42" in run(page, "print(6 * 7)")
        page.locator("[data-live=explore]").click()
        page.wait_for_selector(".explorer__told:not(:empty)")
        box = open_equation(page, 0)
        box.get_by_role("button", name="Check", exact=True).click()
        assert told(box).startswith("✓")


def test_it_works_by_keyboard_alone_on_a_phone(browser, server):
    with visit(browser, server, viewport={"width": 390, "height": 800}) as it:
        page = it.page
        page.set_default_timeout(LONG)
        it.open(POOLING)
        page.locator("[data-live=edit]").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("textarea")
        page.keyboard.press("Control+A")
        page.keyboard.type("print(21 * 2)")
        page.keyboard.press("Control+Enter")
        wait_for = page.locator(".live__status[role=status]").first
        wait_for.wait_for()
        page.wait_for_function(
            "() => document.querySelector('.live pre')?.textContent == '42\\n'"
        )
        top, area, run_it = page.evaluate(
            "() => { const text = document.querySelector('.live__area');"
            "return [parseFloat(getComputedStyle(text).paddingTop),"
            "text.getBoundingClientRect().top, document.querySelector("
            "'[data-live=run]').getBoundingClientRect().bottom]; }"
        )
        assert run_it <= area + top  # no button lies on the code
        page.locator("details.texcheck summary").first.press("Enter")
        page.locator("[data-live=check]").first.press("Enter")
        cut = "e => e.scrollHeight - e.clientHeight"
        assert page.locator(".live__area--tex").evaluate(cut) <= 1
        wide = "document.documentElement.scrollWidth > innerWidth"
        assert not page.evaluate(wide)


def test_without_javascript_there_are_no_dead_buttons(browser, server):
    with visit(browser, server, java_script_enabled=False) as it:
        it.page.goto(server.url + POOLING)
        assert it.page.locator(".live-button").count() > 4
        assert it.page.locator(".live-button:visible").count() == 0


def test_a_readers_lstm_with_a_slip_gets_the_right_diagnosis(reader):
    reader.open("reference/recurrent-networks/lstm/")
    page = reader.page
    page.locator("[data-function=lstm_cell]").click()
    text = page.get_by_label("Your lstm_cell", exact=True)
    page.wait_for_function(
        "() => document.querySelector('.live__area')?.value.includes('def ')"
    )
    text.fill(SLIPPED)
    box = page.locator(".live:has(textarea)")
    box.get_by_role("button", name="Check", exact=True).click()
    assert told(box).startswith("✗ Not yet: call 1 of 1: output 1, index")
    assert box.locator("li").all_inner_texts() == [
        "Probably your forget gate uses the output gate's bias."
    ]
    text.fill(SLIPPED.replace("b[3 * H :]  # slip", "b[H : 2 * H]"))
    page.evaluate(
        "() => delete document.querySelector('[data-holds]').dataset.holds"
    )
    box.get_by_role("button", name="Check", exact=True).click()
    assert told(box).startswith("✓ Passed")


SLIPPED = """
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def cell(x, state, w, u, b_ih, b_hh):
    h, c = state
    H = h.shape[1]
    b = b_ih + b_hh
    z = x @ w.T + h @ u.T
    i = sigmoid(z[:, :H] + b[:H])
    f = sigmoid(z[:, H : 2 * H] + b[3 * H :]  # slip
                )
    g = np.tanh(z[:, 2 * H : 3 * H] + b[2 * H : 3 * H])
    o = sigmoid(z[:, 3 * H :] + b[3 * H :])
    c = f * c + i * g
    return o * np.tanh(c), c
"""
