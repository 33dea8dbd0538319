"""Whether payloads are valid in an OpenAPI document, by a JSON Schema validator that knows nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from jsonschema import Draft202012Validator

from tests.twins.shapes import Operation

Validator: TypeAlias = Callable[[Any], Iterable[Any]]
"""Gives what is wrong with a value."""


_DRAFT: Final[Any] = Draft202012Validator


class Documents:
    """Validates the bodies of a document's operations."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self._known: dict[tuple[str, str], Validator | None] = {}
        self._judged: dict[tuple[str, str, str], str | None] = {}

    def response(self, one: Operation, value: Any, status: int) -> str | None:
        """Say what is wrong with a response of an operation; None where it is valid."""
        return self._fault(one, str(status), value)

    def request(self, one: Operation, value: Any) -> str | None:
        """Say what is wrong with the body of a request; None where it is valid."""
        return self._fault(one, "request", value)

    def header_fields(self, one: Operation) -> set[str]:
        """The names of the header fields of a success of an operation."""
        response = self.document["paths"][one.path][one.method.lower()]["responses"][str(one.status)]
        return {name.lower() for name in response.get("headers", {})}

    def _fault(self, one: Operation, side: str, value: Any) -> str | None:
        """What is wrong, found once for each value: the same few responses are sent again and again."""
        key = (one.uid, side, repr(value))
        if key not in self._judged:
            self._judged[key] = self._found(one, side, value)
        return self._judged[key]

    def _found(self, one: Operation, side: str, value: Any) -> str | None:
        key = (one.uid, side)
        if key not in self._known:
            self._known[key] = self._validator(one, side)
        validator = self._known[key]
        if validator is None:
            return "the document does not have it"
        error: Any = next(iter(validator(value)), None)
        return None if error is None else f"at /{'/'.join(map(str, error.absolute_path))}: {error.message[:160]}"

    def _validator(self, one: Operation, side: str) -> Validator | None:
        try:
            said = self.document["paths"][one.path][one.method.lower()]
            holder = said["requestBody"] if side == "request" else said["responses"][side]
            schema = holder["content"]["application/json"]["schema"]
        except KeyError:
            return None
        found = _DRAFT({**schema, "components": self.document.get("components", {})})
        errors: Validator = found.iter_errors
        return errors
