"""Random unions whose arms head reads more widely or more narrowly: an arm takes no value that was another's."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from typing import Annotated, Any, Final, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model

from tests.many import MANY, print_counts
from tests.silence.heard import heard, started
from tests.silence.test_random_unions import Large, Small, are_twins, holder_of, object_of
from timegate import on
from timegate.typing import is_array, is_object

SEED: Final = 1
UNIONS: Final = 100 * MANY
REQUESTS: Final = 25

TYPES: Final[dict[Any, Any]] = {
    int: 1, str: "a", float: 2.5, bool: True, date: "2020-01-01", Annotated[int, Field(gt=0)]: 1, Small: {}, Large: {},
    Literal["p"]: "p",
}  # fmt: skip
"""The types of fields, each with a value that facts fill in."""

LIMITED: Final[dict[Any, Any]] = {
    int: Annotated[int, Field(le=3)], str: Annotated[str, Field(max_length=2)], float: Annotated[float, Field(le=3)],
}  # fmt: skip
CHANGES: Final = (None, None, "optional", "nullable", "required", "tighter", "looser")
"""What becomes of a field; the last two of one whose type may have a limit."""
SETTINGS: Final = ConfigDict(), ConfigDict(), ConfigDict(extra="forbid"), ConfigDict(extra="allow")


class Arms:
    """A union of two or three models at two versions, of which fields are read otherwise.

    Args:
        dice: what it is drawn with.
    """

    def __init__(self, dice: random.Random) -> None:
        self.facts: list[Any] = []
        self.olds: list[Any] = []
        self.filled: dict[str, dict[str, Any]] = {}
        self.is_looser = False
        heads: list[Any] = []
        for name in "ABC"[: dice.randint(2, 3)]:
            old: dict[str, Any] = {}
            new: dict[str, Any] = {}
            self.filled[name], changes = {}, dict[str, str | None]()
            for key in dice.sample("xyz", dice.randint(1, 3)):
                kind = dice.choice(list(TYPES))
                changes[key] = dice.choice(CHANGES if kind in LIMITED else CHANGES[:-2])
                old[key], new[key] = self._field(name, key, kind, changes[key], must=dice.random() < 0.6)
            settings = dice.choice(SETTINGS)
            heads.append(create_model(name, __config__=settings, **new))
            self.olds.append(create_model(name, __config__=settings, **old))
            self.facts += [self._fact(heads[-1], key, old[key][0], what) for key, what in changes.items() if what]
        wrap, in_order = dice.choice(["", "list", "lists", "dicts"]), dice.random() < 0.3
        self.head, self.old = (holder_of(models, wrap, in_order=in_order) for models in (heads, self.olds))
        self.wrap = wrap
        self.is_only_named = any(are_twins(one, two) for at, two in enumerate(heads) for one in heads[:at])

    def _field(self, name: str, key: str, kind: Any, what: str | None, *, must: bool) -> tuple[Any, Any]:
        """A field at both versions, as its type and default."""
        fill = TypeAdapter[Any](kind).validate_python(TYPES[kind])
        was = now = kind, ... if must else fill
        limited = LIMITED.get(kind, kind)
        match what:
            case "optional":
                was, now = (kind, ...), (kind, fill)
            case "nullable":
                now = kind | None, now[1]
            case "tighter":
                now = limited, now[1]
            case "looser":
                was, self.is_looser = (limited, was[1]), True
            case "required":
                was, now, self.filled[name][key] = (kind, fill), (kind, ...), fill
            case _:
                pass
        return was, now

    def _fact(self, model: Any, key: str, was: Any, what: str) -> Any:
        subject, fill = on(model), TYPES.get(was, 1)
        match what:
            case "optional":
                return subject.became_optional(key, missing_was=fill)
            case "nullable":
                return subject.became_nullable(key, null_was=fill)
            case "required":
                return subject.became_required(key, default=fill)
            case _:
                return subject.constrained(key, was=was, tolerated="they read any")

    def request(self, dice: random.Random) -> Any:
        """A body that is nearly valid."""
        one = object_of(dice, self.olds)
        return {"u": {"": one, "dicts": {"k": one}}.get(self.wrap, [one, object_of(dice, self.olds)])}

    def meaning(self, value: Any, *, is_old: bool) -> Any:
        """The models in a value, with the fields that are set."""
        if isinstance(value, BaseModel):
            name = type(value).__name__
            known = {key: getattr(value, key) for key in value.model_fields_set & type(value).model_fields.keys()}
            return name, {**(self.filled[name] if is_old else {}), **known}
        if is_array(value):
            return [self.meaning(one, is_old=is_old) for one in value]
        return {key: self.meaning(one, is_old=is_old) for key, one in value.items()} if is_object(value) else value


def test_an_arm_takes_no_value_that_was_another_s(capsys: pytest.CaptureFixture[str]) -> None:
    counts = Counter[str]()
    for number in range(UNIONS):
        dice = random.Random(SEED * 100_000 + number)
        drawn = Arms(dice)
        if not drawn.facts or drawn.is_only_named:
            continue
        gates = started(drawn, counts)
        if gates is None:
            continue
        for _ in range(REQUESTS):
            body = drawn.request(dice)
            was, now = heard(drawn, gates, body, counts)
            # A limit of old refuses nothing that head reads.
            assert now in (None, was) or (was is None and drawn.is_looser), f"seed {SEED}, union {number}: {body}"
    print_counts(capsys, "random arms that are read otherwise", counts)
    assert counts["started"] > 2 * counts["not started"]
    assert counts["heard"] > 10 * counts["refused"], counts
