"""The plan for the app's own OpenAPI URL: its response becomes the OpenAPI document of the selected version.

In it, each operation has the parameter that selects the version, so that what is made from it asks for the version.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from timegate.asgi.message.json import Encoded
from timegate.asgi.route.entries import Entry
from timegate.asgi.route.operation import OperationPlan
from timegate.asgi.route.version import ApiVersion
from timegate.asgi.select.selectors import FirstOf, HeaderSelector, PathSelector, QuerySelector, Selector
from timegate.asgi.serve.versions import ApiVersions
from timegate.gates.operation import OperationGate
from timegate.gates.plan.conversion import Program
from timegate.typing import METHODS, Document
from timegate.wire.paths import plain_path

Hook: TypeAlias = Callable[[Document, str], Document]
"""Returns the document to show, from that of a version and the version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What documents show of the versions' selection.

    Args:
        select: finds the version that a request asks for.
        required: whether a request must name one.
        hook: changes the document of a version before it is served.
    """

    select: Selector
    required: bool
    hook: Hook


def unchanged(document: Document, version: str) -> Document:
    """The hook that changes nothing."""
    return document


def document_plan(path: str, version: ApiVersion, versions: ApiVersions, shown: Shown) -> OperationPlan:
    """Plan how requests for the app's OpenAPI document are handled: a version's document replaces it.

    The app gets these requests too: a client that may read the app's document may read this one.

    Args:
        path: the path of the app's document.
        version: the version.
        versions: all versions.
        shown: what the document shows of the selection.
    """
    gate = OperationGate(
        key=f"GET {path}",
        method="GET",
        head_path=path,
        path=path,
        exists=True,
        rewrite=None,
        request=None,
        form=None,
        json_only=False,
        lax=False,
        responses={"200": _document_program(version, versions, shown)},
        success="200",
        response_media={"200": ("application/json",)},
        query=None,
        headers=None,
        cookies=None,
        path_parameters=None,
        statuses={},
        response_headers=(),
        relabels=False,
        gated=True,
    )
    entry = Entry(path, None, {}, frozenset({"GET", "HEAD"}), {"GET": gate.key}, 0)
    return OperationPlan(gate, codec=version.settings.codec, entry=entry, head=entry, shadows=())


def _document_program(version: ApiVersion, versions: ApiVersions, shown: Shown) -> Program:
    """A program that replaces the app's document; it encodes the version's document once."""
    document = _shown_document(version, versions, shown)
    encoded: Encoded | None = None

    def program(head: dict[str, Any]) -> Any:
        nonlocal encoded
        # The servers depend on where this app is mounted, which no contract knows.
        servers: Any = head.get("servers")
        if servers and servers != document.get("servers"):
            return {**document, "servers": servers}
        if encoded is None:
            encoded = Encoded(version.settings.codec.encoded(document))
        return encoded

    return program


def _shown_document(version: ApiVersion, versions: ApiVersions, shown: Shown) -> Document:
    """A version's document with what selects the version."""
    gates = versions.gates
    document = dict(gates.contract(version.value))
    selectors = shown.select.selectors if isinstance(shown.select, FirstOf) else (shown.select,)
    parameters = (_parameter(selector, version.value, required=shown.required) for selector in selectors)
    parameter = next((one for one in parameters if one is not None), None)
    selects_by_path = next((one for one in selectors if isinstance(one, PathSelector)), None)
    if parameter is not None:
        places = {(plain_path(gate.path), gate.method.lower()): gate.key for gate in gates.operations(version.value)}
        document["paths"] = {
            path: {
                key: _with_parameter(operation, parameter, optional=places[path, key] in versions.unversioned)
                if key.upper() in METHODS and (path, key) in places
                else operation
                for key, operation in item.items()
            }
            for path, item in document.get("paths", {}).items()
        }
    elif selects_by_path is not None and "servers" not in document:
        document["servers"] = [{"url": selects_by_path.template.replace("{version}", version.value).rstrip("/")}]
    return shown.hook(document, version.value)


def _parameter(selector: Selector, version: str, *, required: bool) -> dict[str, Any] | None:
    """The OpenAPI parameter that selects a version; None where no parameter of a request does."""
    if not isinstance(selector, HeaderSelector | QuerySelector):
        return None
    schema = {"type": "string", "enum": [version], "default": version, "title": selector.name}
    where = "header" if isinstance(selector, HeaderSelector) else "query"
    return {"name": selector.name, "in": where, "required": required, "schema": schema}


def _with_parameter(operation: dict[str, Any], parameter: dict[str, Any], *, optional: bool) -> dict[str, Any]:
    """An operation with a parameter, if it declares none of this name itself."""
    own: list[dict[str, Any]] = operation.get("parameters", [])
    place = (parameter["in"], parameter["name"].lower())
    if any((one.get("in"), str(one.get("name")).lower()) == place for one in own):
        return operation
    shown = {**parameter, "required": parameter["required"] and not optional}
    return {**operation, "parameters": [*own, shown]}
