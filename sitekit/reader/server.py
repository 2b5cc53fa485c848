"""A small loopback server: gzip, cache headers, the policy, every request noted."""

import gzip
import re
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

POLICY = re.compile(
    r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"'
)
PACKED = re.compile(r"text/|javascript|json|xml|svg")


class Sent(NamedTuple):
    """One answer: path below the site, media type, bytes of its body, status."""

    path: str
    kind: str
    size: int
    status: int


@cache
def _body(path: Path, stamp: float) -> tuple[bytes, str, str]:
    """Return (body, media type, encoding) of a file as it goes over the wire."""
    kind = guess_type(path.name)[0] or "application/octet-stream"
    if path.suffix == ".woff2":
        kind = "font/woff2"
    body = path.read_bytes()
    if PACKED.search(kind):
        return gzip.compress(body, 6), kind, "gzip"
    return body, kind, ""


class Server:
    """Serves the folder `site` at ``http://127.0.0.1:port`` + `prefix`."""

    def __init__(self, site: Path, prefix: str = "/"):
        self.site, self.prefix = site.resolve(), prefix
        self.sent: list[Sent] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self.http.server_port}"
        self.url = self.origin + prefix
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()

    def find(self, target: str) -> Path | None:
        """Return the file that `target`, a request's path, names."""
        name = unquote(urlsplit(target).path)
        if not name.startswith(self.prefix):
            return None
        path = (self.site / name.removeprefix(self.prefix)).resolve()
        if path.is_dir():
            path /= "index.html"
        inside = path.is_relative_to(self.site)
        return path if inside and path.is_file() else None

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request as a static host would."""
        path, status = self.find(handler.path), 200
        if path is None:
            path, status = self.site / "404.html", 404
        if path.exists():
            body, kind, encoding = _body(path, path.stat().st_mtime)
        else:
            body, kind, encoding = b"", "text/plain", ""
        name = urlsplit(handler.path).path.removeprefix(self.prefix)
        self.sent.append(Sent(name, kind, len(body), status))
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        handler.send_header("Cache-Control", "max-age=600")
        if encoding:
            handler.send_header("Content-Encoding", encoding)
            handler.send_header("Vary", "Accept-Encoding")
        if kind == "text/html":
            policy = POLICY.search(path.read_text(encoding="utf-8"))
            if policy:
                handler.send_header("Content-Security-Policy", policy[1])
        handler.end_headers()
        try:
            handler.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True
