"""Where what an old client sees may differ: one predicate for each documented rule, by law."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.twins.exceptions_of_forms import (
    a_file_is_not_repeated,
    a_form_of_another_type_is_a_415,
    a_malformed_form_is_a_400,
    a_malformed_form_is_looked_at_last,
    a_text_among_files_is_told_behind_them,
    an_empty_text_after_a_file_is_absent,
    what_stands_before_a_form_is_passed_over,
)
from tests.twins.exceptions_of_responses import (
    a_null_that_no_schema_mentions,
    what_an_old_app_left_out_is_written,
    what_was_left_out_has_two_meanings,
)
from tests.twins.exchange import Exchange
from tests.twins.rules import LIMITS, Predicate, documented
from tests.twins.shapes import ModelOf, UnionOf, parts
from tests.twins.values import Obj, Pair, is_dict, is_list, same


def _types(details: list[Any]) -> set[str]:
    return {entry.get("type", "") for entry in details}


@documented("today's limit applies, and its 422 is the app's")
def limits_alone_are_not_judged(exchange: Exchange) -> bool:
    """Limits are not judged on the way up; head's own apply."""
    details = exchange.old_details
    limited = [entry["loc"] for entry in details if entry["type"] in LIMITS]
    accepted = "constrained" in exchange.verbs and bool(limited) and exchange.new_heard is not None
    # Of a union, the other arms have validation errors too: their places part from that of the limit at an arm's name.
    return accepted and all(
        entry["type"] in LIMITS or any(_parts_at_an_arm(exchange, entry["loc"], one) for one in limited)
        for entry in details
    )


@documented("today's limit applies, and its 422 is the app's")
def head_tells_its_limits(exchange: Exchange) -> bool:
    """At `constrained` a stricter head tells its own limits, beside what else is wrong."""
    unlike = _unlike(exchange)
    limited = [entry["loc"] for entry in unlike if entry["type"] in LIMITS]
    others = [entry for entry in unlike if entry["type"] not in LIMITS]
    # Of a union, the other arms have validation errors too.
    return (
        "constrained" in exchange.verbs
        and bool(limited)
        and all(
            _lacks_a_parameter(entry) or any(_parts_at_an_arm(exchange, entry["loc"], one) for one in limited)
            for entry in others
        )
    )


def _parts_at_an_arm(exchange: Exchange, place: list[Any], other: list[Any]) -> bool:
    parting = next((pair for pair in zip(place, other, strict=False) if pair[0] != pair[1]), None)
    return parting is not None and parting[1] in {model.name for model in exchange.oldest.models.values()}


@documented("today's limit applies, and its 422 is the app's")
def head_has_tighter_limits(exchange: Exchange) -> bool:
    """At `constrained` a stricter head responds with 422."""
    details = _types(exchange.new_details)
    tightened = "constrained" in exchange.verbs and exchange.new_response.status == 422
    # Of a union, the other arms have validation errors too.
    return tightened and exchange.accepted and bool(details & LIMITS)


@documented("an integer of more than 4,300 digits; NaN, infinities, or a number that overflows | 400")
def a_malformed_body_is_a_400(exchange: Exchange) -> bool:
    """What is no JSON at a gated place is a 400."""
    raw = exchange.request.raw
    return raw is not None and exchange.old.has_json and exchange.new_response.status == 400 and _is_malformed(raw)


def _is_malformed(raw: bytes) -> bool:
    """Whether a body is no JSON in UTF-8, or has what JSON does not have, or more of it than is read."""
    try:
        value = json.loads(raw.decode(), parse_constant=_no_number)
    except ValueError:
        return True
    waiting, level = [value], 0
    while waiting:
        level += 1
        inner: list[Any] = []
        for one in waiting:
            if one in (float("inf"), float("-inf")) or (isinstance(one, str) and not _is_text(one)):
                return True
            inner += list(one.values()) if is_dict(one) else one if is_list(one) else []
        waiting = inner
    return level > 200


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _is_text(text: str) -> bool:
    """Whether a text has no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@documented("another media type, another charset, two types | 415")
def another_media_type_is_a_415(exchange: Exchange) -> bool:
    """Where a change touches the body, a media type that is not JSON, or another charset than UTF-8, is a 415."""
    others = ("text/", "application/x", "multipart/", "latin-1")
    return exchange.new_response.status == 415 and any(other in exchange.request.media for other in others)


@documented("the version came in a header field that no HTML form can set | it counts as JSON")
def a_body_without_a_type_is_json(exchange: Exchange) -> bool:
    """No `Content-Type`, and the version came in a header field: it counts as JSON."""
    return not exchange.request.media and exchange.old.has_json


@documented("that it has not the form of the schema")
def a_validator_accepts_more_than_the_schema_says(exchange: Exchange) -> bool:
    """At a place with a validator that a change touches, only the form that the client's schema describes passes."""
    refused = exchange.new_response.status == 422 and exchange.new_heard is None
    return exchange.accepted and refused and _are_at_a_validator(exchange, exchange.new_details)


@documented("the same in an arm of a union, where head may read another arm")
def a_validator_decides_on_an_arm(exchange: Exchange) -> bool:
    """In a touched union what only a validator could read is told in one entry, where it could be another arm."""
    entries = exchange.new_details
    splitting = {one.sent_as for model in exchange.oldest.models.values() for one in model.fields if one.splits}
    return (
        exchange.accepted
        and bool(entries)
        and all(
            entry["type"] == "value_error" and is_dict(entry["input"]) and not splitting.isdisjoint(entry["input"])
            for entry in entries
        )
    )


def _are_at_a_validator(exchange: Exchange, details: list[Any]) -> bool:
    fields = [one for model in exchange.oldest.models.values() for one in model.fields if one.splits]
    names = {name for one in fields for name in (one.name, one.sent_as, one.also)}
    return bool(details) and all(not names.isdisjoint(map(str, entry["loc"])) for entry in details)


@documented("that it has not the form of the schema")
def only_the_form_of_the_schema_is_told(exchange: Exchange) -> bool:
    """What a validator would have made of another form is not looked at: the form itself is told."""
    return _are_at_a_validator(exchange, _unlike(exchange))


@documented("the body is read last")
def a_malformed_body_is_looked_at_last(exchange: Exchange) -> bool:
    """A body that is no JSON is told when the path, query and header fields are those of the contract."""
    details = exchange.new_details
    refused = exchange.old.has_json and exchange.request.raw is not None and not exchange.accepted and bool(details)
    return refused and all(entry["loc"][0] != "body" for entry in details)


@documented(
    "one entry, and not those of each arm; where one arm alone fits the keys, its entries without the arm's name"
)
def the_arms_of_a_union_are_told_in_short(exchange: Exchange) -> bool:
    """What is none of a union's models has one entry, and the only arm that fits no name: the app's own has all."""
    # What is at a validator besides is told by a rule of its own.
    unlike = [one for one in _unlike(exchange) if not _are_at_a_validator(exchange, [one])]
    return bool(unlike) and all(_fits_no_arm(exchange, one) or _has_no_arms_name(exchange, one) for one in unlike)


def _fits_no_arm(exchange: Exchange, entry: Any) -> bool:
    """Whether an entry says that an object is none of a union's models."""
    told = entry["type"] in ("value_error", "model_attributes_type")
    return told and any(_is_above(entry["loc"], other["loc"]) for other in exchange.old_details)


def _has_no_arms_name(exchange: Exchange, entry: Any) -> bool:
    """Whether an entry is one of the only arm that fits, and lacks its name; each key has one, also one of a union."""
    names = {model.name for model in exchange.oldest.models.values()}
    places = [old["loc"] for old in exchange.old_details]
    known = [[key for key in place if key not in names] for place in places]
    told = [key for key in entry["loc"] if key not in names]
    return entry["loc"] not in places and (told in known or [place[:-1] for place in known].count(told) > 1)


@documented("without the other header fields or cookies")
def a_model_that_lacks_a_parameter(exchange: Exchange) -> bool:
    """`input` of a model that lacks a parameter: the app's own repeats all of them, as its model reads it."""
    unlike = _unlike(exchange)
    return bool(unlike) and all(map(_lacks_a_parameter, unlike))


def _lacks_a_parameter(entry: Any) -> bool:
    return bool(entry["type"] == "missing" and entry["loc"][0] in ("query", "header", "cookie"))


@documented("its fields by their numbers, or in one entry")
def a_named_tuple(exchange: Exchange) -> bool:
    """An object in place of a NamedTuple is told with the numbers of its fields, or in one entry."""
    numbered = [{**entry, "loc": entry["loc"][:-1]} for entry in exchange.old_details]
    unlike = [{**entry, "loc": entry["loc"][:-1]} for entry in _unlike(exchange) if entry["type"] != "value_error"]
    return bool(_unlike(exchange)) and all(entry in numbered for entry in unlike)


def _unlike(exchange: Exchange) -> list[Any]:
    return [entry for entry in exchange.new_details if entry not in exchange.old_details]


def _is_above(place: list[Any], other: list[Any]) -> bool:
    """Whether a place is on the way to another one, or is a key beside that way."""
    return place[:-1] == other[: len(place) - 1] and len(place) < len(other)


@documented("what only the app refuses may come with the next try")
def other_failures_come_with_the_next_try(exchange: Exchange) -> bool:
    """Head's other failures may come with the next try."""
    new, old = exchange.new_details, list(exchange.old_details)
    for entry in new:
        if entry not in old:
            return False
        old.remove(entry)
    return bool(new) and bool(old)


@documented("without `input`, for the client did not send it")
def what_a_validator_made_is_not_repeated(exchange: Exchange) -> bool:
    """`input` is what the client sent at that place; where it sent nothing, there is none."""
    unlike = [entry for entry in exchange.new_details if entry not in exchange.old_details]
    known = [{"loc": entry["loc"], "type": entry["type"]} for entry in exchange.old_details]
    # The items into which a validator has split a text are at no place of the request.
    return bool(unlike) and all(entry in known and isinstance(entry["loc"][-1], int) for entry in unlike)


@documented("dropped where it is open, also where the model keeps extra keys")
def a_key_that_only_head_has_is_dropped(exchange: Exchange) -> bool:
    """A key that the contract lacks is dropped where the schema is open; an old app that allows extras kept it."""
    heard = exchange.new_heard
    if heard is None or heard.keys() != exchange.expected.keys():
        return False
    return all(_same_but_for_extra(exchange, exchange.expected[name], heard[name]) for name in heard)


def _same_but_for_extra(exchange: Exchange, one: Any, other: Any) -> bool:
    match one, other:
        case Obj(), Obj():
            lost = {key: value for key, value in (one.extra or {}).items() if key not in (other.extra or {})}
            kept = {key: value for key, value in (one.extra or {}).items() if key not in lost}
            # Beside an extra key of its name, nobody can tell that a field is set to its default.
            known = one.extra or {}
            beside = {key: other.fields[key] for key in known if key in other.fields and key not in one.fields}
            worlds = [world for world in (exchange.oldest, exchange.newest) if other.model in world.models]
            shapes = [shape for world in worlds for shape in world.fields(other.model)]
            return (
                one.model == other.model
                and same(kept, other.extra or {})
                and set(lost) <= _spellings_of_head(exchange, one.model)
                and one.fields.keys() | beside.keys() == other.fields.keys()
                and all(
                    any(shape.name == key and same(value, shape.default) for shape in shapes)
                    for key, value in beside.items()
                )
                and all(_same_but_for_extra(exchange, one.fields[key], other.fields[key]) for key in one.fields)
            )
        case Pair(), Pair():
            return _each_same_but_for_extra(exchange, one.items, other.items)
        case _ if is_list(one) and is_list(other):
            return _each_same_but_for_extra(exchange, one, other)
        case _ if is_dict(one) and is_dict(other):
            values = [other[key] for key in one if key in other]
            return one.keys() == other.keys() and _each_same_but_for_extra(exchange, list(one.values()), values)
        case _:
            return same(one, other)


def _each_same_but_for_extra(exchange: Exchange, ones: list[Any], others: list[Any]) -> bool:
    pairs = zip(ones, others, strict=False)
    return len(ones) == len(others) and all(_same_but_for_extra(exchange, one, other) for one, other in pairs)


def _spellings_of_head(exchange: Exchange, uid: str) -> set[str]:
    """The keys of a model at head, and those of the models that stand beside it in a union."""
    kinds = [one.type for model in exchange.newest.models.values() for one in model.fields]
    unions = [part.arms for kind in kinds for part in parts(kind) if isinstance(part, UnionOf)]
    beside = {arm.model for arms in unions if ModelOf(uid) in arms for arm in arms if isinstance(arm, ModelOf)}
    return {
        name
        for known in {uid, *beside}
        for one in exchange.newest.fields(known)
        for name in exchange.newest.models[known].accepted(one)
    }


@documented("JSON has no such number")
def a_text_that_is_no_number_of_json(exchange: Exchange) -> bool:
    """A text like `"NaN"` for a number that a fact is about is refused."""
    return "finite_number" in _types(exchange.new_details)


@documented("would be a `.` or `..` in the path is refused (422)")
def a_path_has_no_dots(exchange: Exchange) -> bool:
    """A parameter of a path that is written anew may not be `.` or `..`."""
    refused = exchange.new_response.status == 422 and {entry["loc"][0] for entry in exchange.new_details} == {"path"}
    return refused and not {".", ".."}.isdisjoint(exchange.request.path.values())


EXCEPTIONS: Mapping[str, tuple[Predicate, ...]] = {
    "version": (),
    "verdict": (
        limits_alone_are_not_judged,
        head_has_tighter_limits,
        a_malformed_body_is_a_400,
        a_malformed_body_is_looked_at_last,
        another_media_type_is_a_415,
        a_form_of_another_type_is_a_415,
        a_malformed_form_is_a_400,
        a_malformed_form_is_looked_at_last,
        an_empty_text_after_a_file_is_absent,
        what_stands_before_a_form_is_passed_over,
        a_text_that_is_no_number_of_json,
        a_body_without_a_type_is_json,
        a_validator_accepts_more_than_the_schema_says,
        a_validator_decides_on_an_arm,
        a_path_has_no_dots,
    ),
    "handler": (
        a_key_that_only_head_has_is_dropped,
        an_empty_text_after_a_file_is_absent,
        a_body_without_a_type_is_json,
    ),
    "refusal": (
        other_failures_come_with_the_next_try,
        what_a_validator_made_is_not_repeated,
        only_the_form_of_the_schema_is_told,
        head_tells_its_limits,
        a_text_that_is_no_number_of_json,
        a_body_without_a_type_is_json,
        a_malformed_body_is_looked_at_last,
        the_arms_of_a_union_are_told_in_short,
        a_model_that_lacks_a_parameter,
        a_named_tuple,
        a_file_is_not_repeated,
        a_text_among_files_is_told_behind_them,
    ),
    "reading": (what_an_old_app_left_out_is_written, what_was_left_out_has_two_meanings),
    "absence": (),
    "header fields": (),
    "own document": (a_null_that_no_schema_mentions,),
    "head's document": (),
}
"""By law, the rules under which a case of it may differ."""
