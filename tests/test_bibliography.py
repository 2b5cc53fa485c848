"""What the pages cite stands once, in alphabetical order, and is cited."""

import re
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
ENTRIES = re.findall(
    r"^(.+) \{ #(\w+) \}$",
    (DOCS / "bibliography.md").read_text(encoding="utf-8"),
    re.M,
)


def test_the_entries_are_in_order():
    names = [name.lower() for name, _ in ENTRIES]
    assert len(names) > 50
    assert names == sorted(set(names))


def test_every_entry_is_cited():
    sources = [*DOCS.rglob("*.md"), *DOCS.rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    cited = set(re.findall(r"bibliography\.md#(\w+)", text))
    assert {anchor for _, anchor in ENTRIES} == cited
