"""Builds the site of the documentation into `.site/html`: `make docs`.

The pages are copied as they lie in the repository, with a page for each public module in `reference`. A link to a file
that is no page goes to the repository. Zensical makes HTML of it, and `links.py` follows every link.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from docs.site.links import broken_links

ROOT: Final = Path(__file__).resolve().parents[2]
SITE: Final = ROOT / ".site"
PAGES: Final = SITE / "pages"
REFERENCE: Final = {
    "timegate": "What an app and its version files import.",
    "timegate.asgi": "The middleware, and how it finds the version of a request.",
    "timegate.starlette": "Contracts for plain Starlette.",
    "timegate.observing": "What the middleware tells of each request.",
    "timegate.testing": "The pytest plugin.",
    "timegate.extend": "Facts, selectors and sources of contracts of your own (provisional).",
}
"""Each public module, and what it is for."""
SUBJECTS: Final = "timegate.changes.subjects"
"""Where the classes are whose methods declare facts."""
GROUPS: Final = {
    "Start": ("first-hour", "where-files-go", "semantic-changes", "coming-from-cadwyn", "adopting-airflow"),
    "Declare": ("how-to", "vocabulary", "refusals", "coverage", "writing-back"),
    "Serve": ("http", "selecting", "middleware-order", "not-gated", "operating", "another-language", "webhooks"),
    "Test": ("testing", "command-line"),
    "Deeper": ("contracts", "stored-payloads", "extending", "performance", "how-it-is-tested"),
}
"""The pages of `docs` by what they are for, in the order of reading."""

_LINK: Final = re.compile(r"(\]\()([^)#\s]*)((?:#[^)\s]*)?\))")
_FENCE: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def sources() -> list[Path]:
    """The pages, as they lie in the repository."""
    examples = (ROOT / "examples").glob("**/README.md")
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *examples]
    return [
        page for page in sorted(pages) if not any(part.startswith((".", "node_modules")) for part in page.parts[1:])
    ]


def place_of(page: Path) -> Path:
    """Where a page lies in the site; the README is its first page."""
    place = page.relative_to(ROOT)
    return Path("index.md") if place == Path("README.md") else place


def copied(page: Path, known: frozenset[Path], repository: str) -> str:
    """The text of a page, its links as they are in the site."""

    def linked(match: re.Match[str]) -> str:
        before, target, after = match.groups()
        if not target or "://" in target or target.startswith("mailto:"):
            return match[0]
        file = (page.parent / target).resolve()
        if file in known:
            here = place_of(page).parent
            return f"{before}{Path(os.path.relpath(place_of(file), here)).as_posix()}{after}"
        kind = "tree" if file.is_dir() else "blob"
        return f"{before}{repository}/{kind}/main/{file.relative_to(ROOT).as_posix()})"

    text, end, parts = page.read_text(encoding="utf-8"), 0, list[str]()
    for fence in _FENCE.finditer(text):
        parts += [_LINK.sub(linked, text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, _LINK.sub(linked, text[end:])])


def reference() -> Iterator[tuple[str, str]]:
    """A page for each public module, its names from its docstrings."""
    for module, purpose in REFERENCE.items():
        found = importlib.import_module(module)
        # A name of pydantic's has its documentation there.
        names = [name for name in sorted(found.__all__) if not _is_pydantics(getattr(found, name))]
        yield module, f"# `{module}`\n\n{purpose}\n" + "".join(f"\n::: {module}.{name}\n" for name in names)
    files = sorted((ROOT / "src" / SUBJECTS.replace(".", "/")).glob("*.py"))
    names = [f"{SUBJECTS}.{file.stem}" for file in files if not file.stem.startswith("_")]
    yield (
        "facts",
        "# Facts\n\nThe methods of what `on`, `enum` and `endpoint` return.\n"
        + "".join(f"\n::: {name}\n    options:\n      show_root_heading: false\n" for name in names),
    )


def navigation() -> str:
    """The pages in order, as Zensical's settings have it; one that no group names comes last."""
    named = {name for names in GROUPS.values() for name in names}
    rest = tuple(page.stem for page in sorted((ROOT / "docs").glob("*.md")) if page.stem not in named)
    groups = {
        name: [f"docs/{page}.md" for page in pages if (ROOT / "docs" / f"{page}.md").exists()]
        for name, pages in {**GROUPS, "More": rest}.items()
        if pages
    }
    groups["API"] = [f"reference/{module}.md" for module in (*REFERENCE, "facts")]
    groups["Project"] = [f"{name}.md" for name in ("CHANGELOG", "ARCHITECTURE", "CONTRIBUTING", "SECURITY")]
    shown = [f"{{ {json.dumps(name)} = {json.dumps(pages)} }}" for name, pages in groups.items()]
    return f'[{{ "timegate" = "index.md" }}, {", ".join(shown)}]'


def _is_pydantics(value: object) -> bool:
    return str(getattr(value, "__module__", "")).startswith("pydantic")


def main() -> int:
    """Build the site.

    Returns:
        0 if it was built and every link resolves, else 1.
    """
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    shutil.rmtree(SITE, ignore_errors=True)
    pages = sources()
    known = frozenset(pages)
    for page in pages:
        target = PAGES / place_of(page)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(copied(page, known, project["urls"]["Homepage"]), encoding="utf-8")
    (PAGES / "reference").mkdir()
    for name, text in reference():
        (PAGES / "reference" / f"{name}.md").write_text(text, encoding="utf-8")
    settings = Path(__file__).with_name("zensical.toml").read_text(encoding="utf-8")
    (SITE / "zensical.toml").write_text(settings.replace("nav = []", f"nav = {navigation()}"), encoding="utf-8")
    built = subprocess.run([sys.argv[1], "build", "--strict"], cwd=SITE, capture_output=True, text=True, check=False)
    wrong = broken_links(SITE / "html")
    if built.returncode or wrong:
        print(built.stdout, built.stderr, *wrong, sep="\n")
        return 1
    count = len(list((SITE / "html").rglob("*.html")))
    print(f"{count} pages in {SITE / 'html'}: every link resolves, and nothing is loaded from elsewhere")
    return 0


if __name__ == "__main__":
    sys.exit(main())
