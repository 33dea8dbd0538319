"""Every code block of the documentation runs, prints what the page shows, and type-checks as written."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
import types
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "examples").glob("*/README.md"))]
FENCE = re.compile(r"^```(\w*)(?: ([\w/-]+\.[\w./-]+))?[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page; one with a file name is a file of the project that the page makes."""

    language: str
    text: str
    line: int
    file: str = ""

    @property
    def is_run(self) -> bool:
        """Whether it is code of the page itself."""
        return self.language == "python" and not self.file


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [Block(m[1], m[3], text.count("\n", 0, m.start()) + 1, m[2] or "") for m in FENCE.finditer(text)]


def with_code(pages: list[Path]) -> list[Path]:
    return [page for page in pages if any(block.is_run for block in blocks(page))]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def module_of(page: Path) -> str:
    return "page_" + re.sub(r"\W", "_", name_of(page).removesuffix(".md").lower())


def source_of(page: Path) -> str:
    """Join the code of a page, with each block at its line, so that a checker's message points into the page."""
    lines: list[str] = []
    for block in blocks(page):
        if block.is_run:
            lines += [""] * (block.line - len(lines))
            lines += block.text.splitlines()
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("page", with_code(PAGES), ids=name_of)
def test_every_code_block_of_the_page_runs_and_prints_the_output_below_it(page: Path) -> None:
    module = types.ModuleType(module_of(page))
    sys.modules[module.__name__] = module
    found = blocks(page)
    try:
        for block, following in zip(found, [*found[1:], Block("", "", 0)], strict=True):
            if not block.is_run:
                continue
            printed = io.StringIO()
            code = compile("\n" * block.line + block.text, str(page), "exec")
            with contextlib.redirect_stdout(printed):
                exec(code, vars(module))
            expected = following.text if following.language == "text" else ""
            assert printed.getvalue() == expected, f"{name_of(page)}:{block.line} prints something else"
    finally:
        del sys.modules[module.__name__]


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_the_code_of_every_page_type_checks_strictly_as_written(checker: str, tmp_path: Path) -> None:
    for page in with_code(PAGES):
        (tmp_path / f"{module_of(page)}.py").write_text(source_of(page), encoding="utf-8")
    for block in (block for page in PAGES for block in blocks(page) if block.file and block.language == "python"):
        assert not (tmp_path / block.file).exists(), f"two pages have a file {block.file}"
        (tmp_path / block.file).write_text(block.text, encoding="utf-8")
    config = tmp_path / "pyrightconfig.json"
    config.write_text('{"typeCheckingMode": "strict", "pythonVersion": "3.11"}')
    command = {
        "mypy": [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", str(tmp_path / "cache")],
        "pyright": [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--project", str(config)],
    }[checker]
    files = [] if checker == "pyright" else [str(path) for path in sorted(tmp_path.glob("*.py"))]
    ran = subprocess.run([*command, *files], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_relative_link_of_the_documentation_exists() -> None:
    broken = [
        f"{name_of(page)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert not broken


def test_every_target_of_make_that_the_documentation_names_is_there() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    targets |= {"test-airflow-pinned", "test-airflow-newest"}
    named = {
        (name_of(page), target)
        for page in PAGES
        for target in re.findall(r"(?:`|\$ |^)make ([\w-]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert len(named) > 20
    assert sorted((page, target) for page, target in named if target not in targets) == []


NEEDED = {"starlette.testclient": "testing", "typer": "cli", "pytest": "testing", "fastapi": "fastapi"}
"""By the module, the extra that brings what it needs."""


@pytest.mark.parametrize("page", ["README.md", "docs/first-hour.md", "docs/coming-from-cadwyn.md"])
def test_what_a_first_page_says_to_install_is_all_that_its_code_imports(page: str) -> None:
    code = "\n".join(block.text for block in blocks(ROOT / page) if block.language == "python")
    imported = {name for name in NEEDED if re.search(rf"^(?:from|import) {re.escape(name)}\b", code, re.MULTILINE)}
    text = (ROOT / page).read_text(encoding="utf-8")
    installed = {
        extra for found in re.findall(r"pip install 'timegate\[([\w,]+)\]'", text) for extra in found.split(",")
    }
    assert imported >= {"fastapi", "starlette.testclient"}
    assert {NEEDED[name] for name in imported} <= installed
