"""Counts that several processes write and that outlive them: who asked for which version of what, on which day.

A process counts in a file of its own that is mapped into its memory. An increment is a store into a page of the
operating system, which is there for every reader at once and stays where the process is killed. Whoever reads the
counts merges these files into one SQLite file (`timegate.observing.usage`). It needs a system with `fcntl`.
"""

from __future__ import annotations

import json
import mmap
import os
import secrets
import weakref
from pathlib import Path
from time import time
from typing import Final

from timegate.observing.event import Event, Loss

SLOTS: Final = 65_536
"""How many different things one file counts; then the next file begins."""

LOST: Final = "lost"
"""What the key of a loss begins with; that of a request begins with the day."""

_SECONDS_A_DAY: Final = 86_400


def journals_of(database: Path) -> Path:
    """The folder of the files that processes count in, beside the SQLite file."""
    return database.with_name(f"{database.name}.counting")


class Counts:
    """An observer that counts. It keeps no thread and no timer, and each process may have its own of one database.

    Args:
        database: the SQLite file into which whoever reads the counts merges them.
    """

    def __init__(self, database: str | Path) -> None:
        self._folder = journals_of(Path(database))
        self._journal: _Journal | None = None
        self._today, self._midnight = 0, 0.0
        # A process that is forked counts in a file of its own.
        forget = weakref.WeakMethod(self._forget)
        os.register_at_fork(after_in_child=lambda: (forget() or _nothing)())

    def _forget(self) -> None:
        self._journal = None

    def __call__(self, event: Event) -> None:
        _, version, operation, _, status, problem, client, _ = event
        self.count(client, version, operation, status, problem)

    def count(self, client: str, version: str, operation: str, status: int, problem: str) -> None:
        """Count a request; the values are those of its event."""
        if time() >= self._midnight:
            self._today = int(time()) // _SECONDS_A_DAY
            self._midnight = float((self._today + 1) * _SECONDS_A_DAY)
        key = (self._today, client, version, operation, status, problem)
        journal = self._journal
        slot = None if journal is None else journal.slots.get(key)
        if journal is None or slot is None:
            self.add(key)
        else:
            # As `add` does, without the call: nearly every request is like one before it.
            journal.numbers[slot] += 1

    def lost(self, loss: Loss) -> None:
        """Count a loss: ``losses=Sampling(counts.lost, rate=0.01)``."""
        self.add((LOST, int(time()) // _SECONDS_A_DAY, *loss))

    def add(self, key: tuple[int | str | float, ...]) -> None:
        """Count one more of what a key says."""
        journal = self._journal
        slot = None if journal is None else journal.slots.get(key)
        if journal is None or slot is None:
            if journal is None or len(journal.slots) >= SLOTS:
                journal = self._journal = _Journal(self._folder)
            slot = journal.new(key)
        journal.numbers[slot] += 1


def _nothing() -> None:
    """What is done where there is nothing to forget any more."""


class _Journal:
    """One process's counts: a file of keys, one JSON list a line, and a mapped file of as many numbers.

    Args:
        folder: where it is.

    Attributes:
        slots: the number of each key's line.
        numbers: the counts by that number.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{os.getpid()}-{secrets.token_hex(6)}"
        with (folder / f"{name}.numbers").open("w+b") as file:
            file.truncate(SLOTS * 8)
            self.numbers = memoryview(mmap.mmap(file.fileno(), SLOTS * 8)).cast("Q")
        unseen = folder / f"{name}.new"
        self._keys = os.open(unseen, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        weakref.finalize(self, os.close, self._keys)
        # Imported here because what only reads is there on every system, and this is not.
        import fcntl

        # It is let go where the process ends, however it ends: then the file is nobody's any more.
        fcntl.flock(self._keys, fcntl.LOCK_EX)
        unseen.rename(folder / f"{name}.keys")
        self.slots: dict[tuple[int | str | float, ...], int] = {}

    def new(self, key: tuple[int | str | float, ...]) -> int:
        """The slot of a key that was not counted before."""
        os.write(self._keys, json.dumps(key).encode("utf-8") + b"\n")
        slot = self.slots[key] = len(self.slots)
        return slot
