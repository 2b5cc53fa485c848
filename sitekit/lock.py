"""Resolve every dependency anew: ``make lock`` writes both lock files."""

import subprocess
import sys

from sitekit.npm import ROOT, npm

HEAD = (
    "# Exact versions the two commands install, for every platform and "
    "Python 3.11 to 3.14: `make lock` writes it.\n"
)
#: Newer PyTorch wheels exist; this is the version parity is tested against.
PINNED = "torch==2.13.0\n"


def main() -> None:
    """Write constraints.txt, for all platforms at once, and the npm lock."""
    target = ROOT / "constraints.txt"
    resolved = subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "compile", "--universal"),
            *("--all-extras", "--python-version", "3.11", "--no-header"),
            *("--no-annotate", "--upgrade", "--constraints", "-"),
            "pyproject.toml",
        ],
        cwd=ROOT,
        input=PINNED,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    target.write_text(HEAD + resolved, encoding="utf-8")
    sys.exit(npm("install", "--package-lock-only"))


if __name__ == "__main__":
    main()
