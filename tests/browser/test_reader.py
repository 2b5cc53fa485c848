"""Each goal is missed by a page made to miss it, and reached by one that does not."""

import pytest

from sitekit.reader import axe, glyphs, layout, pdf, phone, printed
from sitekit.reader.server import Server
from sitekit.reader.visit import visit

pytestmark = pytest.mark.browser

GOOD = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'self'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>A page</title>
<link rel="icon" href="icon.png"><style>
body {{ margin: 1rem; max-width: 36rem; font: 18px sans-serif }}
.k {{ color: #7b45b8 }} .s {{ color: #2563b8 }} .m {{ color: #a33030 }}
@media screen and (prefers-color-scheme: dark) {{
  body {{ background: #111; color: #eee }}
  .k {{ color: #c3a1f2 }} .s {{ color: #78b0f5 }} .m {{ color: #f0a0a0 }}
}}
pre {{ overflow-x: auto }} @media print {{ pre {{ white-space: pre-wrap }} }}
{css}</style></head><body>
<header><input type="checkbox" id="__drawer" aria-label="menu">
<label for="__drawer">Menu</label>
<nav><a href="#a">one</a> <a href="#b">two</a> <a href="#c">three</a></nav>
</header><main><h1 id="a">A heading</h1><p>{words}</p>
<pre tabindex="0"><code><span class="k">import</span> <span class="m">numpy</span>
<span class="s">as np</span></code></pre>
{body}</main></body></html>"""
WORDS = "A line of ordinary words that goes on for quite some while. " * 16
TEX = '<annotation encoding="application/x-tex">x</annotation>'
MATHS = f'<math display="block"><mi>x</mi>{TEX}</math>'
LONG = f'<math display="block"><mi>{"x" * 99}</mi>{TEX}</math>'
WIDE = '<table style="width:600px"><tr><td>x</table>'
#: Bytes that do not compress.
NOISE = "".join(chr(0x4E00 + i * 7919 % 20000) for i in range(60_000))


@pytest.fixture
def serve(tmp_path, browser):
    """Return a function that serves a page with `body` and `css`."""
    servers = []

    def start(body="", css="", files=()):
        html = GOOD.format(body=body, css=css, words=WORDS)
        (tmp_path / "index.html").write_text(html, encoding="utf-8")
        for name, content in (("icon.png", b"i"), *files):
            (tmp_path / name).write_bytes(content)
        servers.append(Server(tmp_path))
        return servers[-1]

    yield start
    for server in servers:
        server.http.shutdown()
        server.http.server_close()


@pytest.fixture
def on_phone(serve, browser, monkeypatch):
    """Return a function: the goals a phone measures, of a page of this kind."""
    monkeypatch.setattr(
        "sitekit.reader.visit.Visit.wake", lambda visited: None
    )

    def measured(body="", css="", files=()):
        return phone.measure(browser, serve(body, css, files), "")

    return measured


@pytest.fixture
def on_desk(serve, browser):
    """Return a function: what `measure` says of a page opened on a desk."""

    def measured(measure, body="", css=""):
        with visit(browser, serve(body, css)) as visited:
            visited.open("")
            return measure(visited)

    return measured


def test_a_good_page_reaches_the_goals(on_phone, on_desk, serve, browser):
    found = on_phone(MATHS)
    found |= on_desk(layout.measure, MATHS)
    found[12] = on_desk(printed.measure)
    found[4] = layout.bare(browser, serve(MATHS), "")
    assert sorted(found) == [1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13]
    missed = {g: r.faults for g, r in found.items() if not r.passed}
    assert missed == {}


def images(count):
    """Return the HTML and the files of `count` pictures."""
    names = [f"{i}.png" for i in range(count)]
    html = "".join(f'<img alt="i" src="{name}">' for name in names)
    return html, tuple((name, b"i") for name in names)


SHIFTING = (
    '<img alt="i" src="i.svg"><p>below</p>',
    (
        (
            "i.svg",
            b'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"/>',
        ),
    ),
)
LARGE = (
    '<img alt="i" src="i.svg" style="position:absolute; inset:0">',
    (
        (
            "i.svg",
            b'<svg xmlns="http://www.w3.org/2000/svg" width="380" height="800">'
            b'<path d="M0 0h380v800H0z"/><!--%b--></svg>'
            % (2 * NOISE).encode(),
        ),
    ),
)
# Work by count, not by the clock, which goes on while others have the processor;
# after something is painted, since what comes before is not counted.
BUSY = b"""const work = () => {
  let x = 0;
  for (let i = 0; i < 1e7; i++) x = Math.sin(x + i);
};
new PerformanceObserver(work).observe({ type: "paint", buffered: true });"""
ON_A_PHONE = {
    "heavy": (1, "page", f"<p hidden>{NOISE}</p>", ()),
    "many requests": (1, "requests", *images(7)),
    "early script": (
        2,
        "before the reader acted",
        '<script src="a.js"></script>',
        (("a.js", b"1"),),
    ),
    "elsewhere": (
        3,
        "asked for http://example.org",
        '<img alt="i" src="http://example.org/i.png">',
        (),
    ),
    "missing": (3, "answered 404", '<img alt="i" src="gone.png">', ()),
    "late": (5, "LCP", *LARGE),
    "busy": (6, "blocking", '<script src="a.js"></script>', (("a.js", BUSY),)),
    "elements": (6, "elements", "<i></i>" * 5001, ()),
    "shift": (7, "layout shift", *SHIFTING),
}


@pytest.mark.parametrize("case", ON_A_PHONE)
def test_a_phone_sees(on_phone, case):
    goal, fault, body, files = ON_A_PHONE[case]
    found = on_phone(body, files=files)[goal]
    assert not found.passed
    assert any(fault in said for said in found.faults), found.faults


IN_THE_LAYOUT = {
    "wide page": (10, "px wide", '<p style="width:600px">wide</p>', ""),
    "cut": (10, "cut", f'<div style="overflow:hidden">{WIDE}</div>', ""),
    "no keyboard": (
        10,
        "keyboard",
        f'<div style="overflow:auto">{WIDE}</div>',
        "",
    ),
    "long code": (
        10,
        "over 79 columns",
        f"<pre tabindex=0><code>{'x' * 80}</code></pre>",
        "",
    ),
    "long equations": (
        10,
        "do not fit",
        f'<div style="overflow:auto" tabindex=0>{LONG}</div>' * 2,
        "",
    ),
    "long lines": (11, "characters a line", "", "body { max-width: 60rem }"),
    "pale code": (11, "contrast", "", ".k { color: #999 }"),
    "no TeX": (13, "no TeX", MATHS.replace(TEX, ""), ""),
    "no alt": (13, "alternative text", '<img src="icon.png">', ""),
    "raw TeX": (13, "raw TeX", r"<p>see \(x^2\)</p>", ""),
}


@pytest.mark.parametrize("case", IN_THE_LAYOUT)
def test_the_layout_shows(on_desk, case):
    goal, fault, body, css = IN_THE_LAYOUT[case]
    found = on_desk(layout.measure, body, css)[goal]
    assert any(fault in said for said in found.faults), found.faults


ON_PAPER = {
    "hidden": (
        "not printed",
        "<h2>Gone</h2>",
        "@media print { h2 { display: none } }",
    ),
    "wide": ("wider than the paper", WIDE.replace("600", "900"), ""),
    "dark": ("dark ground", "", "@media print { body { background: #000 } }"),
    "off the sheet": (
        "not in the PDF",
        "<h2>Gone</h2>",
        "h2 { position: absolute; top: -900px }",
    ),
}


@pytest.mark.parametrize("case", ON_PAPER)
def test_paper_shows(on_desk, case):
    fault, body, css = ON_PAPER[case]
    found = on_desk(printed.measure, body, css)
    assert any(fault in said for said in found.faults), found.faults


def test_another_font_in_an_equation_shows(on_desk):
    assert not on_desk(glyphs.measure, MATHS).passed


WITHOUT_SCRIPT = {
    "maths": ("maths not visible", MATHS, "math { visibility: hidden }"),
    "light": (
        "light on a dark system",
        "",
        "body { background: white !important }",
    ),
    "colours": (
        "code without colours",
        "",
        "pre span { color: inherit !important }",
    ),
    "navigation": ("no navigation", "", "nav { display: none }"),
}


@pytest.mark.parametrize("case", WITHOUT_SCRIPT)
def test_a_reader_without_javascript_misses(browser, serve, case):
    fault, body, css = WITHOUT_SCRIPT[case]
    found = layout.bare(browser, serve(body, css), "")
    assert any(fault in said for said in found.faults), found.faults


def test_axe_finds_a_button_without_a_name(on_desk):
    def run(visited):
        visited.page.evaluate(axe.source())
        return visited.page.evaluate(axe.RUN, [])

    assert on_desk(run) == []
    found = on_desk(run, "<button></button>")
    assert [rule for rule, *_ in found] == ["button-name"]


def test_the_text_of_a_pdf_is_read(browser):
    page = browser.new_page()
    page.set_content(
        "<h1>Verified: naïve fi</h1><p style='break-before:page'>two"
    )
    paper = page.pdf()
    page.close()
    assert pdf.pages(paper) == 2
    words = printed._squeezed(pdf.text(paper))
    assert words == "Verified:naïvefitwo"
