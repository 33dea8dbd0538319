"""Random unions: head reads what the old server read, or the request is refused, or the app does not start."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from types import GenericAlias
from typing import Annotated, Any, Final, Literal

import pytest
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    Strict,
    TypeAdapter,
    ValidationError,
    create_model,
)

from tests.many import MANY, print_counts
from tests.silence.heard import heard, started
from timegate import on
from timegate.typing import is_array, is_object, type_of

SEED: Final = 1
UNIONS: Final = 100 * MANY
REQUESTS: Final = 25


class Small(BaseModel):
    k: int = 0


class Large(BaseModel):
    k: int = 0
    more: int = 0


class Sealed(BaseModel):
    model_config = ConfigDict(strict=True)

    k: int = 0


def refusing_odd(value: Any) -> Any:
    if len(str(value)) % 2:
        raise ValueError("odd")
    return value


TYPES: Final[list[Any]] = [
    int, str, float, bool, date, Annotated[int, Field(gt=0)], Annotated[str, Field(max_length=2)], list[int], list[str],
    Small, Large, Literal["p"], Literal["q"], dict[str, int],
]  # fmt: skip
CHECKED: Final[list[Any]] = [
    Annotated[str, AfterValidator(refusing_odd)],
    Annotated[int, AfterValidator(refusing_odd)],
]
READ_BY_MORE_THAN_THE_SCHEMA: Final[list[Any]] = [
    Decimal, Annotated[Decimal, Field(max_digits=1)], Decimal | date, HttpUrl, bytes, SecretStr,
    Annotated[SecretStr, Field(max_length=2)], Annotated[list[int], Field(max_length=0)], Annotated[int, Strict()],
    Annotated[float, Strict()], set[int], Sealed, Annotated[list[Small], Field(max_length=0)], Decimal | Small,
    *CHECKED,
]  # fmt: skip
SETTINGS: Final[list[ConfigDict]] = [
    ConfigDict(), ConfigDict(), ConfigDict(), ConfigDict(extra="forbid"), ConfigDict(extra="allow"),
    ConfigDict(strict=True),
]  # fmt: skip
VALUES: Final[list[Any]] = [
    0, 1, -1, 5, "5", "a", "abc", "p", "q", 1.5, 5.0, True, False, None, "2020-01-01", [1], ["1"], ["a"], [], {},
    {"k": 1}, {"k": "1"}, {"k": 1, "more": 1}, {"z": 1}, "1e3", "15", 15, "http://a.b/c", [{"k": 1}],
]  # fmt: skip


class Drawn:
    """A union of two or three models at two versions, how the keys of each were called, and maybe one that all had.

    Args:
        dice: what it is drawn with.
    """

    def __init__(self, dice: random.Random) -> None:
        self.facts: list[Any] = []
        self.olds: list[Any] = []
        self.renamed: dict[str, dict[str, str]] = {}
        self.newer: dict[str, set[str]] = {}
        self.is_checked = False
        heads: list[Any] = []
        gone: dict[str, Any] = {"gone": (int, False)} if dice.random() < 0.1 else {}
        for name in "ABC"[: dice.randint(2, 3)]:
            types = dice.choice([TYPES, [*TYPES, *READ_BY_MORE_THAN_THE_SCHEMA]])
            fields = {key: (dice.choice(types), dice.random() < 0.4) for key in dice.sample("xyzn", dice.randint(1, 3))}
            settings = dice.choice(SETTINGS)
            newer = {"n": (int, False)} if "n" not in fields and dice.random() < 0.3 else {}
            heads.append(_model(name, {**fields, **newer}, settings))
            self.facts += [on(heads[-1]).added(key) for key in newer]
            self.newer[name] = set(newer)
            self.is_checked = self.is_checked or any(kind in CHECKED for kind, _ in fields.values())
            key, old = dice.choice(list(fields)), dice.choice([one for one in "oxyw" if one not in fields])
            self.renamed[name] = {old: key} if dice.random() < 0.7 else {}
            if self.renamed[name]:
                self.facts.append(on(heads[-1]).renamed(old, to=key))
                fields = {old if one == key else one: field for one, field in fields.items()}
            self.olds.append(_model(name, {**fields, **gone}, settings))
        if gone:
            self.facts.append(on(*heads).removed("gone", was=int | None, backfill=1, loses="all of it"))
        wrap, in_order = dice.choice(["", "", "list", "lists", "dicts"]), dice.random() < 0.3
        self.head, self.old = (holder_of(models, wrap, in_order=in_order) for models in (heads, self.olds))
        self.wrap = wrap
        self.is_only_named = any(
            are_twins(first, second) for index, second in enumerate(heads) for first in heads[:index]
        )

    def request(self, dice: random.Random) -> Any:
        """A body that is nearly valid."""
        one = object_of(dice, self.olds)
        return {"u": {"": one, "dicts": {"k": one}}.get(self.wrap, [one, *(object_of(dice, self.olds) for _ in "x")])}

    def has_newer_key(self, meaning: Any) -> bool:
        """Whether a field is set that no client of the older version knows."""
        if type_of(meaning) is tuple:
            name, fields = meaning
            return not self.newer[name].isdisjoint(fields)
        held = meaning.values() if is_object(meaning) else meaning if is_array(meaning) else ()
        return any(map(self.has_newer_key, held))

    def meaning(self, value: Any, *, is_old: bool) -> Any:
        """The models in a value, with the fields that are set under the names of head."""
        if isinstance(value, BaseModel) and type(value).__name__ in self.renamed:
            names = self.renamed[type(value).__name__] if is_old else {}
            fields = value.model_fields_set & type(value).model_fields.keys() - {"gone"}
            return type(value).__name__, {names.get(key, key): repr(getattr(value, key)) for key in fields}
        if is_array(value):
            return [self.meaning(one, is_old=is_old) for one in value]
        return {key: self.meaning(one, is_old=is_old) for key, one in value.items()} if is_object(value) else value


def are_twins(first: Any, second: Any) -> bool:
    """Whether head reads all that is the second of two arms as the first, so that the second is one only in name."""
    one, two = (
        {key: (field.rebuild_annotation(), field.is_required()) for key, field in arm.model_fields.items()}
        for arm in (first, second)
    )
    return one == two and first.model_config == second.model_config


def _model(name: str, fields: dict[str, tuple[Any, bool]], settings: ConfigDict) -> Any:
    types: dict[str, Any] = {key: (kind, ...) if must else (kind | None, None) for key, (kind, must) in fields.items()}
    return create_model(name, __config__=settings, **types)


def _list_of(kind: Any) -> Any:
    return GenericAlias(list, (kind,))


def _dict_of(kind: Any) -> Any:
    return GenericAlias(dict, (str, kind))


_WRAPS: Final[dict[str, Callable[[Any], Any]]] = {"lists": _list_of, "dicts": _dict_of}


def holder_of(models: list[Any], wrap: str, *, in_order: bool) -> Any:
    annotated: Any = Annotated
    arms = [_WRAPS[wrap](one) for one in models] if wrap in ("lists", "dicts") else models
    union = arms[0]
    for arm in arms[1:]:
        union |= arm
    if in_order:
        union = annotated[union, Field(union_mode="left_to_right")]
    kind = _list_of(union) if wrap == "list" else union
    return create_model("Holder", u=(kind, ...))


def object_of(dice: random.Random, models: list[Any]) -> dict[str, Any]:
    own = dice.choice(models).model_fields
    others = {key for model in models for key in model.model_fields} | {"n", "junk"}
    keys = [key for key in own if dice.random() < 0.85] + [key for key in sorted(others) if dice.random() < 0.2]
    found: dict[str, Any] = {}
    for key in keys:
        fitting = VALUES
        if key in own and dice.random() < 0.8:
            adapter = TypeAdapter[Any](own[key].rebuild_annotation())
            fitting = [value for value in VALUES if _reads(adapter, value)]
        found[key] = dice.choice(fitting)
    return found


def _reads(adapter: TypeAdapter[Any], value: Any) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def test_head_reads_what_the_old_server_read_or_the_request_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    counts = Counter[str]()
    for number in range(UNIONS):
        dice = random.Random(SEED * 100_000 + number)
        drawn = Drawn(dice)
        if not drawn.facts or drawn.is_only_named:
            continue
        gates = started(drawn, counts)
        if gates is None:
            continue
        for _ in range(REQUESTS):
            body = drawn.request(dice)
            was, now = heard(drawn, gates, body, counts)
            # Nobody asks a function of the app; what it refuses, head may read as whatever an old client can say.
            is_alike = not drawn.has_newer_key(now) if drawn.is_checked else now in (None, was)
            assert is_alike, f"seed {SEED}, union {number}: {body}"
    print_counts(capsys, "random unions", counts)
    assert counts["started"] > 4 * counts["not started"]
    assert counts["heard"] > 20 * counts["refused"], counts
