"""Build small sites with the project's own configuration, faults included."""

import json
import os
import subprocess
import sys

from sitekit.npm import ROOT

CONFIG = f"""
INHERIT: {ROOT.as_posix()}/mkdocs.yml
docs_dir: docs
hooks: [{ROOT.as_posix()}/sitekit/hooks.py]
extra_css: []
plugins:
  - search
  - texcheck: {{ strength: false }}
  - mkdocs-jupyter: {{ include: [notebooks/*.py], include_source: true }}
nav:
"""


def build(folder, pages, unlisted=None):
    """Build a site of these pages (text by path) and return the process."""
    pages = {"index.md": "# Home\n", **pages}
    for path, text in {**pages, **(unlisted or {})}.items():
        file = folder / "docs" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    nav = "\n".join(f"  - {json.dumps(path)}" for path in pages)
    config = folder / "mkdocs.yml"
    config.write_text(CONFIG + nav + "\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", config],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
