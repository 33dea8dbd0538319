"""A dataclass or TypedDict without settings of its own is read by those of the model that holds it."""

from dataclasses import make_dataclass
from datetime import datetime
from enum import IntEnum
from typing import Annotated, Any, NamedTuple

import pytest
from fastapi import FastAPI
from pydantic import VERSION, BaseModel, ConfigDict, Field, Strict, create_model, with_config
from pydantic.dataclasses import dataclass as pydantic_dataclass
from typing_extensions import TypeAliasType, TypedDict

from tests.silence.exchanges import annotate, exchange, gated
from tests.silence.old_client import OLD, gates_of
from timegate import UpgradeError, on
from timegate.typing import is_array, type_of

NEEDS_UNITS = pytest.mark.skipif(
    tuple(map(int, VERSION.split(".")[:2])) < (2, 12), reason="pydantic has no such setting"
)

SETTINGS: list[Any] = [
    pytest.param({"strict": True}, int, "5", id="strict"),
    pytest.param({"strict": True}, int, 5, id="strict and exact"),
    pytest.param({"coerce_numbers_to_str": True}, str, 5, id="coerce_numbers_to_str"),
    pytest.param({"str_strip_whitespace": True}, str, " a ", id="str_strip_whitespace"),
    pytest.param({"str_to_lower": True}, str, "ABC", id="str_to_lower"),
    pytest.param({"str_to_upper": True}, str, "abc", id="str_to_upper"),
    pytest.param({"str_max_length": 2}, str, "abc", id="str_max_length"),
    pytest.param({"str_min_length": 2}, str, "a", id="str_min_length"),
    pytest.param({"val_json_bytes": "base64"}, bytes, "YWI=", id="val_json_bytes"),
    pytest.param({"val_temporal_unit": "milliseconds"}, datetime, 5e9, id="val_temporal_unit", marks=NEEDS_UNITS),
    pytest.param({}, int, "5", id="none"),
]


make_typed_dict: Any = TypedDict
make_alias: Any = TypeAliasType


def dataclass_of(kind: Any) -> Any:
    return make_dataclass("Part", [("x", kind)])


def pydantic_dataclass_of(kind: Any) -> Any:
    return pydantic_dataclass(make_dataclass("Part", [("x", kind)]))


def typed_dict_of(kind: Any) -> Any:
    return make_typed_dict("Part", {"x": kind})


def typed_dict_with_settings_of(kind: Any) -> Any:
    return with_config(ConfigDict(str_strip_whitespace=False))(typed_dict_of(kind))


def model_of(kind: Any) -> Any:
    return create_model("Part", x=(kind, ...))


CLASSES = (dataclass_of, pydantic_dataclass_of, typed_dict_of, typed_dict_with_settings_of, model_of)


def held(part: Any) -> tuple[Any, Any]:
    return part, {"x": ...}


def listed(part: Any) -> tuple[Any, Any]:
    return list[part], [{"x": ...}]


def nullable(part: Any) -> tuple[Any, Any]:
    return part | None, {"x": ...}


def below_a_typed_dict(part: Any) -> tuple[Any, Any]:
    return make_typed_dict("Between", {"part": part}), {"part": {"x": ...}}


def below_a_named_tuple(part: Any) -> tuple[Any, Any]:
    return NamedTuple("Between", [("part", part)]), [{"x": ...}]


def below_a_dataclass(part: Any) -> tuple[Any, Any]:
    return make_dataclass("Between", [("part", part)]), {"part": {"x": ...}}


def below_a_model(part: Any) -> tuple[Any, Any]:
    return create_model("Between", part=(part, ...)), {"part": {"x": ...}}


PLACES = (held, listed, nullable, below_a_typed_dict, below_a_named_tuple, below_a_dataclass, below_a_model)


def put(value: Any, shape: Any) -> Any:
    """The JSON of a place with a value in it."""
    if shape is ...:
        return value
    if is_array(shape):
        return [put(value, one) for one in shape]
    return {key: put(value, one) for key, one in shape.items()}


def values_in(node: Any) -> Any:
    """What is under ``x`` in what a handler got."""
    inside: Any = getattr(node, "__dict__", node)
    if type_of(inside) is not dict:
        return values_in(inside[0])
    return inside["x"] if "x" in inside else values_in(list(inside.values()))


def app_of(*holders: Any) -> tuple[FastAPI, list[Any]]:
    """An app that takes one holder at each path, and what its handlers got."""
    app, received = FastAPI(), list[Any]()
    for index, holder in enumerate(holders):

        def post(body: Any) -> int:
            received.append(values_in(body))
            return 1

        annotate(post, "body", holder, None)
        app.add_api_route(f"/{index}", post, methods=["POST"])
    return app, received


def first(value: Any) -> Any:
    return value[0]


def alone(value: Any) -> list[Any]:
    return [value]


def held_and_read(settings: dict[str, Any], kind: Any, value: Any, class_of: Any, place: Any) -> None:
    """Check that what a client sends below a holder is read as the old server read it, before a function gets it."""
    config: Any = settings
    (old_kind, shape), part = place(class_of(kind)), class_of(list[kind])
    old, old_got = app_of(create_model("Holder", __config__=config, part=(old_kind, ...)))
    head, head_got = app_of(create_model("Holder", __config__=config, part=(place(part)[0], ...)))
    fact = on(part).retyped("x", was=kind, to_head=alone, to_old=first)
    body = {"part": put(value, shape)}
    theirs, ours = exchange(old, "POST", "/0", body=body), exchange(gated(head, fact), "POST", "/0", body=body)
    assert (ours.status, [one for (one,) in head_got]) == (theirs.status, old_got)
    if theirs.status == 422:
        assert ours.json() == theirs.json()


@pytest.mark.parametrize("class_of", [dataclass_of, typed_dict_of])
@pytest.mark.parametrize(("settings", "kind", "value"), SETTINGS)
def test_a_value_that_a_function_gets_is_read_by_the_settings_of_the_holder(
    settings: dict[str, Any], kind: Any, value: Any, class_of: Any
) -> None:
    # What FastAPI has parsed is no instance of a dataclass, so that a strict server reads none.
    held_and_read(settings, kind, value, typed_dict_of if settings.get("strict") else class_of, held)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("class_of", CLASSES)
def test_settings_hold_down_to_a_class_with_settings_of_its_own(class_of: Any, place: Any) -> None:
    held_and_read({"coerce_numbers_to_str": True}, str, 5, class_of, place)


def below_a_list(part: Any) -> Any:
    return list[part]


def alone_there(part: Any) -> Any:
    return part


@pytest.mark.parametrize("around", [alone_there, below_a_list])
@pytest.mark.parametrize("class_of", CLASSES)
@pytest.mark.parametrize("removed", [True, False])
def test_the_old_type_of_a_fact_is_read_by_the_settings_of_its_model(class_of: Any, around: Any, removed: bool) -> None:
    config: Any = {"coerce_numbers_to_str": True}
    was = around(class_of(str))
    old, _ = app_of(create_model("Holder", __config__=config, x=(int, 0), y=(was, ...)))
    later: dict[str, Any] = {} if removed else {"y": (Any, ...)}
    holder: Any = create_model("Holder", __config__=config, x=(int, 0), **later)
    head, _ = app_of(holder)
    fact = on(holder).removed("y", was=was, loses="it") if removed else on(holder).retyped("y", was=was, to_head=str)
    for value in (5, "5", None):
        body = {"y": [{"x": value}] if around is below_a_list else {"x": value}}
        theirs, ours = exchange(old, "POST", "/0", body=body), exchange(gated(head, fact), "POST", "/0", body=body)
        assert (ours.status, ours.json()) == (theirs.status, theirs.json())


def below_an_alias(part: Any) -> tuple[Any, Any]:
    return make_alias("Between", list[part]), [{"x": ...}]


HOLDERS: list[Any] = [
    pytest.param({"coerce_numbers_to_str": True}, {}, {"x": 5}, id="coerce_numbers_to_str"),
    pytest.param({"str_max_length": 2}, {"str_max_length": 3}, {"x": "abc"}, id="str_max_length"),
    pytest.param({"extra": "forbid"}, {}, {"x": "a", "other": 1}, id="extra"),
    pytest.param({"alias_generator": str.upper}, {}, {"X": "a"}, id="alias_generator"),
    pytest.param({"alias_generator": str.upper, "populate_by_name": True}, {}, {"x": "a"}, id="populate_by_name"),
]


def read_by_two(first_holder: Any, second_holder: Any, value: Any, class_of: Any, place: Any, times: int) -> None:
    """Check that a class is read below each of two holders as the old server read it there."""
    configs = first_holder, second_holder

    def holders(part: Any) -> list[Any]:
        fields: dict[str, Any] = {f"part{time}": (place(part)[0], ...) for time in range(times)}
        return [create_model(f"Holder{index}", __config__=config, **fields) for index, config in enumerate(configs)]

    part = class_of(list[str])
    old, old_got = app_of(*holders(class_of(str)))
    head, head_got = app_of(*holders(part))
    ours = gated(head, on(part).retyped("x", was=str, to_head=alone, to_old=first))
    inside = put(value, nested(place(part)[1]))
    for index, config in enumerate(configs):
        aliased = "alias_generator" in config
        body = {f"PART{time}" if aliased else f"part{time}": inside for time in range(times)}
        mine, theirs = (exchange(app, "POST", f"/{index}", body=body) for app in (ours, old))
        assert (mine.status, [one for (one,) in head_got]) == (theirs.status, old_got)
        if theirs.status == 422:
            assert mine.json() == theirs.json()


def nested(shape: Any) -> Any:
    """The JSON of a place with ``...`` in the place of the object there."""
    if shape == {"x": ...}:
        return ...
    return [nested(one) for one in shape] if is_array(shape) else {key: nested(one) for key, one in shape.items()}


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("class_of", [dataclass_of, typed_dict_of])
@pytest.mark.parametrize(("one", "other", "value"), HOLDERS)
def test_a_class_below_two_holders_is_read_by_the_settings_of_each(
    one: Any, other: Any, value: Any, class_of: Any, times: int
) -> None:
    read_by_two(one, other, value, class_of, held, times)
    read_by_two(other, one, value, class_of, held, times)


@pytest.mark.parametrize("place", [listed, below_a_named_tuple, below_an_alias, below_a_model, below_a_dataclass])
def test_a_class_below_what_two_holders_hold_is_read_by_the_settings_of_each(place: Any) -> None:
    read_by_two({"coerce_numbers_to_str": True}, {}, {"x": 5}, typed_dict_of, place, 1)
    read_by_two({}, {"coerce_numbers_to_str": True}, {"x": 5}, typed_dict_of, place, 2)


def test_a_class_that_holds_itself_is_read_by_the_settings_of_each_holder() -> None:
    def recursive(kind: Any) -> Any:
        part = make_typed_dict("Part", {"x": kind, "others": None})
        part.__annotations__["others"] = listed(part)[0]
        return part

    inner: Any = {"x": 5, "others": []}
    value = {"x": "a", "others": [inner]}
    read_by_two({"coerce_numbers_to_str": True}, {}, value, recursive, held, 1)
    read_by_two({}, {"coerce_numbers_to_str": True}, value, recursive, held, 1)


def test_documents_show_readings_that_look_alike_as_one_component() -> None:
    part, configs = typed_dict_of(list[str]), list[Any]([{"coerce_numbers_to_str": True}, {}])
    holders = [create_model(f"Holder{index}", __config__=one, part=(part, ...)) for index, one in enumerate(configs)]
    app, _ = app_of(*holders)
    fact = on(part).retyped("x", was=str, to_head=alone, to_old=first)
    response = exchange(gated(app, fact), "GET", "/openapi.json")
    schemas = response.json()["components"]["schemas"]
    assert schemas["Part"]["properties"] == {"x": {"type": "string", "title": "X"}}
    assert {name for name in schemas if name.startswith("Part")} == {"Part"}


class Level(IntEnum):
    low = 1


class Strictly(BaseModel):
    model_config = ConfigDict(strict=True)

    name: str = ""


@pytest.mark.parametrize("sent", ["1", 1.0, True])
def test_a_removed_member_is_read_as_strictly_as_its_holder_says(sent: Any) -> None:
    gates = gates_of([Strictly], on(Strictly).removed("level", was=Level, backfill=1, loses="nobody reads it"))
    assert gates.upgrade(Strictly, {"level": 1}, from_version=OLD) == {}
    with pytest.raises(UpgradeError):
        gates.upgrade(Strictly, {"level": sent}, from_version=OLD)


class Leniently(BaseModel):
    name: str = ""


@pytest.mark.parametrize(
    "was", [Annotated[Level, Strict()], Annotated[Level, Field(strict=True)]], ids=["Strict", "Field"]
)
@pytest.mark.parametrize("sent", ["1", 1.0, True])
def test_a_removed_member_is_read_as_strictly_as_its_own_type_says(was: Any, sent: Any) -> None:
    gates = gates_of([Leniently], on(Leniently).removed("level", was=was, backfill=1, loses="nobody reads it"))
    assert gates.upgrade(Leniently, {"level": 1}, from_version=OLD) == {}
    with pytest.raises(UpgradeError):
        gates.upgrade(Leniently, {"level": sent}, from_version=OLD)
