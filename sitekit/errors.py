"""What stops the build: a fault on a page, with file and line."""

from mkdocs.exceptions import PluginError


class PageError(PluginError):
    """A fault at a line of a page of docs/."""

    def __init__(self, path: str, line: int, message: str):
        super().__init__(f"docs/{path}:{line}: {message}")
        self.parts = path, line, message

    def __reduce__(self) -> tuple[type, tuple[str, int, str]]:
        """Let it come back from another process."""
        return type(self), self.parts
