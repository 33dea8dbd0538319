"""Writes how values are converted by their schema: arms of unions, components, containers and what is in them."""

from __future__ import annotations

from typing import Final

from timegate.errors import KEY_LABEL, ArmName
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.enums import plan_enum
from timegate.gates.run.value_checks import NO_DICT
from timegate.gates.source.enums import write_enum
from timegate.gates.source.keywords import refuse_obstacles
from timegate.gates.source.leaves import lists_at, tuple_fields
from timegate.gates.source.module import Module
from timegate.gates.source.unions import write_union
from timegate.gates.source.writer import Writer
from timegate.typing import Schema, is_object
from timegate.wire.json_types import EVERY
from timegate.wire.marks import NEWER_ARMS_MARK, OMIT_MARK
from timegate.wire.schema import arms_of, referred

_DEEPEST: Final = 12
"""How deep blocks are nested in one function, before values deeper in a schema get a function of their own."""


def write_schema(module: Module, writer: Writer, schema: Schema, var: str, conversion: Conversion) -> None:
    """Write how the value of a variable is converted by its schema; nothing where it stays as it is."""
    if not module.reach.needs(schema, conversion):
        return
    refuse_obstacles(schema, module.reach.touched(conversion))
    if writer.depth > _DEEPEST and referred(schema) is None:
        # Python compiles no deeper blocks, and a schema may be nested deeper.
        writer.add(f"{var} = {module.later(schema, conversion)}({var})")
        return
    if arms_of(schema) or schema.get(NEWER_ARMS_MARK):
        write_union(module, writer, schema, var, conversion)
        return
    target = referred(schema)
    if target is not None:
        enum_plan = plan_enum(module.reach, target, conversion)
        if enum_plan is not None:
            write_enum(module, writer, module.reach.component(target, conversion.src), enum_plan, var, conversion)
        elif target in module.reach.touched(conversion):
            writer.add(f"{var} = {module.function(target, conversion)}({var})")
        return
    for part in schema.get("allOf", ()):
        module.walk(writer, part, var, conversion)
    _containers(module, writer, schema, var, conversion)


def _containers(module: Module, writer: Writer, schema: Schema, var: str, conversion: Conversion) -> None:
    def needed(keyword: str) -> Schema | None:
        inner = schema.get(keyword)
        return inner if is_object(inner) and module.reach.needs(inner, conversion) else None

    items, first_items = needed("items"), schema.get("prefixItems", [])
    if items is not None or any(module.reach.needs(item, conversion) for item in first_items):
        if module.upgrades and not conversion.described and (fields := tuple_fields(schema)) is not None:
            with writer.block(f"if type({var}) is dict:"):
                writer.add(f"{var} = {module.name(fields)}.as_list({var})")
        with writer.container(var, "list"):
            _refuse_more_items(module, writer, schema, var, conversion)
            for index, item in enumerate(first_items):
                if module.reach.needs(item, conversion):
                    with writer.block(f"if len({var}) > {index}:"):
                        _item(module, writer, item, f"{var}[{index}]", index, conversion)
            if items is not None:
                start = len(first_items)
                pairs = f"enumerate({var}[{start}:], {start})" if start else f"enumerate({var})"
                _each(module, writer, items, pairs, var, conversion)
                if schema.get("uniqueItems"):
                    writer.add(f"{var} = unique({var})")
        _refuse_other_types(module, writer, schema, var, conversion)
    values, keys = needed("additionalProperties"), needed("propertyNames")
    if values is not None and "properties" not in schema:
        with writer.container(var, "dict"):
            _each(module, writer, values, f"{var}.items()", var, conversion)
        _refuse_other_types(module, writer, schema, var, conversion)
    if keys is not None:
        with writer.block(f"if type({var}) is dict:"):
            _keys(module, writer, keys, var, conversion)


def _keys(module: Module, writer: Writer, schema: Schema, var: str, conversion: Conversion) -> None:
    """Write how the keys of a dict are converted; an error lies at a key, and not at its value."""
    convert = module.function_of(schema, conversion._replace(keys=True))
    made, key, value = map(module.fresh, "oix")
    writer.add(f"{made} = {{}}")
    at_key = module.name(ArmName(KEY_LABEL))
    with writer.block(f"for {key}, {value} in {var}.items():"), writer.errors_at(key), writer.errors_at(at_key):
        writer.add(f"{made}[{convert}({key})] = {value}")
    writer.add(f"{var} = {made}")


def _each(module: Module, writer: Writer, schema: Schema, pairs: str, var: str, conversion: Conversion) -> None:
    target = referred(schema) if len(schema) == 1 and not writer.is_asking else None
    if target is not None and plan_enum(module.reach, target, conversion) is None:
        # The usual case is a call: Python would take long to compile a loop at each of these places.
        each = "collect_each" if module.upgrades else "convert_each"
        writer.add(f"{each}({var}, {pairs}, {module.function(target, conversion)})")
        return
    key, value = module.fresh("i"), module.fresh("x")
    if module.upgrades:
        failures, unread = module.fresh("errors"), None
        writer.add(f"{failures} = None")
        if OMIT_MARK in schema and conversion.judges:
            unread = module.fresh("u")
            writer.add(f"{unread} = []")
        with writer.block(f"for {key}, {value} in {pairs}:"), writer.collecting(failures, key, unread=unread):
            module.walk(writer, schema, value, conversion)
            writer.add(f"{var}[{key}] = {value}")
        writer.raise_collected(failures)
        if unread is not None:
            writer.add(f"omit({var}, {unread})")
        return
    writer.add(f"{key} = 0")
    with writer.errors_at(key), writer.block(f"for {key}, {value} in {pairs}:"):
        module.walk(writer, schema, value, conversion)
        writer.add(f"{var}[{key}] = {value}")


def _item(module: Module, writer: Writer, schema: Schema, place: str, index: int, conversion: Conversion) -> None:
    value = module.fresh("x")
    with writer.errors_at(str(index)):
        writer.add(f"{value} = {place}")
        module.walk(writer, schema, value, conversion)
        writer.add(f"{place} = {value}")


def _refuse_more_items(module: Module, writer: Writer, schema: Schema, var: str, conversion: Conversion) -> None:
    """Write that a tuple has no more items than its schema: its server looks at none of them where it has more."""
    most, fields = schema.get("maxItems"), tuple_fields(schema)
    # A named tuple whose class is called looks at each.
    is_called = fields is not None and fields.exact
    if module.upgrades and conversion.judges and most == len(schema.get("prefixItems", [])) and not is_called:
        with writer.block(f"if len({var}) > {most}:"):
            writer.add(f"raise too_long({most}, len({var}), {'Tuple' if fields is None else 'NamedTuple'!r})")


def _refuse_other_types(module: Module, writer: Writer, schema: Schema, var: str, conversion: Conversion) -> None:
    if module.upgrades and not conversion.judges:
        return
    types = module.reach.python_types(schema, conversion.src)
    if types != EVERY:
        # A null that no schema mentions passes: the newest client gets it too.
        allowed = types if module.upgrades else types | {type(None)}
        with writer.block(f"elif {module.is_not(var, allowed)}:"):
            if module.upgrades:
                told = f"objects={NO_DICT!r}, lists={lists_at(schema)!r}"
                writer.add(f"raise wrong_type(*{module.name(types)}, {told})")
            else:
                writer.add("refuse(E, 'the value has another JSON type than its schema', None)")
