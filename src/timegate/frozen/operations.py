"""Compares the operations of two documents: paths, parameters, bodies, statuses, media types."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from timegate.frozen.contract import extension
from timegate.frozen.difference import ABSENT, Difference, Kind
from timegate.frozen.schemas import FRAMEWORKS_OWN, Compared, Pair, SchemaComparison
from timegate.typing import METHODS, Document, Schema
from timegate.wire.media import FORMS
from timegate.wire.schema import references, referred
from timegate.wire.wire import Side

_TEXTS: Final = ("summary", "description", "operationId", "tags", "deprecated")


class Parameter(NamedTuple):
    """What tells the parameters of one operation apart."""

    where: str
    name: str


def operations_of(document: Document) -> dict[str, dict[str, Any]]:
    """The operations of a document by method and path, in its order."""
    return {
        f"{method} {path}": item[method.lower()]
        for path, item in document.get("paths", {}).items()
        for method in METHODS
        if method.lower() in item
    }


def credentials_of(operation: Mapping[str, Any], document: Document) -> list[dict[str, Any]]:
    """The credentials that an operation asks for, one of these: by the name of each scheme, what it is."""
    schemes: Mapping[str, Any] = document.get("components", {}).get("securitySchemes", {})
    asked: list[Mapping[str, list[str]]] = operation.get("security", document.get("security", []))
    return [{name: [schemes.get(name, {}), sorted(scopes)] for name, scopes in one.items()} for one in asked] or [{}]


@dataclass(slots=True)
class OperationComparison:
    """Compares one operation of two documents.

    Args:
        key: method and path in today's document.
        schemas: compares their schemas.
        pairs: the components at the same places.
        differences: those of the operation itself.
    """

    key: str
    schemas: SchemaComparison
    pairs: set[Pair] = field(default_factory=set[Pair])
    differences: list[Difference] = field(default_factory=list[Difference])

    def compare(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Compare everything; the result is in ``differences`` and ``pairs``."""
        self._parameters(old, new)
        self._request(old.get("requestBody"), new.get("requestBody"))
        self._responses(old.get("responses", {}), new.get("responses", {}))
        before, after = ({key: one[key] for key in _TEXTS if key in one} for one in (old, new))
        if before != after:
            self._tell(Kind.TEXT, "responses", (), before, after)

    def _tell(self, kind: Kind, side: Side, path: tuple[str, ...], old: Any = ABSENT, new: Any = ABSENT) -> None:
        self.differences.append(
            Difference(kind=kind, sides=(side,), operation=self.key, path=path, old=old, new=new, reaches=(self.key,))
        )

    def _take(self, compared: Compared, side: Side) -> None:
        self.pairs |= compared.pairs
        for found in compared.found:
            self._tell(found.kind, side, found.path, found.old, found.new)

    def _parameters(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        before, after = _parameters_of(old), _parameters_of(new)
        gone = [key for key in before if key not in after]
        come = [key for key in after if key not in before]
        for was, now in _by_position(gone, come):
            # The names of path parameters are no client's business; their schemas are.
            before[now] = before.pop(was)
            gone.remove(was)
            come.remove(now)
        for key in gone:
            required = before[key].get("required")
            self._tell(
                Kind.REQUIRED_KEY_REMOVED if required else Kind.KEY_REMOVED,
                "requests", (key.where, key.name), before[key]["schema"],
            )  # fmt: skip
        for key in come:
            required = after[key].get("required")
            self._tell(
                Kind.REQUIRED_KEY_ADDED if required else Kind.KEY_ADDED,
                "requests", (key.where, key.name), new=after[key]["schema"],
            )  # fmt: skip
        for key in before.keys() & after.keys():
            one, other = before[key], after[key]
            same = bool(one.get("required")) == bool(other.get("required"))
            if not same:
                kind = Kind.BECAME_REQUIRED if other.get("required") else Kind.BECAME_OPTIONAL
                self._tell(kind, "requests", (key.where, key.name), one["schema"], other["schema"])
            schemas = _without_null_default(one["schema"]), _without_null_default(other["schema"])
            # A default means nothing where the parameter is required, and comes and goes with that.
            optional = not one.get("required") and not other.get("required")
            self._take(self.schemas.schemas(*schemas, "requests", (key.where, key.name), defaults=optional), "requests")

    def _request(self, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> None:
        if old is None or new is None:
            if old is not new:
                required = new is not None and new.get("required")
                added = Kind.REQUIRED_BODY_ADDED if required else Kind.BODY_ADDED
                self._tell(
                    added if old is None else Kind.BODY_REMOVED,
                    "requests",
                    ("body",),
                    ABSENT if old is None else old,
                    ABSENT if new is None else new,
                )
            return
        if bool(old.get("required")) != bool(new.get("required")) and not self._follows_from_fields(old, new):
            kind = Kind.BECAME_REQUIRED if new.get("required") else Kind.BECAME_OPTIONAL
            self._tell(kind, "requests", ("body",), dict(old), dict(new))
        self._content(old.get("content", {}), new.get("content", {}), "requests", "body")

    def _follows_from_fields(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        """Whether both are forms that are required where one of their fields is: the fields tell it then."""
        for body, components in ((old, self.schemas.old), (new, self.schemas.new)):
            forms = [body["content"][media].get("schema", {}) for media in FORMS if media in body.get("content", {})]
            fields = [components.get(referred(form) or "", form).get("required") for form in forms]
            if bool(body.get("required")) not in map(bool, fields):
                return False
        return True

    def credentials(self, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
        """Compare the credentials that are asked for: whether those that old clients send still do."""
        before, after = (
            [{json.dumps(one, sort_keys=True) for one in each.values()} for each in asked] for asked in (old, new)
        )
        if before != after:
            served = all(any(needed <= sent for needed in after) for sent in before)
            names = (" or ".join(" and ".join(each) or "none" for each in asked) for asked in (old, new))
            self._tell(Kind.UNSECURED if served else Kind.SECURED, "requests", (), *names)

    def _responses(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        before, after = (
            {status: one for status, one in every.items() if not _is_frameworks_own(one)} for every in (old, new)
        )
        gone = [status for status in before if status not in after]
        come = [status for status in after if status not in before]
        success = [status for status in gone if status.startswith("2")], [one for one in come if one.startswith("2")]
        if len(success[0]) == len(success[1]) == 1:
            (was,), (now,) = success
            self._tell(Kind.STATUS_CHANGED, "responses", (now,), was, now)
            self._response(before[was], after[now], now)
            gone.remove(was)
            come.remove(now)
        for status in gone:
            self._tell(Kind.STATUS_REMOVED, "responses", (status,), before[status])
        for status in come:
            self._tell(Kind.STATUS_ADDED, "responses", (status,), new=after[status])
        for status in before.keys() & after.keys():
            self._response(before[status], after[status], status)
        self._headers(before, after)

    def _headers(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Compare the documented header fields of all responses together, as facts are about them."""
        before, after = _headers_of(old), _headers_of(new)
        for name in [*before, *(name for name in after if name not in before)]:
            path, was, now = ("response_header", name), before.get(name), after.get(name)
            if was is None and now is not None:
                self._tell(Kind.KEY_ADDED, "responses", path, new=now["schema"])
            if was is not None and now is None:
                kind = Kind.REQUIRED_KEY_REMOVED if _is_required(was) else Kind.KEY_REMOVED
                self._tell(kind, "responses", path, was["schema"])
            if was is None or now is None:
                continue
            if _is_required(was) != _is_required(now):
                kind = Kind.BECAME_REQUIRED if _is_required(now) else Kind.BECAME_OPTIONAL
                self._tell(kind, "responses", path, was["schema"], now["schema"])
            self._take(
                self.schemas.schemas(was["schema"], now["schema"], "responses", path, defaults=False), "responses"
            )

    def _response(self, old: Mapping[str, Any], new: Mapping[str, Any], status: str) -> None:
        before, after = old.get("content"), new.get("content")
        if not before or not after:
            if before or after:
                kind = Kind.BODY_ADDED if after else Kind.BODY_REMOVED
                self._tell(kind, "responses", (status,), before or ABSENT, after or ABSENT)
            return
        self._content(before, after, "responses", status)

    def _content(self, old: Mapping[str, Any], new: Mapping[str, Any], side: Side, place: str) -> None:
        for media in old:
            if media not in new:
                self._tell(Kind.MEDIA_REMOVED, side, (place, media), media)
        for media in new:
            if media not in old:
                self._tell(Kind.MEDIA_ADDED, side, (place, media), new=media)
        for media in old.keys() & new.keys():
            schemas: tuple[Schema, Schema] = old[media].get("schema", {}), new[media].get("schema", {})
            self._take(self.schemas.schemas(*schemas, side, (place,)), side)


def standalone(old: Document, new: Document, schemas: SchemaComparison) -> Iterator[tuple[str, Compared, Side]]:
    """Compare the payloads without an operation, each with what people call it."""
    names: tuple[tuple[Side, str], ...] = (("requests", "receives"), ("responses", "sends"))
    for side, key in names:
        before, after = extension(old, key), extension(new, key)
        for one, other in zip(before, after, strict=False):
            yield key, schemas.schemas(one, other, side), side


def _parameters_of(operation: Mapping[str, Any]) -> dict[Parameter, Mapping[str, Any]]:
    found: dict[Parameter, Mapping[str, Any]] = {}
    for one in operation.get("parameters", ()):
        name: str = one["name"]
        found[Parameter(one["in"], name.lower() if one["in"] == "header" else name)] = {"schema": {}, **one}
    return found


def _without_null_default(schema: Schema) -> Schema:
    """The schema of a parameter: that its default is null only says that it may be left out."""
    return {key: value for key, value in schema.items() if key != "default" or value is not None}


def _headers_of(responses: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The documented header fields of responses, by name in lower case; the first response that has one counts."""
    found: dict[str, Mapping[str, Any]] = {}
    for response in responses.values():
        for name, header in response.get("headers", {}).items():
            found.setdefault(name.lower(), {"schema": {}, **header})
    return found


def _is_required(header: Mapping[str, Any]) -> bool:
    return bool(header.get("required"))


def _by_position(gone: list[Parameter], come: list[Parameter]) -> list[tuple[Parameter, Parameter]]:
    """The path parameters that have another name at the same position."""
    before, after = ([one for one in names if one.where == "path"] for names in (gone, come))
    return list(zip(before, after, strict=False)) if len(before) == len(after) else []


def _is_frameworks_own(response: Mapping[str, Any]) -> bool:
    names = {name for media in response.get("content", {}).values() for name in references(media.get("schema", {}))}
    return bool(names) and names <= FRAMEWORKS_OWN
