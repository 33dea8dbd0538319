"""The plan for the app's own OpenAPI URL: its response becomes the OpenAPI document of the selected version."""

from __future__ import annotations

from typing import Any

from timegate.asgi.message.json import Encoded
from timegate.asgi.route.entries import Entry
from timegate.asgi.route.operation import OperationPlan
from timegate.asgi.route.version import ApiVersion
from timegate.gates import Gates
from timegate.gates.operation import OperationGate, Program


def document_plan(path: str, *, version: ApiVersion, gates: Gates) -> OperationPlan:
    """Plan how requests for the app's OpenAPI document are handled: a version's document replaces it.

    The app gets these requests too: a client that may read the app's document may read this one.

    Args:
        path: the path of the app's document.
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
        responses={"200": _document_program(version, gates)},
        success="200",
        response_media={"200": ("application/json",)},
        query=None,
        headers=None,
        path_parameters=None,
        statuses={},
        gated=True,
    )
    entry = Entry(path, None, {}, frozenset({"GET", "HEAD"}), {"GET": gate.key}, 0)
    return OperationPlan(gate, codec=version.settings.codec, entry=entry, head=entry, shadows=())


def _document_program(version: ApiVersion, gates: Gates) -> Program:
    """A program that replaces the app's document; it encodes the version's document once."""
    document = dict(gates.contract(version.value))
    encoded: Encoded | None = None

    def program(head: dict[str, Any]) -> Any:
        nonlocal encoded
        # The servers depend on where this app is mounted, which no contract knows.
        servers: Any = head.get("servers")
        if servers:
            return {**document, "servers": servers}
        if encoded is None:
            encoded = Encoded(version.settings.codec.encoded(document))
        return encoded

    return program
