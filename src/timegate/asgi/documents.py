"""The app's own OpenAPI URL, answered from the contract of the version selected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from timegate.asgi.messages import Codec, Encoded
from timegate.asgi.routing import Entry
from timegate.asgi.served import Plan, Served
from timegate.gates import Gates
from timegate.gates.operations import OperationGate
from timegate.gates.places import Place


def document_plan(path: str, *, served: Served, gates: Gates) -> Plan:
    """The plan by which a version's document takes the place of the app's.

    The app is asked all the same: whoever it lets read its document may read this one.

    Args:
        path: where the app has its document.
        served: the version.
        gates: the compiled changes.
    """
    gate = OperationGate(
        key=f"GET {path}",
        method="GET",
        head_path=path,
        path=path,
        exists=True,
        rewrite=None,
        request=None,
        json_only=False,
        answers={"200": _Document(gates.document(served.version), served.settings.codec)},
        success="200",
        answer_media={"200": ("application/json",)},
        query=None,
        headers=None,
        statuses={},
        gated=True,
        locate=_nowhere,
    )
    entry = Entry(path, None, {}, frozenset({"GET", "HEAD"}), {"GET": gate.key}, 0)
    return Plan(served, gate=gate, entry=entry, head=entry, shadows=())


def _nowhere(location: Sequence[str | int]) -> Place:
    return Place(tuple(location), exact=True, expected=None)


class _Document:
    """The program that replaces the app's document; encoded once."""

    __slots__ = ("_codec", "_document", "_encoded")

    def __init__(self, document: Mapping[str, Any], codec: Codec) -> None:
        self._document = document
        self._codec = codec
        self._encoded: Encoded | None = None

    def __call__(self, head: dict[str, Any]) -> Any:
        # They say where this app is mounted, which no contract knows.
        servers: Any = head.get("servers")
        if servers:
            return {**self._document, "servers": servers}
        if self._encoded is None:
            self._encoded = Encoded(self._codec.encoded(dict(self._document)))
        return self._encoded
