"""The build that opens straight from the file system, with search.

Browsers start no worker from ``file://``; a shim from npm runs the search in a frame.
"""

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File

from sitekit.npm import ROOT

SHIM = "assets/javascripts/iframe-worker.js"
SOURCE = ROOT / "node_modules/iframe-worker/shim/index.js"


def wanted(config: MkDocsConfig) -> bool:
    """Return whether this is the offline build: ``OFFLINE=true``."""
    return bool(config.extra.get("offline"))


def prepare(config: MkDocsConfig) -> None:
    """Ask the theme for our copy of the shim in place of another origin's."""
    if wanted(config):
        config.extra["polyfills"] = [SHIM]


def files(config: MkDocsConfig) -> list[File]:
    """Return the files that only the offline build has."""
    if not wanted(config):
        return []
    text = SOURCE.read_text(encoding="utf-8")
    return [File.generated(config, SHIM, content=text)]
