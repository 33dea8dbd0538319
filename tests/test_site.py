"""The check of the documentation's site finds what is broken; `make docs` applies it to the site itself."""

from __future__ import annotations

from pathlib import Path

from docs.site.links import broken_links


def site(folder: Path, **pages: str) -> Path:
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return folder


def test_a_site_whose_links_resolve_has_no_fault(tmp_path: Path) -> None:
    (tmp_path / "style.css").touch()
    site(
        tmp_path,
        index='<link rel="stylesheet" href="style.css"><a href="other.html#there">a</a> <a href="https://example.org">b</a>',
        other='<h2 id="there">c</h2> <a href="#there">d</a>',
    )

    assert broken_links(tmp_path) == []


def test_a_page_and_an_anchor_that_are_not_there_are_told(tmp_path: Path) -> None:
    site(tmp_path, index='<a href="gone.html">a</a> <a href="other.html#gone">b</a>', other="")

    assert broken_links(tmp_path) == [
        "index.html: there is no gone.html",
        "index.html: there is no anchor other.html#gone",
    ]


def test_what_is_loaded_from_elsewhere_is_told(tmp_path: Path) -> None:
    site(
        tmp_path,
        index='<script src="https://example.org/a.js"></script> <link rel="stylesheet" href="//example.org/b">',
    )

    assert broken_links(tmp_path) == [
        "index.html loads https://example.org/a.js",
        "index.html loads //example.org/b",
    ]
