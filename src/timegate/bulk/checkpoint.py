"""How far a run has come, in a file beside its output, so that it goes on after it was broken off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter

from timegate.errors import TimegateError

__all__ = ["AnotherRun", "Checkpoint"]


class AnotherRun(TimegateError):
    """The output is there, or a checkpoint that is of another run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """How far a run has come.

    Args:
        run: what tells this run from others.
        read: bytes of the input that are done.
        written: bytes of the output that are whole.
        reported: bytes of the report that are whole.
        lines: lines of the input that are done.
        rejected: those of them that did not pass.
    """

    run: str
    read: int = 0
    written: int = 0
    reported: int = 0
    lines: int = 0
    rejected: int = 0

    @classmethod
    def of(cls, output: Path, *, run: str) -> Self:
        """The checkpoint of a run: the beginning, or where it was broken off.

        Raises:
            AnotherRun: there is an output of another run.
        """
        file = path_of(output)
        if not file.exists():
            if output.exists():
                raise AnotherRun(f"{output} is there already: remove it, or write to another file")
            return cls(run=run)
        found = TypeAdapter(cls).validate_json(file.read_bytes())
        if found.run != run:
            told = f"{file} is of another run: {found.run}, and this is {run}"
            raise AnotherRun(f"{told}. Remove it and {output}, or write to another file")
        return found

    def save(self, output: Path) -> None:
        """Keep it, whole or not at all."""
        file = path_of(output)
        unfinished = file.with_name(f"{file.name}.new")
        unfinished.write_bytes(TypeAdapter(type(self)).dump_json(self))
        unfinished.replace(file)

    def after(self, *, read: int, written: int, reported: int, lines: int, rejected: int) -> Self:
        """The checkpoint after so much more."""
        return replace(
            self,
            read=self.read + read,
            written=self.written + written,
            reported=self.reported + reported,
            lines=self.lines + lines,
            rejected=self.rejected + rejected,
        )


def path_of(output: Path) -> Path:
    """Where the checkpoint of an output is."""
    return output.with_name(f"{output.name}.checkpoint")
