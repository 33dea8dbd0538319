"""What the page on stored payloads shows is so: the command, and the same on Dask's processes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.bulk.parcels import OLD, read, upgraded, write

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "stored-payloads.md").read_text()


def folder_of(tmp_path: Path) -> Path:
    """A folder with a module `parcels`, as the page has it."""
    shutil.copy(Path(__file__).parent / "parcels.py", tmp_path)
    return tmp_path


def block(language: str) -> str:
    """The code of the page that is marked so."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    write(folder / "stored.jsonl", 2000, broken=(700,))
    shown = block("console")
    printed = ""
    for command in re.findall(r"^\$ (.*)$", shown, re.MULTILINE):
        command = re.sub("^timegate", f"{sys.executable} -m timegate.cli", command)
        ran = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)
        printed += ran.stdout
    expected = re.sub(r"^\$ .*\n", "", shown, flags=re.MULTILINE)

    assert re.sub(r"in [\d.]+ s", "in 0.1 s", printed) == expected


def test_dask_upgrades_every_line_on_two_processes(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    (folder / "stored").mkdir()
    for part in range(4):
        write(folder / "stored" / f"{part}.jsonl", 5_000, broken=(part,))
    script = folder / "on_dask.py"
    script.write_text(block("py dask"))

    ran = subprocess.run([sys.executable, str(script)], cwd=folder, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
    for part in range(4):
        expected = [upgraded(number) for number in range(5_000) if number != part]
        assert read(folder / "upgraded" / f"{part}.jsonl") == expected
        (told,) = (folder / "rejected" / f"{part}.txt").read_text().splitlines()
        assert "pointer='/grams', change='Weights'" in told
    assert OLD in script.read_text()
