"""Random arms that hold objects: head reads what the old server read, whatever keys stand in the objects they hold."""

from __future__ import annotations

import random
from collections import Counter
from types import GenericAlias
from typing import Any, Final

import pytest
from pydantic import BaseModel, ConfigDict, create_model

from tests.many import MANY, print_counts
from tests.sentences import shows
from tests.silence.heard import heard, started
from tests.silence.old_client import OLD, gates_of_requests
from timegate import on
from timegate.typing import is_array

UNIONS: Final = 80 * MANY
REQUESTS: Final = 20
_OPEN, _KEEPING, _CLOSED = ConfigDict(), ConfigDict(extra="allow"), ConfigDict(extra="forbid")


class Drawn:
    """A union of two models, each with a held object or a list of such, at two versions.

    Args:
        dice: what it is drawn with.
    """

    def __init__(self, dice: random.Random) -> None:
        facts: dict[str, list[Any]] = {}
        self.renamed: dict[str, dict[str, str]] = {}
        held = [self._held(dice, name, facts.setdefault(name, [])) for name in "PQ"]
        arms: list[tuple[Any, Any]] = []
        drawn: list[Any] = []
        for index, name in enumerate("AB"):
            which = held[index if dice.random() < 0.8 else 1 - index]
            drawn.append(which[0])
            is_list = dice.random() < 0.5
            settings = dice.choice([_OPEN, _KEEPING])
            own: dict[str, Any] = {dice.choice("pq"): (int, 0)} if dice.random() < 0.5 else {}
            head, old = (
                _model(name, settings, {"i": (_list_of(one) if is_list else one, ...), **own}) for one in which
            )
            arms.append((head, old))
        (one, was), (other, before) = arms
        self.head = create_model("Holder", u=(one | other, ...))
        self.old = create_model("Holder", u=(was | before, ...))
        # A model that no arm holds can have none.
        self.facts = [fact for one, _ in held if any(one is arm for arm in drawn) for fact in facts[one.__name__]]

    def _held(self, dice: random.Random, name: str, facts: list[Any]) -> tuple[Any, Any]:
        fields: dict[str, Any] = {
            key: (int, ...) if dice.random() < 0.4 else (int, 0) for key in dice.sample("xyz", dice.randint(1, 2))
        }
        settings = dice.choice([_OPEN, _KEEPING, _KEEPING, _CLOSED])
        newer: dict[str, Any] = {"n": (int, 0)} if dice.random() < 0.5 else {}
        head = _model(name, settings, {**fields, **newer})
        facts += [on(head).added("n")] if newer else []
        if dice.random() < 0.6:
            key = dice.choice(list(fields))
            facts.append(on(head).renamed(f"o{key}", to=key))
            self.renamed[name] = {f"o{key}": key}
            fields = {f"o{key}" if one == key else one: field for one, field in fields.items()}
        return head, _model(name, settings, fields)

    def meaning(self, value: Any, *, is_old: bool) -> Any:
        """The models in a value, with the fields that are set under the names of head, less what models only keep."""
        if isinstance(value, BaseModel):
            names = self.renamed.get(type(value).__name__, {}) if is_old else {}
            fields = value.model_fields_set & type(value).model_fields.keys()
            return type(value).__name__, {
                names.get(key, key): self.meaning(getattr(value, key), is_old=is_old) for key in fields
            }
        return [self.meaning(one, is_old=is_old) for one in value] if is_array(value) else value


def _list_of(kind: Any) -> Any:
    return GenericAlias(list, (kind,))


def _model(name: str, settings: ConfigDict, fields: dict[str, Any]) -> Any:
    return create_model(name, __config__=settings, **fields)


def _request(dice: random.Random) -> dict[str, Any]:
    held = {key: dice.choice([1, 2]) for key in ("x", "y", "z", "ox", "oy", "oz", "n", "junk") if dice.random() < 0.35}
    beside = {key: 1 for key in "npq" if dice.random() < 0.25}
    return {"u": {"i": [held] if dice.random() < 0.5 else held, **beside}}


def test_head_reads_what_the_old_server_read_or_the_request_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    counts = Counter[str]()
    for number in range(UNIONS):
        dice = random.Random(number)
        drawn = Drawn(dice)
        if not drawn.facts:
            continue
        gates = started(drawn, counts)
        if gates is None:
            continue
        for _ in range(REQUESTS):
            body = _request(dice)
            was, now = heard(drawn, gates, body, counts)
            assert now in (None, was), f"union {number}: {body}"
    print_counts(capsys, "random arms of held objects", counts)
    assert counts["started"] > 2 * counts["not started"]
    assert counts["heard"] > 25 * counts["refused"], counts


class Short(BaseModel):
    x: int = 0


class Long(BaseModel):
    x: int = 0
    y: int = 0


class HoldsShort(BaseModel):
    i: list[Short]
    short: int = 0


class HoldsLong(BaseModel):
    i: list[Long]
    long: int = 0


@shows("or in one that it holds | dropped;")
def test_a_key_in_a_held_object_that_would_lead_head_to_another_arm_is_dropped() -> None:
    union = HoldsShort | HoldsLong
    gates = gates_of_requests([union], on(Long).renamed("w", to="y"))
    sent = {"i": [{"x": 1, "y": 2}, {"x": 1}]}
    assert gates.upgrade(union, sent, from_version=OLD) == {"i": [{"x": 1}, {"x": 1}]}
    assert gates.upgrade(union, {"i": [{"x": 1, "w": 2}]}, from_version=OLD) == {"i": [{"x": 1, "y": 2}]}
