"""The events of MkDocs, each handed to the concern it belongs to."""

import base64
import json
import os
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from mkdocs.utils.templates import TemplateContext

from sitekit import (
    ahead,
    api,
    cache,
    copying,
    figures,
    fonts,
    links,
    maths,
    notebooks,
    offline,
    palette,
    search,
    snippets,
    verification,
    weight,
)
from sitekit.access import make_accessible, name_dialogs
from sitekit.asides import Asides
from sitekit.errors import PageError
from sitekit.live import assets, buttons, explorers
from sitekit.npm import ROOT
from texcheck.document import Block, blocks
from texcheck.evidence import Evidence
from texcheck.mkdocs import TexcheckPlugin

_serving = False
_checker: TexcheckPlugin | None = None
_topics: list[api.Topic] = []
_labels: dict[str, maths.Equation] = {}
_equations: dict[str, list[maths.Equation]] = {}
_figures: dict[str, str] = {}
_explorers: dict[str, dict[str, Any]] = {}  # by the address of the still
_asides: dict[str, Asides] = {}
_fences: dict[str, list[snippets.Fence]] = {}
_sources: dict[str, str] = {}  # Markdown of the pages with equations
_notebooks: dict[str, str] = {}  # text by path


def on_startup(*, command: str, dirty: bool) -> None:
    """Remember whether this is a build or the live server."""
    global _serving
    _serving = command == "serve"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the API pages in the navigation, under the item ``Reference``."""
    cache.forget()
    api.topics.cache_clear()
    links.install(Path(config.docs_dir))
    offline.prepare(config)
    order = json.dumps(config.nav)
    topics = sorted(api.topics(), key=lambda t: order.find(t.page) % 10**9)
    chapters: dict[str, list[str]] = {}
    for topic in topics:
        chapter = topic.page.split("/")[0]
        chapters.setdefault(chapter, []).append(topic.reference)
    _topics.clear()
    for item in config.nav or []:
        if isinstance(item, dict) and "Reference" in item:
            _topics.extend(topics)
            item["Reference"] = [
                *(p for p in item["Reference"] if isinstance(p, str)),
                *(
                    {name.replace("-", " ").capitalize(): chapters[name]}
                    for name in api.CHAPTERS
                    if name in chapters
                ),
            ]
    config.extra_css.insert(0, fonts.SHEET)
    if _serving:  # a build adds them to its one stylesheet
        config.extra_css.append(palette.SHEET)
    config.extra_javascript.extend([copying.SCRIPT, assets.SCRIPT])
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is made and not written: API pages, figures."""
    docs = Path(config.docs_dir)
    files.append(File.generated(config, fonts.SHEET, content=fonts.css()))
    if _serving:
        colours = palette.css(**config.extra["dark"])
        files.append(File.generated(config, palette.SHEET, content=colours))
    files.append(copying.file(config))
    files.append(buttons.file(config))
    for file in offline.files(config):
        files.append(file)
    for topic in _topics:
        page = files.get_file_from_path(topic.page)
        title = (
            api.title(page.content_string, page.name) if page else topic.title
        )
        text = api.markdown(topic, title, page is not None)
        files.append(File.generated(config, topic.reference, content=text))
    drawn = [
        path
        for path in sorted(docs.rglob("*.py"))
        if path.with_suffix(".md").exists()
    ]
    written = {
        file.src_uri: file.content_string
        for file in files.documentation_pages()
        if file.generated_by is None
    }
    _notebooks.clear()
    for book in filter(notebooks.is_notebook, list(written)):
        _notebooks[book] = written.pop(book)
    moved = explorers.find(docs)
    ahead.run(written, drawn, moved, _notebooks)
    _figures.clear()
    _explorers.clear()
    _explorers.update(explorers.gather(docs, moved))
    for uri, explorer in _explorers.items():
        _figures[uri] = explorer["svg"]
        files.append(File.generated(config, uri, content=explorer["svg"]))
    for path in drawn:
        folder = path.relative_to(docs).with_suffix("").as_posix()
        for name, content in figures.draw_all(path).items():
            _add_figure(files, config, f"{folder}/{name}", content)
    for book, text in _notebooks.items():
        for uri, content in notebooks.pictures(book, text).items():
            _add_figure(files, config, uri, content)
        place = _download(files, book)
        files.append(File.generated(config, place, content="{}"))
    return files


def _download(files: Files, path: str) -> str:
    """Return the place of a notebook's download: beside its page."""
    page = files.get_file_from_path(path)
    assert page is not None
    beside = Path(page.dest_uri).parent / Path(path).stem
    return f"{beside.as_posix()}.ipynb"


def _add_figure(
    files: Files, config: MkDocsConfig, uri: str, content: str
) -> None:
    """Add a drawn file, SVG or a picture in base64, to the site."""
    if uri.endswith(".svg"):
        _figures[uri] = content
        files.append(File.generated(config, uri, content=content))
    else:
        picture = base64.b64decode(content)
        files.append(File.generated(config, uri, content=picture))


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Count through the equations of every chapter, in the site's order."""
    global _checker
    plugin = config.plugins.get("texcheck")
    _checker = plugin if isinstance(plugin, TexcheckPlugin) else None
    pages = []
    for page in nav.pages:
        chapter = page.file.src_uri.split("/")[0]
        if chapter in api.CHAPTERS:
            number = api.CHAPTERS.index(chapter) + 1
            pages.append((page.file.src_uri, page.file.content_string, number))
    _equations.clear()
    _equations.update(maths.number_equations(pages))
    _labels.clear()
    _labels.update(
        (e.label, e) for found in _equations.values() for e in found if e.label
    )
    return nav


def on_pre_page(page: Page, config: MkDocsConfig, files: Files) -> Page:
    """Let MkDocs render a notebook, as any page, and not mkdocs-jupyter."""
    if page.file.src_uri in _notebooks:
        vars(page).pop("render", None)
    return page


def on_page_read_source(page: Page, config: MkDocsConfig) -> str | None:
    """Read a notebook that ran as the Markdown of its page."""
    path = page.file.src_uri
    if path not in _notebooks:
        return None
    return notebooks.markdown(path, _notebooks[path])


def _written(page: Page) -> str:
    """Return the Markdown of a page's file, line for line."""
    text = page.file.content_string
    return notebooks.prose(text) if page.file.src_uri in _notebooks else text


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Give each fence its fate, show sources, resolve references to equations."""
    path = page.file.src_uri
    # Faults are told with the line of the file, before anything is put in.
    written = _written(page)
    _fences[path] = snippets.fences(path, written)
    if _equations.get(path):
        _sources[path] = written
    for fence in _fences[path]:
        if fence.fate == "run":
            snippets.check(fence, snippets.run_cached(fence))
    maths.check_references(path, written, _labels)

    def url_to(equation: maths.Equation) -> str:
        target = files.get_file_from_path(equation.page)
        assert target is not None
        here = target is page.file
        base = "" if here else get_relative_url(target.url, page.url)
        return f"{base}#{equation.anchor}"

    if verification.MARKER in markdown:
        told = verification.markdown(
            verification.gather(
                page, files, _equation_evidence(), _equations, _topics
            ),
            {topic.page: topic.reference for topic in _topics},
        )
        markdown = markdown.replace(verification.MARKER, told)
    if api.FUNCTIONS in markdown:
        told = api.listing(_topics)
        markdown = markdown.replace(api.FUNCTIONS, told)
    for topic in _topics:
        if topic.reference == path:
            told = api.checked(topic, _equations_by_function(page, files))
            markdown = markdown.replace(api.CHECKED, told)
    if path in _notebooks:
        file = files.get_file_from_path(_download(files, path))
        assert file is not None
        file.content_string = notebooks.download(
            path,
            _notebooks[path],
            _labels,
            links.absolute(path, files, config),
        )
    markdown = api.link(snippets.show_sources(path, markdown))
    return maths.resolve_references(markdown, _labels, url_to)


def _checked_blocks(page: Page) -> list[Block]:
    """Return the equations of a page as the checker reads them."""
    found = blocks(page.file.content_string)
    return [block for block in found if block.kind == "equation"]


def _equation_evidence() -> dict[str, list[Evidence]]:
    """Return what the plugin found on each page."""
    return _checker.evidence if _checker is not None else {}


def _equations_by_function(page: Page, files: Files) -> dict[str, list[str]]:
    """Return links from `page` to the equations that checked each function."""
    links: dict[str, list[str]] = {}
    for path, found in _equation_evidence().items():
        for equation, e in zip(_equations.get(path, []), found, strict=False):
            target = files.get_file_from_path(path)
            assert target is not None
            url = get_relative_url(target.url, page.url)
            link = f'<a href="{url}#{equation.anchor}">({equation.number})</a>'
            for name in e.functions:
                links.setdefault(name, []).append(link)
    return links


def on_page_content(
    html: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Render maths, put figures into the page, and tie code blocks to fences."""
    path = page.file.src_uri
    asides = _asides[path] = Asides()
    soup = BeautifulSoup(html, "lxml")
    if path.startswith("reference/"):
        api.tidy(soup)
        buttons.add_to_functions(soup)
    elif path in _notebooks:
        notebooks.mark(soup)
    else:
        if verification.MARKER in page.file.content_string:
            search.leave_out(soup, "table")
        snippets.tie(soup, path, _fences[path])
        buttons.add_to_snippets(soup, _fences[path])
        if _equations.get(path) and _equation_evidence().get(path):
            checked = _checked_blocks(page)
            buttons.add_to_equations(soup, path, _equations[path], checked)
    for image in soup.select('img[src$=".svg"]'):
        uri = os.path.normpath(
            os.path.join(os.path.dirname(page.url + "x"), str(image["src"]))
        )
        if uri in _figures:
            if not image.get("alt"):
                raise PageError(
                    path, 1, f"the figure {uri} has no alternative text"
                )
            beside = str(image["src"]).rpartition("/")
            svg = figures.inline(
                _figures[uri], str(image["alt"]), beside[0] + beside[1]
            )
            if uri in _explorers:
                explorers.invite(soup, image, uri, _explorers[uri])
            image.replace_with(asides.put(svg))

    def url_to(target: str) -> str | None:
        file = files.get_file_from_path(target)
        return get_relative_url(file.url, page.url) if file else None

    api.link_functions(soup, url_to)
    for mark in soup.select("details.texcheck"):
        mark.replace_with(asides.put(str(mark)))
    maths.render(
        soup,
        path,
        _written(page),
        _equations.get(path, []),
        asides,
    )
    return soup.body.decode_contents() if soup.body else ""


def on_page_context(
    context: TemplateContext, page: Page, config: MkDocsConfig, nav: Navigation
) -> TemplateContext:
    """Finish the content, which the search has indexed by now."""
    content = make_accessible(page.content or "")
    page.content = _asides[page.file.src_uri].insert(content)
    return context


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Name what the theme put around the content."""
    return name_dialogs(output)


def on_post_build(config: MkDocsConfig) -> None:
    """Cut the font to size and make the site light; the live server skips the latter."""
    site = Path(config.site_dir)
    fonts.write(site)
    if not _serving:
        search.slim(site)
        weight.lighten(
            site, config.extra["dark"], with_policy=not offline.wanted(config)
        )
    assets.write(site, _sources)
    explorers.write(site / assets.LIVE, _explorers)


def on_serve(
    server: LiveReloadServer, config: MkDocsConfig, builder: object
) -> LiveReloadServer:
    """Rebuild when the code changes that pages are made from."""
    for folder in ("reference_impl", "texcheck", "sitekit"):
        server.watch(str(ROOT / folder))
    return server
