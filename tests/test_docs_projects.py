"""Pages that make a project: their files are written, their commands run in it, and print what the page shows.

A block with a file name behind its language is a file. In a `console` block of such a page, each line after `$ ` is a
command for bash, and the lines up to the next one are its output; a line `…` stands for any number of lines, `…` at the
end of a line for the rest of it. A port of a page, 187 and two more digits, is a free one here. What a command leaves
running in the background ends with the page.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from execution_api.demo.server import kept_port

from tests.test_docs import PAGES, ROOT, Block, blocks, name_of

PORT = re.compile(r"\b187\d\d\b")
PROJECTS = [page for page in PAGES if any(block.file for block in blocks(page))]


def commands(block: Block) -> Iterator[tuple[str, list[str]]]:
    """Each command of a block, and the lines that it prints."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, *printed = part.splitlines()
        yield command, printed


def as_shown(shown: list[str]) -> re.Pattern[str]:
    """What output looks like that is shown so."""
    lines = [r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\n" for line in shown]
    return re.compile("".join(lines))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("page", PROJECTS, ids=name_of)
def test_every_command_of_the_page_prints_what_it_shows(page: Path, tmp_path: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "COV_"))}
    # The terminal of a reader who copied the page is 80 columns wide, and its output is not coloured.
    environment = {
        **kept,
        "PATH": path,
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "PYTHONDONTWRITEBYTECODE": "1",
        "CHECKOUT": str(ROOT),
    }
    groups: list[int] = []
    with ExitStack() as stack:
        ports = {port: str(stack.enter_context(kept_port())) for port in sorted(set(PORT.findall(page.read_text())))}

        def here(text: str) -> str:
            return PORT.sub(lambda port: ports[port[0]], text)

        stack.callback(end, groups)
        for block in blocks(page):
            if block.file:
                file = tmp_path / block.file
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(here(block.text), encoding="utf-8")
            elif block.language == "console":
                for command, shown in commands(block):
                    printed = run(here(command), tmp_path, environment, groups)
                    assert as_shown([*map(here, shown)]).fullmatch(printed), (
                        f"{name_of(page)}:{block.line}: $ {command}\nprints\n{printed}\nand not\n" + "\n".join(shown)
                    )


def end(groups: list[int]) -> None:
    for group in groups:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def run(command: str, folder: Path, environment: Mapping[str, str], groups: list[int]) -> str:
    """What a command prints; the group of its processes is noted."""
    with subprocess.Popen(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        groups.append(process.pid)
        return process.communicate(timeout=900)[0]


def test_a_command_that_prints_something_else_is_found() -> None:
    block = Block("console", "$ one\na\n…\nb …\n$ two\n", 1)
    (one, shown), (two, nothing) = commands(block)

    assert (one, two) == ("one", "two")
    assert as_shown(shown).fullmatch("a\nx\ny\nb z\n")
    assert as_shown(shown).fullmatch("a\nb z\n")
    assert not as_shown(shown).fullmatch("a\nx\n")
    assert as_shown(nothing).fullmatch("")
    assert not as_shown(nothing).fullmatch("x\n")
