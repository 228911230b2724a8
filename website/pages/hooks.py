"""MkDocs' hooks, each a line or two: what they call lies in small modules beside this one."""

import sys
from pathlib import Path
from typing import ClassVar

sys.path.insert(0, str(Path(__file__).parents[2]))  # for `mkdocs` called by its own name

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from mkdocs.utils.templates import TemplateContext

from website.figures.embed import draw, embed
from website.pages import (
    assets,
    backlinks,
    benchmark_tables,
    cards,
    claims,
    constants_table,
    copy_button,
    csp,
    described,
    formulas,
    gallery,
    hunt_reports,
    landing,
    live_blocks,
    markup,
    search_words,
    serve_cache,
    service_worker,
    static_reports,
)  # fmt: skip

_THEMES_SEARCH = ("assets/javascripts/lunr/", "assets/javascripts/workers/")


class _Build:
    """What is kept from page to page, and from one build to the next while the site is served."""

    served: serve_cache.Served | None = None
    typesetter = formulas.Typesetter()
    names: ClassVar[dict[str, str]] = {}  # of what has a digest in its name


def on_startup(command: str, dirty: bool) -> None:
    gallery.prepare_kernel()
    _Build.served = serve_cache.Served() if command == "serve" else None


def on_config(config: MkDocsConfig) -> None:
    if _Build.served:
        _Build.served.begin(config)


def on_files(files: Files, config: MkDocsConfig) -> None:
    made, _Build.names = assets.made_files()
    for path, source in made.items():
        files.append(assets.generated(config, path, source))
    config.extra_css = [assets.renamed(path, _Build.names) for path in config.extra_css]
    for script in config.extra_javascript:
        assert not isinstance(script, str), script  # mkdocs.yml says of each that it is a module
        script.path = assets.renamed(script.path, _Build.names)
    for file in [file for file in files if file.src_uri.startswith(_THEMES_SEARCH)]:
        files.remove(file)  # the site has a search of its own


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    if _Build.served:
        _Build.served.tell(f"reading {page.file.src_uri}")
    described.describe(page, markdown)
    markdown = backlinks.with_questions(markdown, page.file.src_uri, Path(config.docs_dir))
    return benchmark_tables.with_tables(constants_table.with_table(claims.with_table(markdown)))


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    page.title = markup.plain(str(page.title))  # templates escape it where it is an attribute
    if gallery.is_script(page):
        html, page.meta["figures"] = gallery.show(html, page, config, files)
    else:
        html = live_blocks.with_runs(markup.with_light_sources(html), page.meta.get("needs", ""))
        if "data-hunt" not in html:  # there a report's lines are pointed at, one by one
            html = static_reports.with_reports(html, get_relative_url("reference/findings/", page.url))
    return markup.with_whole_numbers(markup.without_spans_in_ink(copy_button.with_copies(html)))


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    assets.write_llms(files, config)
    _Build.typesetter.prepare(file.page.content or "" for file in files.documentation_pages() if file.page)


def on_page_context(context: TemplateContext, page: Page, config: MkDocsConfig, nav: Navigation) -> None:
    page.meta["verified"] = claims.line(page)
    page.meta["citation"] = described.citation(page)
    page.meta["card"] = cards.address(page)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    if _Build.served:
        _Build.served.tell(f"writing {page.file.src_uri}")
    else:
        cards.write(page, Path(config.site_dir))
    picture = _Build.served.draw if _Build.served else draw
    output = embed(output, page.file.src_uri, page.meta.get("figures", {}), picture)
    output, found = formulas.typeset(output, page.file.src_uri, _Build.typesetter)
    if found:
        output = markup.with_stylesheet(output, get_relative_url(formulas.STYLESHEET, page.url))
    if "<moving-picture" in output or "<guess-first" in output:
        output = markup.with_stylesheet(output, get_relative_url(_Build.names[assets.MOVING], page.url), last=True)
    if landing.MARK in output:
        output = landing.with_landing(output, get_relative_url(_Build.names[landing.STYLESHEET], page.url))
    return csp.with_policy(markup.named(output, _Build.names))


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str | None:
    return csp.with_policy(markup.named(output_content, _Build.names)) if template_name.endswith(".html") else None


def on_post_build(config: MkDocsConfig) -> None:
    hunt_reports.write(Path(config.site_dir))
    search_words.write(Path(config.site_dir))
    if _Build.served:
        _Build.served.end()
    else:
        service_worker.write(Path(config.site_dir), _Build.names)
        root = Path(config.site_dir)
        for path in (root, *root.rglob("*")):  # whoever builds it, the web server may read it
            path.chmod(0o755 if path.is_dir() else 0o644)
