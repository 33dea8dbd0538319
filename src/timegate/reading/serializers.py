"""What core schemas say of serializers, and of what these give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from timegate.typing import is_object, type_of

_PARTS: Final = {
    "dict": "values_schema", "list": "items_schema", "set": "items_schema", "frozenset": "items_schema",
    "generator": "items_schema",
}  # fmt: skip
"""The part of a core schema of a container that says what is in it."""

_AROUND: Final = frozenset({"nullable", "default", "definitions", "function-after", "function-before", "function-wrap"})
"""The types of core schemas around the schema of the same values."""

_OBJECTS: Final = frozenset({"model", "dataclass", "typed-dict"})

_UNIONS: Final = frozenset({"union", "tagged-union"})


def serializes_by_itself(serialization: Any) -> bool:
    """Whether a function of the app writes values; pydantic's own, such as that of a sequence, write what is described.

    Args:
        serialization: that part of a core schema; None where it has none.
    """
    if not serialization or serialization.get("type") not in ("function-plain", "function-wrap"):
        return False
    return not is_pydantics(serialization["function"])


def writes_any_subclass(serialization: Mapping[str, Any]) -> bool:
    """Whether an object is written with the fields of its own class, whatever the place declares: `SerializeAsAny`."""
    if serialization["type"] == "any":
        return True
    # Earlier releases of pydantic have a function of their own for it.
    given: Mapping[str, Any] = serialization.get("schema") or {}
    return given.get("type") == "any" and is_pydantics(serialization["function"])


def is_pydantics(function: Any) -> bool:
    """Whether a function is one of pydantic's own."""
    return str(getattr(function, "__module__", "")).partition(".")[0] == "pydantic"


def hides_keys(serialization: Mapping[str, Any], given: Any, definitions: Mapping[str, Any]) -> bool:
    """Whether a function of the app writes values, and its return type does not say which keys their objects have.

    It then lets the function give anything, or a dict where it gets an object: its keys may be those of the object.

    Args:
        serialization: that part of a core schema.
        given: the core schema of what the function gets.
        definitions: the core schemas that others refer to.
    """
    is_own = serializes_by_itself(serialization)
    return is_own and _Shapes(definitions).says_less(serialization.get("return_schema"), given)


class _Shapes:
    """Compares core schemas.

    Args:
        definitions: the core schemas that others refer to.
    """

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self._seen: set[str] = set()

    def says_less(self, returned: Any, given: Any) -> bool:
        """Whether a return type does not name the keys of objects that are given, or says nothing at all."""
        if returned is None:
            return True
        reference = str(returned.get("schema_ref", ""))
        if reference and reference in self._seen:
            return False
        self._seen |= {reference} - {""}
        one = self._bare(returned)
        kind = one.get("type")
        if kind in _UNIONS:
            return any(self.says_less(choice, given) for choice in _choices(one))
        if kind == "tuple":
            return any(self.says_less(item, None) for item in one["items_schema"])
        part = _PARTS.get(str(kind))
        if part is None:
            return kind == "any"
        if kind == "dict" and any(arm.get("type") in _OBJECTS for arm in self._arms(given)):
            return True
        inner = next((arm[part] for arm in self._arms(given) if part in arm), None)
        return self.says_less(one.get(part), inner)

    def _arms(self, given: Any) -> Iterator[Mapping[str, Any]]:
        if given is None:
            return
        one = self._bare(given)
        if one.get("type") in _UNIONS:
            yield from map(self._bare, _choices(one))
        else:
            yield one

    def _bare(self, schema: Any) -> Mapping[str, Any]:
        """A core schema without what is around it."""
        while True:
            kind = schema.get("type")
            if kind == "definition-ref":
                schema = self._definitions.get(schema["schema_ref"], {})
            elif kind == "json-or-python":
                schema = schema["json_schema"]
            elif (kind in _AROUND or schema.get("root_model")) and "schema" in schema:
                schema = schema["schema"]
            else:
                return schema if is_object(schema) else {}


def _choices(union: Mapping[str, Any]) -> Iterator[Any]:
    choices: Any = union["choices"]
    for one in choices.values() if is_object(choices) else choices:
        # A choice may come with its label.
        yield one[0] if type_of(one) is tuple else one
