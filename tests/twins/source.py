"""Writes an API as the Python that somebody would have written, so that what is run is what is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.twins.meaning import Boundary
from tests.twins.own_forms import SOURCE
from tests.twins.shapes import (
    ABSENT,
    BYTES,
    DATACLASS,
    DATACLASSES,
    FILE,
    MODEL,
    PYDANTIC_DATACLASS,
    REQUIRED,
    TYPED_DICT,
    DictOf,
    EnumOf,
    FieldShape,
    ListOf,
    LiteralOf,
    ModelOf,
    ModelShape,
    Nullable,
    Operation,
    PairOf,
    Parameter,
    Scalar,
    SetOf,
    Tag,
    TupleOf,
    Type,
    UnionOf,
    World,
    parts,
    reached,
)
from tests.twins.values import TUPLE, Member, Pair, is_dict, is_list

IMPORTS = """\
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar, Union
from uuid import UUID

from fastapi import APIRouter, Body, Cookie, Depends, FastAPI, File, Form, Header, Path, Query, Response, UploadFile
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, computed_field, field_validator, with_config
from pydantic.dataclasses import dataclass as pydantic_dataclass
from typing_extensions import NotRequired, TypedDict

from tests.twins.functions import *
from tests.twins.own_forms import refused
from timegate import Timeline, Version, VersionChange, endpoint, enum, on, sibling

T = TypeVar("T")
"""


def literal(value: Any) -> str:
    """A canonical default as code."""
    match value:
        case Member(enum, inner):
            return f"{enum}({inner!r})"
        case datetime():
            return f"datetime({value.year}, {value.month}, {value.day}, {value.hour}, {value.minute}, {value.second})"
        case Decimal():
            return f"Decimal({str(value)!r})"
        case date():
            return f"date({value.year}, {value.month}, {value.day})"
        case UUID():
            return f"UUID({str(value)!r})"
        case _ if is_list(value):
            return f"[{', '.join(map(literal, value))}]"
        case _ if is_dict(value):
            return f"{{{', '.join(f'{literal(key)}: {literal(item)}' for key, item in value.items())}}}"
        case Pair(pair, items):
            inside = "".join(f"{literal(item)}, " for item in items)
            return f"({inside})" if pair == TUPLE else f"{pair}({inside})"
        case _:
            return repr(value)


def annotation(kind: Type, world: World) -> str:
    """A type as code."""
    match kind:
        case Scalar(name, ()):
            return name
        case Scalar(name, limits):
            return f"Annotated[{name}, Field({', '.join(f'{key}={value}' for key, value in limits)})]"
        case EnumOf(enum):
            return enum
        case Tag(value):
            return f"Literal[{value!r}]"
        case ModelOf(model):
            shape = world.models[model]
            argument = f"[{annotation(ModelOf(shape.parameter), world)}]" if shape.parameter else ""
            return f"{shape.name}{argument}"
        case PairOf(pair):
            return pair
        case ListOf(item):
            return f"list[{annotation(item, world)}]"
        case SetOf(item):
            return f"set[{annotation(item, world)}]"
        case DictOf(item, enum):
            return f"dict[{enum or 'str'}, {annotation(item, world)}]"
        case TupleOf(items):
            return f"tuple[{', '.join(annotation(item, world) for item in items)}]"
        case LiteralOf(values):
            return f"Literal[{', '.join(map(repr, values))}]"
        case Nullable(item):
            return f"Union[{annotation(item, world)}, None]"
        case UnionOf(arms, tag):
            union = f"Union[{', '.join(annotation(arm, world) for arm in arms)}]"
            return union if tag is None else f"Annotated[{union}, Field(discriminator={tag!r})]"


def field_line(one: FieldShape, model: ModelShape, world: World) -> str:
    hint, aliases = _hint(one, model, world), _aliases(one)
    default = literal(one.default) if one.has_default else None
    named = re.search(rf"\b{model.name}\b", hint) is not None
    if model.kind == TYPED_DICT:
        # Which keys may be left out must be known before the class is.
        hint = f'"{hint}"' if named else hint
        return f"    {one.name}: {f'NotRequired[{hint}]' if one.default is ABSENT else hint}"
    if model.kind == DATACLASS and aliases:
        hint, aliases = f"Annotated[{hint}, Field({', '.join(aliases)})]", []
    # A model that holds itself names itself before it is there.
    line = f'    {one.name}: "{hint}"' if named else f"    {one.name}: {hint}"
    shared = model.kind in DATACLASSES and (is_list(one.default) or is_dict(one.default))
    # Only what the built-in ones make is known to be the same on each call.
    factory = f"lambda: {default}" if one.default else type(one.default).__name__
    if shared and model.kind == DATACLASS:
        return f"{line} = field(default_factory={factory})"
    if aliases or shared:
        said = [] if default is None else [f"default_factory={factory}" if shared else f"default={default}"]
        return f"{line} = Field({', '.join([*said, *aliases])})"
    return line if default is None else f"{line} = {default}"


def _hint(one: FieldShape, model: ModelShape, world: World) -> str:
    hint = annotation(one.type, world)
    argument = None if model.parameter is None else ModelOf(model.parameter)
    if argument is not None and argument in parts(one.type):
        return re.sub(rf"\b{annotation(argument, world)}\b", "T", hint)
    return hint


def _aliases(one: FieldShape) -> list[str]:
    """The spellings of a field, as `Field` takes them."""
    if one.reads is not None and one.reads == one.writes and one.also is None:
        return [f"alias={one.reads!r}"]
    choices = f"AliasChoices({one.reads!r}, {one.also!r})" if one.also else repr(one.reads)
    said = [f"validation_alias={choices}"] if one.reads else []
    return said + ([f"serialization_alias={one.writes!r}"] if one.writes else [])


def model_source(model: ModelShape, world: World) -> str:
    config = [f"extra={model.extra!r}"] if model.extra != "ignore" else []
    config += ["populate_by_name=True"] if model.by_name else []
    config += [f"{name}=True" for name in model.config]
    lines = [*_head(model, world, f"ConfigDict({', '.join(config)})" if config else "")]
    lines += [field_line(one, model, world) for one in model.fields]
    splits = [one.name for one in model.fields if one.splits]
    if splits:
        lines += [
            f"    @field_validator({', '.join(map(repr, splits))}, mode='before')",
            "    @classmethod",
            "    def parts_of_a_text(cls, value: Any) -> Any:",
            "        return value.split(',') if isinstance(value, str) else value",
        ]
    for name in model.computed:
        lines += ["    @computed_field", "    @property", f"    def {name}(self) -> str:", "        return 'made'"]
    return "\n".join([*lines, *(["    pass"] if lines[-1].startswith("class ") else [])])


def _head(model: ModelShape, world: World, config: str) -> Iterator[str]:
    """The lines above the fields of a class."""
    base = world.models[model.base].name if model.base else ""
    if model.kind == MODEL:
        bases = [base or "BaseModel", *(["Generic[T]"] if model.parameter else [])]
        yield f"class {model.name}({', '.join(bases)}):"
        if config:
            yield f"    model_config = {config}"
        return
    if model.kind == PYDANTIC_DATACLASS:
        yield f"@pydantic_dataclass(kw_only=True{f', config={config}' if config else ''})"
    else:
        # Without settings of its own, it has those of the first model that holds it.
        config = config or "ConfigDict(extra='ignore')"
        yield f"@with_config({config})"
    if model.kind == DATACLASS:
        yield "@dataclass(kw_only=True)"
    base = base or ("TypedDict" if model.kind == TYPED_DICT else "")
    yield f"class {model.name}({base}):" if base else f"class {model.name}:"


def models_in_order(world: World) -> list[ModelShape]:
    """Every model after those it holds."""
    done: dict[str, ModelShape] = {}

    def add(uid: str) -> None:
        if uid in done or uid in waiting:
            return
        waiting.add(uid)
        model = world.models[uid]
        if model.base:
            add(model.base)
        for one in model.fields:
            for part in reached(world, one.type):
                if isinstance(part, ModelOf):
                    add(part.model)
        done[uid] = model

    waiting: set[str] = set()
    for uid in world.models:
        add(uid)
    return list(done.values())


def types_source(world: World) -> str:
    """All classes of a version."""
    blocks: list[str] = []
    bases = {"str": "str, Enum", "int": "IntEnum", "plain": "Enum"}
    for enum in world.enums.values():
        members = "\n".join(f"    m_{value} = {value!r}" for value in enum.members)
        blocks.append(f"class {enum.uid}({bases[enum.kind]}):\n{members}")
    for pair in world.pairs.values():
        items = "\n".join(f"    {name}: {annotation(kind, world)}" for name, kind in pair.items)
        blocks.append(f"class {pair.uid}(NamedTuple):\n{items}")
    blocks += [model_source(one, world) for one in models_in_order(world)]
    return "\n\n".join(blocks)


def parameter_source(one: Parameter, world: World, *, embedded: bool = False) -> str:
    name = one.name.replace("-", "_")
    default = "" if one.default is REQUIRED else f" = {literal(one.default)}"
    place = "File" if {FILE, BYTES} & {*parts(one.type)} else one.where.title()
    said = "embed=True" if embedded else f"alias={one.name!r}" if name != one.name and one.where != "header" else ""
    return f"{name}: Annotated[{annotation(one.type, world)}, {place}({said})]{default}"


def operation_source(one: Operation, world: World) -> str:
    arguments = [parameter_source(parameter, world, embedded=parameter.where == "body") for parameter in one.parameters]
    names = [argument.split(":")[0] for argument in arguments]
    given, before = ", ".join(f"{name}={name}" for name in names), ""
    if one.depends and arguments:
        before = f"async def read_{one.uid}(*, {', '.join(arguments)}) -> Any:\n    return dict({given})\n\n"
        arguments, given = [f"read: Annotated[Any, Depends(read_{one.uid})]"], "**read"
    if one.body is not None:
        default = " = None" if isinstance(one.body, Nullable) else ""
        arguments.append(f"body: Annotated[{annotation(one.body, world)}, Body()]{default}")
    if one.asked is not None:
        arguments.append(f"asked: Annotated[{world.models[one.asked].name}, {one.asked_in.title()}()]")
    whole = [f"{name}={name}" for name in ("body", "asked") if getattr(one, name) is not None]
    given = ", ".join([given, *whole] if given else whole)
    if one.shown:
        arguments.append("response: Response")
    star = "*, " if arguments else ""
    prefix = f"/{one.path.split('/')[1]}"
    routed = one.routed and "{" not in prefix
    router, path = (f"router_{one.uid}", one.path.removeprefix(prefix)) if routed else ("app", one.path)
    head = f"{router} = APIRouter(prefix={prefix!r})\n\n" if routed else ""
    tail = f"\n\napp.include_router({router})" if routed else ""
    return (
        f"{before}{head}@{router}.{one.method.lower()}({path!r}, response_model={annotation(one.response, world)},"
        f" {', '.join(_options(one, world))})\n"
        f"async def {one.uid}({star}{', '.join(arguments)}) -> Any:\n"
        f"    return hear({one.uid!r}, dict({given}){', response' if one.shown else ''}){tail}"
    )


def _options(one: Operation, world: World) -> Iterator[str]:
    """What its decorator says of responses."""
    yield f"status_code={one.status}"
    yield from (f"response_model_exclude_{flag}=True" for flag in one.flags)
    if not one.by_alias:
        yield "response_model_by_alias=False"
    others: list[str] = []
    if one.shown and one.told:
        headers = {
            shown.name: {"schema": {"type": "integer" if shown.kind == "int" else "string"}} for shown in one.shown
        }
        others.append(f"{one.status}: {{'headers': {headers!r}}}")
    if one.fails is not None:
        others.append(f"{one.failing}: {{'model': {annotation(one.fails, world)}}}")
    if others:
        yield f"responses={{{', '.join(others)}}}"


def app_source(world: World) -> str:
    """The app of a version; `hear` notes what a handler is given and tells what it returns."""
    operations = "\n\n".join(operation_source(one, world) for one in world.operations.values())
    form = f"\n\n{SOURCE}" if world.own_form else ""
    return f"{types_source(world)}\n\napp = FastAPI()\n\n{operations}\n{form}"


def timeline_source(boundaries: Sequence[Boundary]) -> str:
    """The changes and the timeline; boundaries come from the oldest to the newest."""
    blocks: list[str] = []
    versions: list[str] = []
    for index, boundary in enumerate(boundaries):
        blocks += [fact.types for fact in boundary.facts if fact.types]
        name = f"Change{index + 1}"
        facts = "\n".join(f"        {fact.code}," for fact in boundary.facts)
        blocks.append(f'class {name}(VersionChange):\n    """Something happened."""\n\n    changes = (\n{facts}\n    )')
        versions.insert(0, f"    Version({version(index + 1)!r}, {name}),")
    blocks.append("\n".join(["timeline = Timeline(", *versions, f"    Version({version(0)!r}),", ")"]))
    return "\n\n".join(blocks) + "\n"


def version(index: int) -> str:
    """The date of a version, counted from the oldest."""
    return f"{2020 + index}-01-01"


OLDEST = version(0)
