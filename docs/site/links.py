"""Follows every link of the built site: each page, file and anchor is there, and nothing is loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

__all__ = ["broken_links"]

_LOADED: Final = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}
_NOT_LOADED: Final = frozenset({"canonical", "next", "prev", "alternate"})


@dataclass
class Page(HTMLParser):
    """What a page links to, what it loads, and the anchors that it has."""

    links: list[str] = field(default_factory=list[str])
    loaded: list[str] = field(default_factory=list[str])
    anchors: set[str] = field(default_factory=set[str])

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag links to."""
        values = {name: value or "" for name, value in attrs}
        self.anchors.update(values[name] for name in ("id", "name") if name in values)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag in _LOADED and _LOADED[tag] in values and values.get("rel") not in _NOT_LOADED:
            self.loaded.append(values[_LOADED[tag]])


def broken_links(html: Path) -> list[str]:
    """What is wrong with the links of a site.

    Args:
        html: the folder of the site.
    """
    pages = {file.resolve(): _read(file) for file in sorted(html.rglob("*.html"))}
    wrong: list[str] = []
    for file, page in pages.items():
        # The page for an address that is not there is served at any address, so its own are not relative to it.
        if file.name == "404.html":
            continue
        name = file.relative_to(html.resolve()).as_posix()
        wrong += [f"{name} loads {target}" for target in page.loaded if urlsplit(target).netloc]
        wrong += [
            f"{name}: {problem}" for target in (*page.links, *page.loaded) if (problem := _problem(target, file, pages))
        ]
    return wrong


def _read(file: Path) -> Page:
    page = Page()
    page.feed(file.read_text(encoding="utf-8"))
    return page


def _problem(target: str, file: Path, pages: Mapping[Path, Page]) -> str:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return ""
    place = (file.parent / unquote(parts.path)).resolve() if parts.path else file
    place = place / "index.html" if place.is_dir() else place
    if not place.exists():
        return f"there is no {target}"
    if parts.fragment and place in pages and unquote(parts.fragment) not in pages[place].anchors:
        return f"there is no anchor {target}"
    return ""
