"""The contract of a version in the form in which it is frozen: all that is on the wire, and what people read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from timegate.contract import Contract
from timegate.documents.render import Rendered, render
from timegate.gates import Gates
from timegate.typing import Document, is_object
from timegate.wire.schema import rename_references
from timegate.wire.texts import OPERATION_KEYS
from timegate.wire.wire import SIDES, Component, Side, Wire

EXTENSION: Final = "x-timegate"
"""The key of a frozen contract with what OpenAPI has no word for."""

HIDDEN: Final = "x-timegate-hidden"
"""Marks an operation that the served documents leave out."""


@dataclass(frozen=True, slots=True)
class VersionContract:
    """The contract of one version.

    Args:
        document: what is frozen.
        wire: what it was made from.
        identities: by side, the identity of each component by its name in the document.
        keys: the identity of each operation, by method and path in the document.
    """

    document: Document
    wire: Wire
    identities: Mapping[Side, Mapping[str, str]]
    keys: Mapping[str, str]

    def component(self, name: str) -> Component | None:
        """The component with a name in the document; None for one that only texts refer to."""
        for side in SIDES:
            if name in self.identities[side]:
                return self.wire.components(side).get(self.identities[side][name])
        return None


def contract_at(gates: Gates, version: str, *, named: str = "") -> VersionContract:
    """The contract of a version, derived from today's app.

    Args:
        gates: the compiled changes.
        version: a version of their timeline.
        named: what it is called in the document, if not as in the timeline.
    """
    return _rendered(gates.described(version), Contract(gates.head), gates.contract(version), named or version)


def contract_of_head(contract: Contract, version: str) -> VersionContract:
    """The contract that head would have as a version, whether or not its changes can be carried out."""
    return _rendered(contract.wire, contract, contract.document, version)


def _rendered(wire: Wire, contract: Contract, served: Document, version: str) -> VersionContract:
    """The contract of a version.

    It is rendered from the wire, and not edited from the app's own document, so that it also has what documents hide
    and stays the same under another release of the framework.

    Args:
        wire: what is on the wire at the version.
        contract: head's.
        served: the document that clients of the version get, which has texts of operations.
        version: its name.
    """
    shown = replace(wire, operations=tuple(replace(one, hidden=False) for one in wire.operations))
    rendered = render(shown, contract.head.texts, version=version)
    hidden = {one.key for one in wire.operations if one.hidden}
    document = {key: value for key, value in served.items() if key not in ("paths", "components", "servers")}
    document |= {"openapi": "3.1.0", "info": {**served.get("info", {}), "version": version}}
    paths: dict[str, Any] = rendered.document.get("paths", {})
    for key, (path, method) in rendered.places.items():
        texts_of_it = served.get("paths", {}).get(path, {}).get(method, {})
        told = {name: value for name, value in texts_of_it.items() if name not in OPERATION_KEYS}
        paths[path][method] = {**told, **paths[path][method], **({HIDDEN: True} if key in hidden else {})}
    document["paths"] = paths
    components = {**served.get("components", {}), **rendered.document.get("components", {})}
    if components:
        document["components"] = components
    more: dict[str, Any] = {
        "opaque": list(contract.opaque),
        "narrowed": list(contract.narrowed),
        **_standalone(wire, rendered),
    }
    document[EXTENSION] = {key: value for key, value in more.items() if value}
    return VersionContract(
        document,
        wire,
        {side: {name: identity for identity, name in rendered.names[side].items()} for side in SIDES},
        {f"{method.upper()} {path}": key for key, (path, method) in rendered.places.items()},
    )


def _standalone(wire: Wire, rendered: Rendered) -> dict[str, Any]:
    """The schemas of payloads without an operation, under the names of the document."""
    names: Mapping[Side, str] = {"requests": "receives", "responses": "sends"}
    return {
        names[side]: [rename_references(schema, rendered.names[side]) for schema in wire.standalone(side)]
        for side in SIDES
    }


def extension(document: Document, key: str) -> list[Any]:
    """A list that a frozen contract has besides its OpenAPI document."""
    more: object = document.get(EXTENSION, {})
    found: list[Any] = more.get(key, []) if is_object(more) else []
    return found
