"""The arguments that a deferred task resumes with are converted from the plain form to the tagged one."""

from __future__ import annotations

from typing import Any

import pytest
from execution_api.versions.kwargs_formats import to_tagged_kwargs

from timegate import JsonValue


def instance(name: str, data: Any, version: int = 1) -> dict[str, Any]:
    return {"__classname__": name, "__version__": version, "__data__": data}


def tagged(kind: str, content: Any) -> dict[str, Any]:
    return {"__type": kind, "__var": content}


AMSTERDAM = instance("builtins.tuple", ["Europe/Amsterdam", "pendulum.tz.timezone.Timezone", 1, True])

# Each pair is one Python value as the releases before and after the change write it.
SAME_VALUE: list[tuple[JsonValue, JsonValue]] = [
    (None, None),
    (True, True),
    (1.5, 1.5),
    ("text", "text"),
    ([1, [2]], [1, [2]]),
    ({}, tagged("dict", {})),
    ({"a": [1, {"b": None}]}, tagged("dict", {"a": [1, tagged("dict", {"b": None})]})),
    (instance("datetime.datetime", {"timestamp": 1767398400.0, "tz": None}, 2), tagged("datetime", 1767398400.0)),
    (instance("datetime.datetime", 1767398400, 0), tagged("datetime", 1767398400.0)),
    (
        instance("pendulum.datetime.DateTime", {"timestamp": 1767308400.0, "tz": AMSTERDAM}, 2),
        tagged("datetime", 1767308400.0),
    ),
    (instance("datetime.timedelta", 90.5, 2), tagged("timedelta", 90.5)),
    (instance("datetime.timedelta", "90.5", 1), tagged("timedelta", 90.5)),
    (
        instance("builtins.tuple", [1, "a", instance("datetime.timedelta", 1.0, 2)]),
        tagged("tuple", [1, "a", tagged("timedelta", 1.0)]),
    ),
    (instance("builtins.set", [1, 2, 3]), tagged("set", [1, 2, 3])),
    (instance("builtins.frozenset", [1]), tagged("set", [1])),
    (instance("pendulum.tz.timezone.Timezone", "Europe/Paris"), tagged("timezone", "Europe/Paris")),
    (instance("pendulum.tz.timezone.FixedTimezone", 3600), tagged("timezone", 3600)),
    (instance("zoneinfo.ZoneInfo", "Asia/Tokyo"), tagged("timezone", "Asia/Tokyo")),
    (instance("datetime.date", "2026-01-02", 2), "2026-01-02"),
    (instance("decimal.Decimal", 1.5), "1.5"),
    (instance("uuid.UUID", "00000000-0000-0000-0000-000000000005"), "00000000-0000-0000-0000-000000000005"),
]


@pytest.mark.parametrize(("plain", "old"), SAME_VALUE)
def test_each_value_is_converted_to_the_older_form(plain: JsonValue, old: JsonValue) -> None:
    assert to_tagged_kwargs(plain) == old


@pytest.mark.parametrize("old", [old for _, old in SAME_VALUE] + [tagged("relativedelta", {"days": 1})])
def test_what_is_tagged_already_passes(old: JsonValue) -> None:
    assert to_tagged_kwargs(old) == old


def test_a_plain_event_within_tagged_arguments_is_tagged_too() -> None:
    event = {"status": "done", "at": instance("datetime.datetime", {"timestamp": 1.0, "tz": None}, 2)}

    assert to_tagged_kwargs(tagged("dict", {"x": 1, "event": event})) == tagged(
        "dict", {"x": 1, "event": tagged("dict", {"status": "done", "at": tagged("datetime", 1.0)})}
    )


@pytest.mark.parametrize(
    ("unknown", "why"),
    [
        (instance("company.Order", {"number": 1}), "no form for an instance of company.Order"),
        (instance("datetime.datetime", {"moment": 1.0}, 2), "number of seconds"),
        (instance("datetime.timedelta", None, 2), "number of seconds"),
        ({"__classname__": 3, "__version__": 1}, "no form for an instance of 3"),
    ],
)
def test_what_has_no_older_form_is_refused(unknown: JsonValue, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        to_tagged_kwargs({"it": [unknown]})
