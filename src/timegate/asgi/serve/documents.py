"""The app's own OpenAPI URL, answered from the contract of the version selected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from timegate.asgi.message.json import Codec, Encoded
from timegate.asgi.route.entries import Entry
from timegate.asgi.route.operation import OperationPlan
from timegate.asgi.route.version import ApiVersion
from timegate.gates import Gates
from timegate.gates.operation import OperationGate


def document_plan(path: str, *, version: ApiVersion, gates: Gates) -> OperationPlan:
    """The plan by which a version's document takes the place of the app's.

    The app is asked all the same: whoever it lets read its document may read this one.

    Args:
        path: where the app has its document.
        version: the version.
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
        responses={"200": _Document(gates.document(version.value), version.settings.codec)},
        success="200",
        response_media={"200": ("application/json",)},
        query=None,
        headers=None,
        statuses={},
        gated=True,
    )
    entry = Entry(path, None, {}, frozenset({"GET", "HEAD"}), {"GET": gate.key}, 0)
    return OperationPlan(gate, codec=version.settings.codec, entry=entry, head=entry, shadows=())


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
