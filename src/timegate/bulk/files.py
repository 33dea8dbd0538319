"""A file of JSON lines, from an old version to head: by several processes, in order, and able to go on."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO, Final

from timegate.bulk.checkpoint import Checkpoint, path_of
from timegate.bulk.chunks import chunks
from timegate.bulk.lines import LineUpgrade, Rejected
from timegate.changes.base import name_of
from timegate.errors import TimegateError

__all__ = ["ProcessLost", "Totals", "upgrade_file"]

CHUNK: Final = 1 << 20
"""Bytes that a process gets at a time: they take some milliseconds, so that handing them over does not count."""

SECONDS_BETWEEN_CHECKPOINTS: Final = 1.0


class ProcessLost(TimegateError):
    """A process of the pool was ended from outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How far a run has come.

    Args:
        lines: lines that are done.
        rejected: those of them that did not pass.
        read: bytes of the input that are done.
        size: bytes of the input.
    """

    lines: int
    rejected: int
    read: int
    size: int


@dataclass(frozen=True, slots=True)
class _Done:
    """A chunk that is done: its bytes, the output, and what did not pass with the number of its line, from 0."""

    read: int
    output: bytes
    lines: int
    rejected: tuple[tuple[int, Rejected], ...]


def upgrade_file(
    upgrade: LineUpgrade,
    source: Path,
    output: Path,
    *,
    report: Path,
    workers: int = 1,
    progress: Callable[[Totals], None] = lambda totals: None,
) -> Totals:
    """Upgrade each line of a file, in order; a line that does not pass is told in the report and not in the output.

    A run that was broken off goes on when it is called with the same arguments again: beside the output is a
    checkpoint until the end. At most two chunks for each worker are in memory.

    Args:
        upgrade: what to do with a line.
        source: the file; each line is JSON in UTF-8. Empty lines are left out.
        output: where the upgraded lines go.
        report: where it is told, as JSON lines, which lines did not pass and why; removed in the end if all did.
        workers: processes that upgrade; with 1 this one does it.
        progress: called after each chunk.

    Raises:
        AnotherRun: there is an output of another run.
        OSError: a file cannot be read or written.
        ProcessLost: a process was ended from outside.
    """
    size = source.stat().st_size
    run = f"{name_of(upgrade.kind)} of {source.name}, {size} bytes, from {upgrade.from_version}"
    reached = Checkpoint.of(output, run=run)
    saved = time.monotonic()
    with ExitStack() as stack:
        file = stack.enter_context(source.open("rb"))
        file.seek(reached.read)
        upgraded = stack.enter_context(_at(output, reached.written))
        told = stack.enter_context(_at(report, reached.reported))
        reached.save(output)
        for done in _in_order(upgrade, chunks(file, size=CHUNK), workers=workers):
            lines = b"".join(rejected.at(reached.lines + number + 1) + b"\n" for number, rejected in done.rejected)
            upgraded.write(done.output)
            told.write(lines)
            reached = reached.after(
                read=done.read,
                written=len(done.output),
                reported=len(lines),
                lines=done.lines,
                rejected=len(done.rejected),
            )
            if time.monotonic() - saved > SECONDS_BETWEEN_CHECKPOINTS:
                _keep(upgraded, told)
                reached.save(output)
                saved = time.monotonic()
            progress(_totals(reached, size))
        _keep(upgraded, told)
    if not reached.rejected:
        report.unlink()
    path_of(output).unlink()
    return _totals(reached, size)


def _totals(reached: Checkpoint, size: int) -> Totals:
    return Totals(lines=reached.lines, rejected=reached.rejected, read=reached.read, size=size)


@contextmanager
def _at(path: Path, position: int) -> Generator[BinaryIO]:
    """A file to write on from a position; what a run that was broken off has written after it is cut off."""
    with path.open("ab") as file:
        file.truncate(position)
        yield file


def _keep(*files: BinaryIO) -> None:
    for file in files:
        file.flush()
        os.fsync(file.fileno())


def _in_order(upgrade: LineUpgrade, given: Iterable[bytes], *, workers: int) -> Iterator[_Done]:
    if workers == 1:
        for chunk in given:
            yield _upgraded(upgrade, chunk)
        return
    # A process of its own memory: the threads of this one, as a progress bar's, must not be forked.
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin, initargs=(upgrade,)) as pool:
        waiting: deque[Future[_Done]] = deque()
        try:
            for chunk in given:
                waiting.append(pool.submit(_in_process, chunk))
                if len(waiting) >= 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise ProcessLost("a process was ended from outside: run it again to go on") from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_of_process: list[LineUpgrade] = []
"""What this process does with a line, if it is one of a pool."""


def _begin(upgrade: LineUpgrade) -> None:
    _of_process.append(upgrade)


def _in_process(chunk: bytes) -> _Done:
    return _upgraded(_of_process[0], chunk)


def _upgraded(upgrade: LineUpgrade, chunk: bytes) -> _Done:
    lines = chunk.removesuffix(b"\n").split(b"\n")
    output: list[bytes] = []
    rejected: list[tuple[int, Rejected]] = []
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        result = upgrade.line(line)
        if isinstance(result, Rejected):
            rejected.append((number, result))
        else:
            output.append(result + b"\n")
    return _Done(len(chunk), b"".join(output), len(lines), tuple(rejected))
