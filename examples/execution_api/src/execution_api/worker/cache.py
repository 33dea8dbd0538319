"""Folders that are expensive to make, made once per machine: whole or not at all, whoever asks at the same time."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["FolderCache", "default_cache_root"]

_MARKER: Final = ".complete"


def default_cache_root(environ: Mapping[str, str] | None = None) -> Path:
    """Where this project keeps what it can make again: `TIMEGATE_CACHE`, else the user's cache folder.

    Source:
        XDG Base Directory Specification: a relative `XDG_CACHE_HOME` is to be ignored.
    """
    values = os.environ if environ is None else environ
    if own := values.get("TIMEGATE_CACHE"):
        return Path(own).expanduser().resolve()
    shared = Path(values.get("XDG_CACHE_HOME", ""))
    return (shared if shared.is_absolute() else Path.home() / ".cache") / "timegate"


@dataclass(frozen=True, slots=True)
class FolderCache:
    """Named folders below one root.

    A folder is made beside its final place and renamed when it is whole, so that a reader never sees half of one. A
    lock per name makes a second process wait for the first instead of making the same folder again.

    Attributes:
        root: The folder that holds them; made when first needed.
    """

    root: Path

    def existing(self, name: str) -> Path | None:
        """The folder of that name if it is there and whole."""
        folder = self.root / name
        return folder if (folder / _MARKER).is_file() else None

    def obtain(self, name: str, *, make: Callable[[Path], None]) -> Path:
        """The folder of that name, made now if it is not there yet.

        Args:
            name: What identifies the content; other content wants another name.
            make: Fills the empty folder it is given. If it raises, nothing is kept and the error goes on.
        """
        if (folder := self.existing(name)) is not None:
            return folder
        self.root.mkdir(parents=True, exist_ok=True)
        with self._alone(name):
            if (folder := self.existing(name)) is not None:
                return folder
            return self._make(name, make)

    def _make(self, name: str, make: Callable[[Path], None]) -> Path:
        unfinished = self.root / f".{name}.unfinished"
        finished = self.root / name
        # Whoever was here before and was killed left these; nobody else can be at work, we hold the lock.
        for leftover in (unfinished, finished):
            if leftover.exists():
                shutil.rmtree(leftover)
        unfinished.mkdir()
        try:
            make(unfinished)
            (unfinished / _MARKER).touch()
            unfinished.rename(finished)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        return finished

    @contextmanager
    def _alone(self, name: str) -> Generator[None]:
        # The lock lives as long as the descriptor: a process that dies gives it back.
        with (self.root / f".{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
