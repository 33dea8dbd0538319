"""One request to both apps, and what is known of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from tests.twins.driver import Response
from tests.twins.meaning import Boundary, up
from tests.twins.meaning import whole as changed_whole
from tests.twins.reading import read
from tests.twins.requests import Request
from tests.twins.shapes import Operation, World
from tests.twins.values import Obj, each, filled, is_dict, is_list, same

WHOLE: Final = ("body", "asked")
"""The arguments that are no single parameters."""


@dataclass
class Exchange:
    """A request, what both apps made of it and what they sent back.

    Args:
        request: of the old client.
        old: the operation at the client's version.
        head: the same at head.
        oldest: the API at the client's version.
        newest: at head.
        boundaries: what lies between them, the oldest first.
        old_response: of the old app.
        new_response: of the new app, through the middleware.
        old_heard: what the old handler was given; None where none was called.
        new_heard: what head's was.
        received: the body that reached head.
        sent: the body that left head.
        log: what timegate logged.
    """

    request: Request
    old: Operation
    head: Operation
    oldest: World
    newest: World
    boundaries: Sequence[Boundary]
    old_response: Response
    new_response: Response
    old_heard: dict[str, Any] | None
    new_heard: dict[str, Any] | None
    received: bytes | None
    sent: bytes
    log: str

    @property
    def accepted(self) -> bool:
        """Whether the old app accepted the request."""
        return self.old_heard is not None

    @property
    def verbs(self) -> frozenset[str]:
        return frozenset(fact.verb for boundary in self.boundaries for fact in boundary.facts)

    @cached_property
    def expected(self) -> dict[str, Any]:
        """What head's handler should have been given."""
        heard = self.old_heard or {}
        single = {one.name: heard[one.name.replace("-", "_")] for one in self.old.parameters}
        names = [name for name in heard if name in WHOLE and not _is_single(name, self.old)]
        whole = {name: heard[name] for name in names}
        for boundary in self.boundaries:
            whole = {
                name: up(value, boundary, partial=name == "body" and self.old.method == "PATCH")
                for name, value in whole.items()
            }
            single = {name: up(value, boundary) for name, value in single.items()}
            if "body" in whole:
                whole["body"] = changed_whole(whole["body"], boundary, self.old.uid, "request")
            for fact in boundary.about(f"{self.old.uid}.parameters"):
                fact.up(single)
        found = {**{name.replace("-", "_"): value for name, value in single.items()}, **whole}
        return {name: self._as_set(value) for name, value in found.items()}

    def _as_set(self, value: Any) -> Any:
        """Without the fields of which nobody can tell that they are set: an extra key is called like them."""
        if not isinstance(value, Obj):
            return each(value, self._as_set)
        extra = value.extra or {}
        shapes = {one.name: one for one in self.newest.fields(value.model)}
        if not self.newest.models[value.model].tells_what_is_set:
            return self._with_defaults(value)
        kept = {
            name: self._as_set(item)
            for name, item in value.fields.items()
            if not (name in extra and name in shapes and same(item, shapes[name].default))
        }
        return Obj(value.model, kept, value.extra)

    def _with_defaults(self, value: Obj) -> Obj:
        """With the defaults of head, as of an instance that does not tell them from what is set."""
        given = {**filled(Obj(value.model, dict(value.fields)), self.newest).fields, **value.fields}
        return Obj(value.model, {name: self._as_set(item) for name, item in given.items()}, value.extra)

    @property
    def failed(self) -> bool:
        """Whether the old handler has not found what was asked for."""
        return self.old.fails is not None and self.old_response.status == self.old.failing

    @cached_property
    def read(self) -> tuple[Any, Any]:
        """What an old client makes of both bodies."""
        kind = self.old.response
        old, new = json.loads(self.old_response.body), json.loads(self.new_response.body)
        if self.failed and self.old.fails is not None:
            kind = self.old.fails
            old, new = (
                (body["detail"] if is_dict(body) and body.keys() == {"detail"} else body) for body in (old, new)
            )
        by_alias = self.old.by_alias or self.failed
        return read(old, kind, self.oldest, by_alias=by_alias), read(new, kind, self.oldest, by_alias=by_alias)

    @cached_property
    def old_details(self) -> list[Any]:
        return _details(self.old_response)

    @cached_property
    def new_details(self) -> list[Any]:
        return _details(self.new_response)


def _is_single(name: str, one: Operation) -> bool:
    return any(parameter.name == name for parameter in one.parameters)


def _details(response: Response) -> list[Any]:
    """The entries of a 422, as place, type and input."""
    if response.status != 422:
        # An error that a handler raises may have a list as its detail, too.
        return []
    try:
        found = json.loads(response.body)["detail"]
    except (ValueError, KeyError, TypeError):
        return []
    if not is_list(found) or not all(is_dict(entry) and {"loc", "type"} <= entry.keys() for entry in found):
        return []
    return [{key: entry[key] for key in ("loc", "type", "input") if key in entry} for entry in found]
