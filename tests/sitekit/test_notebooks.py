"""A notebook becomes a page and a download, and its faults are told with their line."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup
from planting import build

from sitekit import notebooks
from sitekit.errors import PageError
from sitekit.maths import Equation
from sitekit.npm import ROOT

PATH = "notebooks/small.py"
SMALL = r"""# %% [markdown]
# # Small
#
# It waits, see $x_1$, equation \eqref{square} and [home](../index.md).

# %% alt="A line that rises."
import time

import matplotlib.pyplot as plt

time.sleep(1.1)
print("waited")
plt.plot([0, 1])
plt.show()

# %% [markdown]
# ## What we found

# %% tags=["findings"]
findings = {"seconds waited": 1.1, "times": 12345}
findings

# %% [markdown] tags=["solution"]
# It waits again.

# %% tags=["solution", "findings"]
print("again")
again = {"seconds more": 2}
again
"""
PAGE = """# Square

<!-- invisible-code-block: python
x, y = 3.0, 9.0
-->

$$
\\label{square}
y = x^2
$$

See [small](../notebooks/small.py#what-we-found).
"""


def build_notebook(folder, text):
    pages = {PATH: text, "convolutional-networks/square.md": PAGE}
    return build(folder, pages)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    done = build_notebook(folder, SMALL)
    assert done.returncode == 0, done.stderr
    return folder / "site/notebooks/small"


@pytest.mark.site
def test_the_page_shows_prose_code_output_figure_and_findings(built):
    html = (built / "index.html").read_text(encoding="utf-8")
    soup = BeautifulSoup(html, "lxml").select_one("article")
    assert soup.select_one("p math").select_one("msub")
    links = [a["href"] for a in soup.select("p > a")]
    assert "../../convolutional-networks/square/#eq-square" in links
    assert {"small.ipynb", "small.py"} <= set(links)
    assert (
        soup.select_one("svg[role=img]")["aria-label"] == "A line that rises."
    )
    first, output = soup.select("div.highlight")[:2]
    assert first.select_one("button.copy")
    assert not first.select("[data-live]")
    assert output["data-fate"] == "output"
    assert "waited" in output.get_text()
    cells = [td.get_text() for td in soup.select(".scroll > table td")]
    assert cells == [
        "seconds waited",
        "1.1",
        "times",
        "12,345",
        "seconds more",
        "2",
    ]
    solution = soup.select_one("details.solution")
    assert "again =" in solution.get_text()
    assert (
        solution.select_one("[data-fate=output] code").get_text() == "again\n"
    )
    assert solution.select_one("table")


@pytest.mark.site
def test_the_page_asks_no_other_origin_and_the_search_has_only_its_words(
    built,
):
    html = (built / "index.html").read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)
    index = built.parents[1] / "search/search_index.json"
    docs = json.loads(index.read_text(encoding="utf-8"))["docs"]
    words = " ".join(
        d["text"] for d in docs if d["location"].startswith("notebooks")
    )
    assert "It waits" in words
    assert "matplotlib" not in words
    assert "12,345" not in words


@pytest.mark.site
def test_the_downloads_lie_beside_the_page(built):
    assert (built / "small.py").read_text(encoding="utf-8") == SMALL
    book = json.loads((built / "small.ipynb").read_text(encoding="utf-8"))
    kinds = [cell["cell_type"] for cell in book["cells"]]
    assert kinds == ["markdown", "markdown", "code"] + ["markdown", "code"] * 2
    title, install = ("".join(c["source"]) for c in book["cells"][:2])
    assert title.endswith("see $x_1$, equation (2.1) and home.")
    assert "pip install" in install
    assert all(not c["outputs"] for c in book["cells"] if "outputs" in c)
    assert book["cells"][-1]["metadata"]["jupyter"] == {"source_hidden": True}


def test_a_download_keeps_links_where_the_site_knows_its_address():
    square = {"square": Equation("a.md", 1, "2.1", "square")}
    book = json.loads(
        notebooks.download(
            PATH, SMALL, square, lambda link: f"https://example.org/{link}"
        )
    )
    assert (
        "[home](https://example.org/../index.md)" in book["cells"][0]["source"]
    )


FAULTS_OF_THE_RUN = {
    "an error": ('print("waited")', "1 / 0", "12: cell 1 fails\nZeroDivision"),
    "no Python": ('print("waited")', "(", "12: cell 1 fails\nSyntaxError"),
    "no time": ("sleep(1.1)", "sleep(0)", "1: the notebook ran in 0"),
    "a warning": (
        'print("waited")',
        "import warnings; warnings.warn('old')",
        "7: the cell writes to stderr",
    ),
    "no alternative text": (' alt="A line that rises."', "", "6: a cell"),
    "no figure": ("plt.plot([0, 1])\n", "", "6: a cell has one figure"),
    "no findings": ("\nfindings\n", "\n", "20: findings are"),
    "findings in words": ("1.1, ", "'1.1', ", "20: findings are a dict"),
    "an equation of its own": ("see $x_1$", "$$x$$", "2: equations are"),
}


@pytest.mark.parametrize("fault", FAULTS_OF_THE_RUN)
def test_a_fault_of_the_run_is_told_with_its_line(fault):
    old, new, message = FAULTS_OF_THE_RUN[fault]
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    with pytest.raises(PageError) as told:
        notebooks.markdown(PATH, text)
    assert str(told.value).startswith(f"docs/notebooks/small.py:{message}")


FAULTS = {
    "an error": ('print("waited")', "1 / 0", "small.py:12: cell 1 fails"),
    "a dead link": ("../index.md", "../nowhere.md", "small.py:4: "),
    "a dead anchor": ("../index.md", "../index.md#nowhere", "small.py:4: "),
    "a reference": ("{square}", "{cube}", "small.py:4: unknown \\eqref{cube}"),
    "maths": ("$x_1$", "$x_{1$", "small.py:4: TeX"),
}


@pytest.mark.site
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_stops_the_build(tmp_path, fault):
    old, new, message = FAULTS[fault]
    assert old in SMALL
    done = build_notebook(tmp_path, SMALL.replace(old, new, 1))
    assert done.returncode != 0
    assert f"docs/notebooks/{message}" in done.stderr + done.stdout


@pytest.mark.parametrize(
    "text", ["", "# %% [markdown]\n# # Words\n", "x = 1\n"]
)
def test_a_notebook_without_code_is_none(text):
    with pytest.raises(PageError, match=r"docs/notebooks/small.py:1: "):
        notebooks.read(PATH, text)


def test_words_change_no_result_and_code_does():
    def key(text):
        cells = notebooks.read(PATH, text)
        return notebooks.codes(cells)

    old, new = SMALL.replace("It waits again", "Once more"), SMALL + "\n1\n"
    joined = notebooks.execution.joined
    assert joined(key(SMALL)) == joined(key(old)) != joined(key(new))


def books():
    return sorted((ROOT / "docs/notebooks").glob("*.py"))


@pytest.mark.parametrize("path", books(), ids=lambda path: path.stem)
def test_a_notebook_needs_what_pip_installs_and_nothing_else(path):
    allowed = {"numpy", "matplotlib", "reference_impl", "sklearn"}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tops = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            tops |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            tops.add(node.module.split(".")[0])
    assert tops <= allowed | sys.stdlib_module_names


@pytest.mark.site
def test_a_download_runs_where_the_project_is_installed(tmp_path):
    """In an empty folder, with the wheel's files and not this clone's."""
    source, installed = tmp_path / "source", tmp_path / "installed"
    folder = tmp_path / "empty"
    folder.mkdir()
    for package in ("reference_impl", "texcheck"):
        shutil.copytree(ROOT / package, source / package)
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    offline = ["--no-build-isolation", "--no-index", "--target", installed]
    subprocess.run([*pip, *offline, source], check=True)
    path = ROOT / "docs/notebooks/mlp-on-digits.py"
    text = path.read_text(encoding="utf-8")
    labels = dict.fromkeys(
        re.findall(r"\\eqref\{(.+?)\}", text), Equation("a.md", 1, "1.1", "a")
    )
    book = notebooks.download(f"notebooks/{path.name}", text, labels, str)
    (folder / "book.ipynb").write_text(book, encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "nbconvert", "--to", "notebook"),
            *("--execute", "--output", "done.ipynb", "book.ipynb"),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ran = json.loads((folder / "done.ipynb").read_text(encoding="utf-8"))
    cells = [c for c in ran["cells"] if c["cell_type"] == "code"]
    assert all(cell["execution_count"] for cell in cells)
    assert "0.9" in json.dumps(cells[-2]["outputs"])


@pytest.mark.site
@pytest.mark.parametrize("path", books(), ids=lambda path: path.stem)
def test_a_page_is_light_and_offers_both_downloads(site, path):
    folder = site / "notebooks" / path.stem
    html = (folder / "index.html").read_text(encoding="utf-8")
    assert len(re.sub("<svg.*?</svg>", "", html, flags=re.S)) < 150_000
    assert (folder / path.name).read_bytes() == path.read_bytes()
    book = json.loads((folder / f"{path.stem}.ipynb").read_text("utf-8"))
    codes = ["".join(c["source"]) for c in book["cells"] if "outputs" in c]
    text = path.read_text(encoding="utf-8")
    cells = notebooks.read(f"notebooks/{path.name}", text)
    assert codes == [cell.source for cell in cells if cell.code]


def test_every_notebook_is_linked_from_a_chapter_and_listed():
    pages = [*(ROOT / "docs").glob("*-networks/*.md")]
    chapters = "".join(page.read_text(encoding="utf-8") for page in pages)
    listed = (ROOT / "docs/notebooks/index.md").read_text(encoding="utf-8")
    for path in books():
        assert f"(../notebooks/{path.name})" in chapters
        assert f"({path.name})" in listed
