"""The classes that values of a type can hold, read from pydantic's core schemas.

JSON Schema may say less: a schema written by hand, a field without one, a serializer that looks at the value. So
this is a second walk, over the types themselves, and `hidden.py` compares both.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, is_dataclass
from functools import partial
from pathlib import PurePath
from typing import Any, Final

from pydantic import BaseModel, SecretStr

from timegate.reading.core_schemas import CLASSES, FUNCTIONS, SEES_WHAT_WAS_SENT, class_in, inner_schemas
from timegate.reading.recorder import Mode
from timegate.reading.secret_values import hides
from timegate.reading.serializers import serializes_by_itself, writes_any_subclass
from timegate.typing import is_object

_UNIONS: Final = frozenset({"union", "tagged-union"})

_SAY_MORE: Final = FUNCTIONS | {
    "decimal", "url", "multi-host-url", "bytes", "complex", "json", "is-instance", "custom-error",
}  # fmt: skip
"""The types of core schemas of scalars that do not read all that their JSON Schema admits."""

_LIMITS: Final = ("min_length", "max_length")


@dataclass(slots=True)
class Held:
    """What a type says besides its schema, outside of the classes in it.

    Attributes:
        classes: the classes that its values can hold, each with whether its subclasses may stand for it with fields of
            their own.
        validators: the names of the app's functions that get a value as it was sent, each with the class of the arm of
            a union that it stands at; None for any.
        refusers: the names of the app's functions that may refuse a value, each with whether it stands in an arm of a
            union.
        scalars: the types of core schemas of scalars in unions that do not read all that their JSON Schema admits.
    """

    classes: dict[Any, bool] = field(default_factory=dict[Any, bool])
    validators: dict[str, Any] = field(default_factory=dict[str, Any])
    refusers: dict[str, bool] = field(default_factory=dict[str, bool])
    scalars: dict[str, None] = field(default_factory=dict[str, None])


_NOTHING: Final = Held()
"""What most types say; one for all of them, which nobody adds to."""


@dataclass(slots=True)
class HeldClasses:
    """What the types of one side hold.

    Args:
        mode: whether they are read or written.

    Attributes:
        by_class: what each class holds, by the names of its fields in Python; None stands for all that is no field.
    """

    mode: Mode
    by_class: dict[Any, dict[str | None, Held]] = field(default_factory=dict[Any, "dict[str | None, Held]"])
    _definitions: dict[str, Any] = field(default_factory=dict[str, Any])

    def add(self, core_schema: Mapping[str, Any]) -> Held:
        """What values of a type hold outside of other classes; notes what those classes hold."""
        found = Held()
        self._walk(core_schema, found, set())
        return found if found != _NOTHING else _NOTHING

    def _walk(
        self, node: Any, found: Held, seen: set[str], *, any_subclass: bool = False, in_arm: bool = False
    ) -> None:
        kind = node.get("type")
        if in_arm and self.mode == "validation":
            if _reads_every_text(node):
                return
            if kind in _SAY_MORE or (node.get("strict") and kind != "str"):
                found.scalars[kind] = None
        serialization = node.get("serialization") if self.mode == "serialization" else None
        if serialization:
            style = serialization["type"]
            if returned := serialization.get("return_schema"):
                self._walk(returned, found, seen)
                return
            if serializes_by_itself(serialization) or hides(node):
                return
            if style in ("format", "to-string"):
                return
            any_subclass = any_subclass or writes_any_subclass(serialization)
        if kind == "definitions":
            self._definitions |= {one["ref"]: one for one in node["definitions"]}
        if kind == "definition-ref":
            reference = node["schema_ref"]
            target = self._definitions.get(reference)
            if target is not None and (reference not in seen or target.get("type") in CLASSES):
                self._walk(target, found, {*seen, reference}, any_subclass=any_subclass, in_arm=in_arm)
        elif kind in CLASSES and "cls" in node:
            model = node["cls"]
            config: Mapping[str, Any] = node.get("config") or {}
            polymorphic = self.mode == "serialization" and bool(config.get("polymorphic_serialization"))
            found.classes[model] = found.classes.get(model, False) or any_subclass or polymorphic
            if model not in self.by_class:
                self.by_class[model] = {None: Held()}
                self._add_fields(node, self.by_class[model])
        else:
            own = self._class_of(node) if kind in FUNCTIONS and self.mode == "validation" else None
            for inner in inner_schemas(node):
                self._walk(inner, found, seen, any_subclass=any_subclass, in_arm=in_arm or kind in _UNIONS)
            self._note_function(node, found if own is None else self.by_class[own][None], in_arm=in_arm)

    def _class_of(self, node: Mapping[str, Any]) -> Any:
        """The class that has a function as a validator of its own; None where the function is that of one place."""
        if "ref" not in node:
            return None
        of_class = class_in(node)
        return None if of_class is None else of_class["cls"]

    def _note_function(self, node: Mapping[str, Any], found: Held, *, in_arm: bool = False) -> None:
        if self.mode == "serialization" or node.get("type") not in FUNCTIONS:
            return
        name = _name_in_the_app(node["function"]["function"])
        if name is not None:
            found.refusers[name] = in_arm or found.refusers.get(name, False)
            if node["type"] in SEES_WHAT_WAS_SENT:
                arm = self._arm_at(node) if in_arm else None
                found.validators[name] = arm if found.validators.get(name, arm) is arm else None

    def _arm_at(self, node: Mapping[str, Any]) -> Any:
        """The class whose objects a function gets; None where they may be of several."""
        inner = class_in(node)
        while inner is None and node.get("type") in {*FUNCTIONS, "definition-ref"}:
            node = self._definitions.get(node["schema_ref"], {}) if "schema_ref" in node else node.get("schema", {})
            inner = class_in(node)
        return None if inner is None else inner["cls"]

    def _add_fields(self, node: Mapping[str, Any], held: dict[str | None, Held]) -> None:
        """Add what the fields of a class hold."""
        rest = held[None]
        inner: Any = node
        while inner is not None and ("fields" not in inner or inner.get("type") == "dataclass"):
            if self.mode == "validation" and inner.get("post_init"):
                rest.refusers["post_init"] = False
            if self.mode == "validation" and inner.get("custom_init"):
                rest.validators[f"{inner['cls'].__qualname__}.__init__"] = None
                rest.refusers["__init__"] = False
            if inner.get("root_model"):
                self._walk(inner["schema"], rest, set())
                return
            self._note_function(inner, rest)
            inner = inner.get("schema")
        if inner is None:
            return
        fields: Any = inner["fields"]
        named = fields.items() if is_object(fields) else ((one["name"], one) for one in fields)
        for name, one in named:
            absent = one.get("serialization_exclude") or one.get("init_only")
            if self.mode == "validation" or not absent:
                held[name] = self.add(one["schema"])
        if extras := inner.get("extras_schema"):
            self._walk(extras, rest, set())
        for computed in inner.get("computed_fields", ()) if self.mode == "serialization" else ():
            held[computed["property_name"]] = self.add(computed["return_schema"])


_TEXTS: Final = tuple({"type": kind, **strict} for kind in ("str", "bytes") for strict in ({}, {"strict": False}))
"""The core schemas of texts without limits."""


def _reads_every_text(node: Mapping[str, Any]) -> bool:
    """Whether a core schema is that of bytes, a path or a secret text without limits: its JSON Schema says all."""
    if node.get("type") == "bytes":
        return {key: value for key, value in node.items() if key in ("type", "strict", *_LIMITS)} in _TEXTS
    lenient: Any = node.get("lax_schema")
    if is_object(lenient) and lenient["type"] == "union":
        # A path comes as a path, or as a text.
        lenient = lenient["choices"][0]
    read: Any = lenient.get("json_schema") if is_object(lenient) else None
    if not is_object(read) or read.get("schema") not in _TEXTS or read["type"] != "function-after":
        return False
    kind: Any = lenient.get("python_schema", {}).get("cls")
    is_path = inspect.isclass(kind) and issubclass(kind, PurePath)
    return is_path or read["function"]["function"] is SecretStr


def _name_in_the_app(function: Any) -> str | None:
    """The name of a function; None for one of pydantic's own, which reads a type as its schema says."""
    while isinstance(function, partial):
        function = function.func
    module, name = str(getattr(function, "__module__", "")), getattr(function, "__qualname__", type(function).__name__)
    return None if module.partition(".")[0] in ("pydantic", "pydantic_core") else name


def subclasses(model: Any) -> Iterator[Any]:
    """The subclasses of a class that are known now, at any depth."""
    known: list[Any] = model.__subclasses__() if isinstance(model, type) else []
    for cls in known:
        if issubclass(cls, BaseModel) or is_dataclass(cls):
            yield cls
        yield from subclasses(cls)
