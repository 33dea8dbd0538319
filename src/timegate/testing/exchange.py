"""One request of an old client and its response, as it can be read in a review and kept in a file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from timegate.errors import DeclarationError, GateError
from timegate.gates import Gates
from timegate.gates.explain import Explanation
from timegate.testing.probe import HeadExchange
from timegate.typing import is_array, is_object

_BY_ITSELF: Final = frozenset(
    {"host", "accept", "accept-encoding", "connection", "user-agent", "content-length", "transfer-encoding"}
)
"""Header fields that a client sends by itself."""

_UUID: Final = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_MOMENT: Final = re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d\b)?")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of an old client and its response.

    Args:
        version: the version in force.
        situation: what the test calls it; empty for nothing.
        operation: the operation of that version, ``"GET /items/{item_id}"``; None where it has none there.
        key: the operation's identity in the contract; None likewise.
        method: the HTTP method.
        path: the path with its query, as sent.
        sent_headers: the header fields that the test sent.
        sent: the request's body.
        status: the response's status.
        headers: the response's header fields, with names in lower case.
        received: the response's body.
        at_head: what the app got and sent; None where the request did not reach it.
        gates: the compiled changes of the app.
    """

    version: str
    situation: str
    operation: str | None
    key: str | None
    method: str
    path: str
    sent_headers: Mapping[str, str]
    sent: bytes
    status: int
    headers: Mapping[str, str]
    received: bytes
    at_head: HeadExchange | None = field(repr=False)
    gates: Gates = field(repr=False, compare=False)

    def explained(self) -> str:
        """What the gates did: each change that affects the request or response, with the payload before and after."""
        situation = f" ({self.situation})" if self.situation else ""
        lines = [f"{self.method} {self.path} as {self.version}{situation}: {self.status}"]
        key, version, at_head, explain = self.key, self.version, self.at_head, self.gates.explain
        if key is None:
            return "\n".join([*lines, f"  {version} has no such operation"])
        lines += _told("request", self.sent, lambda sent: explain(key, sent, from_version=version))
        if at_head is None:
            return "\n".join([*lines, "  the request did not reach the app"])
        body = f"{key} {at_head.status}"
        lines += _told("response", at_head.response, lambda sent: explain(body, sent, to_version=version))
        return "\n".join(lines)

    def written(self, shown_headers: tuple[str, ...]) -> dict[str, Any]:
        """The exchange as JSON data.

        Args:
            shown_headers: the response's header fields to keep, with names in lower case.
        """
        named = {"situation": self.situation} if self.situation else {}
        sends = {"method": self.method, "path": self.path, "headers": dict(self.sent_headers), **_body(self.sent)}
        shown = {name: self.headers[name] for name in shown_headers if name in self.headers}
        return {**named, "sends": sends, "receives": {"status": self.status, "headers": shown, **_body(self.received)}}


def steady(exchange: Any) -> Any:
    """An exchange whose ids and moments are the same each time: ``match(client.exchanges, replaced=steady)``.

    The first UUID in it reads ``ID-1``, wherever it stands, the next one ``ID-2``; each moment of RFC 3339 reads
    ``MOMENT``. A date stays.

    Args:
        exchange: as it will be written.
    """
    numbers: dict[str, int] = {}

    def named(found: re.Match[str]) -> str:
        return f"ID-{numbers.setdefault(found[0].lower(), len(numbers) + 1)}"

    def replaced(value: Any) -> Any:
        if isinstance(value, str):
            return _MOMENT.sub("MOMENT", _UUID.sub(named, value))
        if is_object(value):
            return {_UUID.sub(named, key): replaced(one) for key, one in value.items()}
        return [replaced(one) for one in value] if is_array(value) else value

    return replaced(exchange)


def chosen_headers(sent: Mapping[str, str]) -> dict[str, str]:
    """The header fields of a request that a client does not send by itself."""
    return {name: value for name, value in sent.items() if name.lower() not in _BY_ITSELF}


def _body(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        return {"json": json.loads(body)}
    except ValueError:
        pass
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}


def _told(side: str, body: bytes | bytearray, explain: Callable[[object], Explanation]) -> Iterator[str]:
    if not body:
        return
    try:
        found = str(explain(json.loads(body))) or "no change affects it"
    except ValueError:
        found = "no JSON"
    except DeclarationError:
        found = "the contract does not declare it"
    except GateError as error:
        found = f"not converted: {error}"
    yield f"  {side}:"
    yield from (f"    {line}" for line in found.splitlines())
