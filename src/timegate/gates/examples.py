"""Puts the examples in an older version's documents into its clients' words: they are converted as payloads are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from timegate.errors import GateError
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.reach import Reach
from timegate.gates.run.runtime import copy_json
from timegate.gates.source.keywords import NotConvertible
from timegate.gates.source.module import Purpose
from timegate.gates.source.programs import new_module
from timegate.history.misfit import misfit
from timegate.history.steps import ObjectConverted, Step, ValueConverted
from timegate.typing import Schema, is_array, is_object
from timegate.wire.marks import PARAMETER_MARK
from timegate.wire.media import is_json_media
from timegate.wire.schema import ref
from timegate.wire.wire import Body, Component, Operation, Side

_KEYS: Final = ("example", "examples")

_GONE: Final = object()
"""What an example becomes that the older version does not have."""

_Convert = Callable[[Any], Any]
_Texts = Mapping[str, Any]


class Examples:
    """The examples of one side at a version, made from those of the next newer one.

    Args:
        reach: the side, both sides as that of responses: an example goes from head to older versions.
        version: the older version.
    """

    def __init__(self, reach: Reach, version: int) -> None:
        self._reach = reach
        self._conversion = Conversion(version - 1, version)
        self._older, self._newer = reach.components(version), reach.components(version - 1)
        self._known: dict[Purpose, Any] = {}
        self._programs: dict[str, _Convert] = {}

    def component(self, older: Component, shown: Component) -> Component:
        """A component with the examples of the version.

        Args:
            older: the component at the version, with examples that may be those of the newer one.
            shown: as the document of the newer version shows it.
        """
        newer = self._newer[older.name]
        schema = _with_examples(older.schema, newer.schema, shown.schema, self._program(ref(older.name), older.schema))
        properties = dict(older.properties)
        for key, had in newer.properties.items():
            old_key = self._old_key(older, newer, key) if has_examples(had) else None
            if old_key is not None:
                convert, now = self._of_key(older, newer, key, old_key), shown.properties.get(key, {})
                schema_there = properties[old_key]
                if not has_examples(schema_there):
                    # The schema of an old type says nothing of head's values.
                    schema_there = {**schema_there, **{name: had[name] for name in _KEYS if name in had}}
                properties[old_key] = _with_all_examples(schema_there, had, now, convert)
        return replace(older, schema={**schema, "properties": properties} if properties else schema)

    def body(self, older: Body, newer: Body, shown: Body) -> Body:
        """A body with the examples beside its schema's reference."""
        if not has_examples(newer.schema):
            return older
        convert = self._program(newer.schema, older.schema)
        return replace(older, schema=_with_examples(older.schema, newer.schema, shown.schema, convert))

    def around(self, texts: _Texts, had: _Texts, now: _Texts, body: tuple[Body, Body]) -> dict[str, Any]:
        """The OpenAPI object around a body with the examples of the version.

        Args:
            texts: the object.
            had: that of the newer version.
            now: that in the document of the newer version.
            body: the body at the newer version and at this one.
        """
        content: dict[str, Any] = dict(texts.get("content", {}))
        for media, one in content.items():
            if is_json_media(media) and is_object(one):
                convert = self._program(*(one.apart.get(media, one.schema) for one in body))
                before, after = (around.get("content", {}).get(media, {}) for around in (had, now))
                content[media] = _with_examples(one, before, after, convert)
        return {**texts, "content": content}

    def _program(self, newer: Schema, older: Schema) -> _Convert:
        """Converts an example of one schema to another."""

        def convert(value: Any) -> Any:
            converted = self._run(newer, copy_json(value))
            if converted is _GONE or misfit(value, newer, self._newer) is not None:
                # Of an example that leaves out what is required, the older one does too.
                return converted
            return converted if misfit(converted, older, self._older) is None else _GONE

        return convert

    def _old_key(self, older: Component, newer: Component, key: str) -> str | None:
        """The older key that has the examples of a newer key; None where no key has."""
        had = newer.properties[key]
        steps = self._reach.steps(older.name, self._conversion.src)
        carried = [
            name
            for name, schema in older.properties.items()
            if any(one == other is not _GONE for one, other in zip(_examples(schema), _examples(had), strict=True))
            or (not has_examples(schema) and are_converted(steps, name, key))
        ]
        bare, given = self._object(newer, key, _GONE), self._object(newer, key, next(_values(had), None))
        if is_object(bare) and is_object(given):
            for name in carried:
                if name in given and given[name] != bare.get(name, _GONE):
                    return name
        return key if key in carried else None

    def _of_key(self, older: Component, newer: Component, key: str, old_key: str) -> _Convert:
        """Converts an example of a newer key to one of an older key."""
        had, has = newer.properties[key], older.properties[old_key]

        def convert(value: Any) -> Any:
            given = self._object(newer, key, value)
            if not is_object(given) or old_key not in given:
                return value if self._passes(newer.name, key) else _GONE
            fits = misfit(given[old_key], has, self._older) is None
            return given[old_key] if fits or misfit(value, had, self._newer) is not None else _GONE

        return convert

    def _object(self, newer: Component, key: str, value: Any) -> Any:
        """What an object becomes that has a key, and null for each other key that it must have."""
        given = dict.fromkeys(newer.required)
        return self._run(ref(newer.name), given if value is _GONE else {**given, key: copy_json(value)})

    def _passes(self, name: str, key: str) -> bool:
        """Whether the values of a key are the same at both versions."""
        schema = self._newer[name].properties[key]
        is_same = schema == self._older[name].properties.get(key)
        return is_same and not self._reach.needs(schema, self._conversion)

    def _run(self, schema: Schema, value: Any) -> Any:
        try:
            text = repr(schema)
            if text not in self._programs:
                module = new_module(self._reach, self._known)
                name = module.root(schema, self._conversion)
                self._programs[text] = copy_json if name is None else module.build()[name]
            return self._programs[text](value)
        except (GateError, NotConvertible):
            # A function of the app may want what an example does not give.
            return _GONE


def are_converted(steps: Iterable[Step], *keys: str) -> bool:
    """Whether a function or a table of a step changes the values of one of some keys."""
    return any(
        isinstance(step, ObjectConverted) or (isinstance(step, ValueConverted) and step.key in keys) for step in steps
    )


def with_old_examples(
    older: Operation, newer: Operation, shown: Operation, of: Callable[[Side], Examples]
) -> Operation:
    """An operation with the examples of a version.

    Args:
        older: the operation at the version, with examples that may be those of the newer one.
        newer: at the newer version.
        shown: as the document of the newer version shows it.
        of: gives the examples of a side.
    """
    texts, request = dict(older.texts), older.request
    arounds = [texts.get("request", {}), *texts.get("responses", {}).values()]
    if not any(map(_has_content, arounds)) and (request is None or not has_examples(request.schema)):
        return older
    if request is not None and newer.request is not None and shown.request is not None:
        request = of("requests").body(request, newer.request, shown.request)
        if _has_content(texts.get("request", {})):
            bodies = newer.request, request
            before, after = newer.texts.get("request", {}), shown.texts.get("request", {})
            texts["request"] = of("requests").around(texts["request"], before, after, bodies)
    responses: dict[str, Any] = dict(texts.get("responses", {}))
    for status, around in responses.items():
        body, had = older.responses.get(status), newer.responses.get(status)
        if body is not None and had is not None and _has_content(around):
            before, after = (one.texts.get("responses", {}).get(status, {}) for one in (newer, shown))
            responses[status] = of("responses").around(around, before, after, (had, body))
    if responses:
        texts["responses"] = responses
    return replace(older, request=request, texts=texts)


def _has_content(around: _Texts) -> bool:
    return any(is_object(one) and has_examples(one) for one in around.get("content", {}).values())


def has_examples(node: _Texts) -> bool:
    """Whether a schema, or the parameter that it is of, has an example."""
    return any(key in node for key in _KEYS) or any(key in node.get(PARAMETER_MARK, ()) for key in _KEYS)


def _values(node: _Texts) -> Iterator[Any]:
    """Each example of a schema, and of the parameter that it is of."""
    for one in (node, node.get(PARAMETER_MARK, {})):
        if "example" in one:
            yield one["example"]
        several = one.get("examples", ())
        if is_object(several):
            yield from (named["value"] for named in several.values() if is_object(named) and "value" in named)
        elif is_array(several):
            yield from several


def _examples(node: _Texts) -> tuple[Any, ...]:
    beside: _Texts = node.get(PARAMETER_MARK, {})
    return tuple(one.get(key, _GONE) for one in (node, beside) for key in _KEYS)


def _with_all_examples(texts: _Texts, had: _Texts, now: _Texts, convert: _Convert) -> dict[str, Any]:
    """The schema of a property with its examples, and with those beside the schema of a parameter."""
    changed = _with_examples(texts, had, now, convert)
    if PARAMETER_MARK in texts:
        before, after = had.get(PARAMETER_MARK, {}), now.get(PARAMETER_MARK, {})
        changed[PARAMETER_MARK] = _with_examples(texts[PARAMETER_MARK], before, after, convert)
    return changed


def _with_examples(texts: _Texts, had: _Texts, now: _Texts, convert: _Convert) -> dict[str, Any]:
    """A schema, or an object with texts, whose examples are converted where they are those of the newer version.

    Args:
        texts: the object.
        had: that of the newer version.
        now: that in the document of the newer version.
        convert: converts one example.
    """
    changed = dict(texts)
    for key in _KEYS:
        if key not in texts or key not in had or texts[key] != had[key]:
            continue
        found = _converted(now[key], convert, is_one=key == "example") if key in now else _GONE
        if found is _GONE:
            del changed[key]
        else:
            changed[key] = found
    return changed


def _converted(examples: Any, convert: _Convert, *, is_one: bool) -> Any:
    """One example, several, or several by name, converted; gone where none is left."""
    if is_one:
        return convert(examples)
    if is_array(examples):
        left = [one for one in map(convert, examples) if one is not _GONE]
        return left or _GONE
    if not is_object(examples):
        return examples
    named: dict[str, Any] = {}
    for name, one in examples.items():
        value = convert(one["value"]) if is_object(one) and "value" in one else None
        if value is not _GONE:
            named[name] = {**one, "value": value} if is_object(one) and "value" in one else one
    return named or _GONE
