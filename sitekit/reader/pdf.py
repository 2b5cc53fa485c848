"""The text of a PDF that Chromium printed, without a library for it."""

import re
import zlib

OBJECT = re.compile(rb"^(\d+) 0 obj\b(.*?)^endobj", re.M | re.S)
STREAM = re.compile(rb"/Length (\d+).*?>> stream\r?\n", re.S)
PAIR = re.compile(r"<(\w+)> <(\w+)>")
RANGE = re.compile(r"<(\w+)> <(\w+)> <(\w+)>")
SHOW = re.compile(r"/F(\d+) [\d.]+ Tf|<([0-9A-F]+)> Tj|\[([^]]*)\] TJ")


def pages(pdf: bytes) -> int:
    """Return the number of pages."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def text(pdf: bytes) -> str:
    """Return what is written on the pages, in the order in which it is drawn."""
    objects = {int(number): body for number, body in OBJECT.findall(pdf)}
    fonts: dict[int, dict[str, str]] = {}
    for number, body in objects.items():
        mapped = re.search(rb"/ToUnicode (\d+) 0 R", body)
        if mapped:
            fonts[number] = _letters(_stream(objects[int(mapped[1])]))
    drawn = []
    for body in objects.values():
        contents = re.search(
            rb"/Type /Page\b.*?/Contents (\d+) 0 R", body, re.S
        )
        if contents:
            drawn.append(_drawn(_stream(objects[int(contents[1])]), fonts))
    return "\n".join(drawn)


def _stream(body: bytes) -> str:
    match = STREAM.search(body)
    if not match:
        return ""
    data = body[match.end() : match.end() + int(match[1])]
    if b"FlateDecode" in body[: match.end()]:
        data = zlib.decompress(data)
    return data.decode("latin-1")


def _unicode(code: str) -> str:
    return bytes.fromhex(code).decode("utf-16-be")


def _letters(cmap: str) -> dict[str, str]:
    """Return the character of each glyph of a font, glyphs as in the text, in hex."""
    letters = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.S):
        letters.update({g: _unicode(code) for g, code in PAIR.findall(block)})
    for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.S):
        for first, last, code in RANGE.findall(block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                glyph = f"{int(first, 16) + step:0{len(first)}X}"
                code_now = f"{int(code, 16) + step:0{len(code)}X}"
                letters[glyph] = _unicode(code_now)
    return letters


def _drawn(content: str, fonts: dict[int, dict[str, str]]) -> str:
    pieces = []
    letters: dict[str, str] = {}
    for font, one, several in SHOW.findall(content):
        if font:
            letters = fonts.get(int(font), {})
            continue
        width = len(next(iter(letters), "0000"))
        for code in [one] if one else re.findall(r"<([0-9A-F]+)>", several):
            glyphs = (code[i : i + width] for i in range(0, len(code), width))
            pieces.append("".join(letters.get(g, "") for g in glyphs))
    return "".join(pieces)
