"""One line of JSON after the other, from an old version to head."""

from __future__ import annotations

import functools
import pickle
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from timegate.asgi.message.json import Codec, Convert, NotJSON, decode_json, encode_json
from timegate.errors import GateError
from timegate.gates import Gates

__all__ = ["LineUpgrade", "Rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A line that did not pass, without any of its values.

    Args:
        problem: what is wrong.
        pointer: where, as a JSON pointer (RFC 6901); empty for the whole line.
        change: the name of the change that cannot convert the value; empty where no change is the reason.
        version: the version that declares the change.
    """

    problem: str
    pointer: str = ""
    change: str = ""
    version: str = ""

    def at(self, line: int) -> bytes:
        """A line of JSON that tells of it, without a line break.

        Args:
            line: the number of the line, from 1.
        """
        return encode_json({"line": line, **{name: value for name, value in asdict(self).items() if value}})


class LineUpgrade:
    """Upgrades lines of JSON; it can be pickled, and a process that gets it many times compiles its gates once.

    Args:
        gates: the gates.
        kind: the type of a line, as the contract knows it: a class, or the name of a component.
        from_version: the version that the lines were written for; the closest older one of the timeline is used.

    Raises:
        DeclarationError: nothing that reaches the server is of this type.
        SelectionError: the version cannot be served.
    """

    def __init__(self, gates: Gates, kind: Any, *, from_version: str | date) -> None:
        self.gates: Gates = gates
        self.kind: Any = kind
        self.from_version: str | date = from_version
        self._convert: Convert = Codec(decode_json, encode_json).around(self._payload)
        self.line(b"null")  # what is wrong with the type or the version is said here, and not in another process

    def __repr__(self) -> str:
        return f"<LineUpgrade: {self.kind!r} from {self.from_version}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (pickle.dumps(self.gates), self.kind, self.from_version)

    def __call__(self, lines: Iterable[bytes | str]) -> list[bytes | Rejected]:
        """The lines of a partition, in order: each upgraded and without its line break, or why it did not pass."""
        return [self.line(line) for line in lines]

    def line(self, line: bytes | str) -> bytes | Rejected:
        """One line, upgraded, or why it did not pass."""
        try:
            return self._convert(line.encode() if isinstance(line, str) else line)
        except NotJSON as error:
            return Rejected(problem=f"it is not JSON: {error}")
        except GateError as error:
            return Rejected(problem=error.problem, pointer=error.pointer, change=error.change, version=error.version)

    def _payload(self, payload: Any) -> Any:
        return self.gates.upgrade(self.kind, payload, from_version=self.from_version)


@functools.lru_cache(maxsize=8)
def _gates_of(pickled: bytes) -> Gates:
    found: Gates = pickle.loads(pickled)
    return found


def _restored(pickled: bytes, kind: Any, from_version: str | date) -> LineUpgrade:
    return LineUpgrade(_gates_of(pickled), kind, from_version=from_version)
