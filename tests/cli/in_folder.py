"""Runs the command in a folder with an app, as a new process would, and edits what is there."""

from __future__ import annotations

import contextlib
import importlib
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from timegate.cli.app import application


def invoked(folder: Path, *arguments: str) -> Result:
    """Run the command with the app's modules read anew: what is below `shop` in the folder."""
    # Files that are edited within one second keep their size, and an old cache would be taken for theirs.
    kept, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        with contextlib.chdir(folder):
            return CliRunner().invoke(application, arguments)
    finally:
        sys.dont_write_bytecode = kept
        sys.path[:] = [one for one in sys.path if one != str(folder)]
        for name in [one for one in sys.modules if one.partition(".")[0] == "shop"]:
            del sys.modules[name]
        importlib.invalidate_caches()


def done(folder: Path, *arguments: str, code: int = 0) -> str:
    """What the command prints, which ends as expected."""
    ran = invoked(folder, *arguments)
    assert ran.exit_code == code, (ran.output, ran.exception)
    return ran.output


def edit(file: Path, old: str, new: str) -> None:
    """Replace a text that the file has."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def git(folder: Path, *arguments: str) -> str:
    """Run git in the folder, and return what it prints."""
    who = ("-c", "user.name=me", "-c", "user.email=me@shop.example")
    return subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout
