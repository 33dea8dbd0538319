"""Objects in a value that a function gets are what the old server's class kept of them, wherever they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel, Field, RootModel, SecretStr

from tests.cells.refused import change_of
from tests.sentences import shows
from tests.silence.old_client import OLD, gates_of
from timegate import Contract, Gates, Timeline, UpgradeError, Version, on
from timegate.changes.base import Fact


class Open(BaseModel):
    done: bool = True
    code: SecretStr = Field(SecretStr(""), validation_alias="codeIn", serialization_alias="codeOut")


class Closed(Open, extra="forbid"):
    pass


class Keeping(Open, extra="allow"):
    pass


class OpenHolder(BaseModel):
    held: Open
    label: str = ""


class ClosedHolder(BaseModel):
    held: Closed


class KeepingHolder(BaseModel):
    held: Keeping


class Fish(BaseModel):
    tag: Open


Seen = list[Any]

Declared = Callable[[Seen], Fact]


def retyped(holder: Any, was: Any) -> Declared:
    """A value of a type, from which a function takes the first object."""

    def fact(seen: Seen) -> Fact:
        def to_head(value: Any) -> Any:
            seen.append(value)
            return value[0]

        return on(holder).retyped("held", was=was, to_head=to_head, to_old=lambda one: [one], loses="all but one")

    return fact


def in_two_versions(holder: Any, newer: Fact, older: Fact) -> Gates:
    changes = change_of("Newer", newer), change_of("Older", older)
    timeline = Timeline(Version("2025-06-01", changes[0]), Version("2025-03-01", changes[1]), Version(OLD))
    return timeline.compile(Contract.of_types(holder))


class Several(RootModel[list[Open]]):
    pass


@pytest.mark.parametrize("was", [list[Open], Several], ids=["a list", "a model that is a list"])
def test_an_object_of_head_is_under_the_keys_of_requests_and_keeps_its_secrets(was: Any) -> None:
    seen = Seen()
    gates = gates_of([OpenHolder], retyped(OpenHolder, was)(seen))
    sent = {"codeIn": "abc", "done": "false"}
    assert gates.upgrade(OpenHolder, {"held": [sent]}, from_version=OLD) == {"held": {"codeIn": "abc", "done": False}}
    assert seen == [[{"codeIn": "abc", "done": False}]]


def test_so_are_objects_in_the_parts_that_a_function_puts_together() -> None:
    seen = Seen()

    def together(tag: Any, count: int) -> str:
        seen.append((tag, count))
        return "label"

    fact = on(OpenHolder).merged(
        ("tag", "count"), into="label", was=(Open, int), together=together, apart=lambda _: ({}, 1), loses="both"
    )
    gates = gates_of([OpenHolder], fact)
    sent = {"tag": {"codeIn": "abc", "other": 1}, "count": "2", "held": {}}
    assert gates.upgrade(OpenHolder, sent, from_version=OLD) == {"held": {}, "label": "label"}
    assert seen == [({"codeIn": "abc"}, 2)]


def test_so_are_objects_of_a_class_that_a_version_in_between_held_in_another() -> None:
    seen = Seen()

    class Inner(BaseModel):
        tag: Open

    class Outer(BaseModel):
        held: Inner

    def to_head(value: Any) -> Any:
        seen.append(value)
        return value[0]

    taken = on(Outer).retyped("held", was=list[Inner], to_head=to_head, to_old=lambda one: [one], loses="all but one")
    had = on(Inner).removed("fish", was=Fish, required=False, loses="nobody reads it")
    gates = in_two_versions(Outer, taken, had)
    sent = {"tag": {}, "fish": {"tag": {"codeIn": "abc", "done": "maybe"}}}
    with pytest.raises(UpgradeError) as refused:
        gates.upgrade(Outer, {"held": [sent]}, from_version=OLD)
    assert refused.value.pointer == "/held/0/fish/tag/done"


@shows(
    "a key that no version has, in an object that a function gets | refused (422) where its model is closed, though "
    "the function would not pass it on; kept where it keeps extra keys; else the function does not see it",
)
@pytest.mark.parametrize("renamed", ["in the same change", "in a newer version", "in an older version", "never"])
@pytest.mark.parametrize(
    ("holder", "model", "kept"),
    [(OpenHolder, Open, {}), (KeepingHolder, Keeping, {"other": 7}), (ClosedHolder, Closed, None)],
    ids=["open", "keeping", "closed"],
)
def test_a_key_that_no_version_has_is_dropped_kept_or_refused_as_its_class_does(
    holder: Any, model: Any, kept: dict[str, Any] | None, renamed: str
) -> None:
    seen = Seen()
    retype, rename = retyped(holder, list[model])(seen), on(model).renamed("ready", to="done")
    match renamed:
        case "never":
            gates = gates_of([holder], retype)
        case "in the same change":
            gates = gates_of([holder], retype, rename)
        case "in a newer version":
            gates = in_two_versions(holder, rename, retype)
        case _:
            gates = in_two_versions(holder, retype, rename)
    key = "done" if renamed == "never" else "ready"
    sent = {"held": [{key: False, "other": 7}]}
    if kept is not None:
        assert gates.upgrade(holder, sent, from_version=OLD) == {"held": {"done": False, **kept}}
        assert len(seen) == 1
        assert len(seen[0][0]) == 1 + len(kept)
        return
    with pytest.raises(UpgradeError) as refused:
        gates.upgrade(holder, sent, from_version=OLD)
    assert [(one.kind, refused.value.pointer) for one in refused.value.failures] == [
        ("extra_forbidden", "/held/0/other")
    ]
    assert seen == []


def test_a_value_is_judged_before_an_older_function_gets_it_though_its_model_only_changes_later() -> None:
    seen = Seen()
    gates = in_two_versions(OpenHolder, on(Open).renamed("ready", to="done"), retyped(OpenHolder, list[Open])(seen))
    assert gates.upgrade(OpenHolder, {"held": [{"ready": "no"}]}, from_version=OLD) == {"held": {"done": False}}
    with pytest.raises(UpgradeError) as refused:
        gates.upgrade(OpenHolder, {"held": [{"ready": "maybe"}]}, from_version=OLD)
    assert (refused.value.pointer, seen) == ("/held/0/ready", [[{"ready": False}]])


def test_a_function_of_the_whole_object_does_not_see_what_an_open_class_drops() -> None:
    seen = Seen()

    def to_head(fish: Any) -> dict[str, Any]:
        seen.append(fish)
        return {"held": fish["tag"]}

    fact = on(OpenHolder).reshaped(was=Fish, to_head=to_head, to_old=lambda one: {"tag": one["held"]}, loses="labels")
    gates = gates_of([OpenHolder], fact)
    sent = {"tag": {"done": False, "other": 1}, "other": 2}
    assert gates.upgrade(OpenHolder, sent, from_version=OLD) == {"held": {"done": False}}
    assert seen == [{"tag": {"done": False}}]
