"""What the exchanges do not draw or compare yet, because the gate is known to differ there.

What is not drawn:

- An enum in a list or a dict of a field or parameter that is removed: where the enum changes too, its items are not
  judged once head lacks them.

What is not compared: the entries of a 422 in the cases below. That both apps respond with 422, and that no handler
hears of it, is compared all the same. A predicate goes as soon as the gate tells the case as the app's own validation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from tests.twins.exchange import Exchange
from tests.twins.shapes import DictOf, EnumOf, ListOf, Nullable, Type, parts

Predicate: TypeAlias = Callable[[Exchange], bool]


def has_members_inside(kind: Type) -> bool:
    """Whether a type has an enum in a list or a dict."""
    inner = kind.item if isinstance(kind, Nullable) else kind
    return isinstance(inner, ListOf | DictOf) and any(isinstance(part, EnumOf) for part in parts(inner))


def an_object_fits_no_arm(exchange: Exchange) -> bool:
    """What is none of a union's models has one entry; the app's own has those of each arm."""
    unlike = _unlike(exchange)
    return bool(unlike) and all(
        entry["type"] in ("value_error", "model_attributes_type")
        and any(_is_above(entry["loc"], other["loc"]) for other in exchange.old_details)
        for entry in unlike
    )


def an_arm_has_no_name(exchange: Exchange) -> bool:
    """What is wrong in the only arm that fits is told without the arm's name, and without what others lack."""
    unlike = _unlike(exchange)
    names = {model.name for model in exchange.oldest.models.values()}
    return bool(unlike) and all(
        any(
            [key for key in other["loc"] if key not in names] == entry["loc"] != other["loc"]
            for other in exchange.old_details
        )
        for entry in unlike
    )


def a_key_in_another_spelling(exchange: Exchange) -> bool:
    """A field that is sent by its Python name is told by its alias."""
    fields = [one for uid in exchange.oldest.models for one in exchange.oldest.fields(uid)]
    spellings = [{one.name, one.sent_as} for one in fields if one.name != one.sent_as]
    unlike = _unlike(exchange)
    return bool(unlike) and all(
        any(
            other["loc"][:-1] == entry["loc"][:-1] and {other["loc"][-1], entry["loc"][-1]} in spellings
            for other in exchange.old_details
        )
        for entry in unlike
    )


def a_query_that_lacks_a_parameter(exchange: Exchange) -> bool:
    """The app's own repeats the whole query as its model reads it; the gate, as it was sent."""
    unlike = _unlike(exchange)
    return bool(unlike) and all(entry["type"] == "missing" and entry["loc"][0] == "query" for entry in unlike)


def the_place_of_a_moved_value(exchange: Exchange) -> bool:
    """What head refuses in a value that was moved into an object is told at the nearest place that the client knows."""
    return "moved" in exchange.verbs and any(
        _is_at_or_above(entry, other) for entry in _unlike(exchange) for other in exchange.old_details
    )


def a_named_tuple(exchange: Exchange) -> bool:
    """What is no tuple is told as for a list, and an object in its place has one entry."""
    return any(entry["type"] == "named_tuple_type" for entry in exchange.old_details) and all(
        entry["type"] in ("list_type", "value_error") for entry in _unlike(exchange)
    )


def _unlike(exchange: Exchange) -> list[Any]:
    return [entry for entry in exchange.new_details if entry not in exchange.old_details]


def _is_at_or_above(entry: Any, other: Any) -> bool:
    return bool(entry["loc"] == other["loc"][: len(entry["loc"])] and entry["type"] == other["type"])


def _is_above(place: list[Any], other: list[Any]) -> bool:
    """Whether a place is on the way to another one, or is a key beside that way."""
    return place[:-1] == other[: len(place) - 1] and len(place) < len(other)


NOT_COMPARED: Final[tuple[Predicate, ...]] = (
    an_object_fits_no_arm,
    an_arm_has_no_name,
    the_place_of_a_moved_value,
    a_named_tuple,
    a_key_in_another_spelling,
    a_query_that_lacks_a_parameter,
)
"""The cases in which the entries of a 422 may differ until the gate tells them as the app does."""
