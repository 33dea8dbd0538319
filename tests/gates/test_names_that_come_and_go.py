"""Steps of several versions become one only where they are about the same key."""

import pytest
from pydantic import BaseModel

from timegate import Contract, Gates, Timeline, Version, VersionChange, on, sibling


class Run(BaseModel):
    label: str | None = None
    after: int


def compiled(*versions: object) -> Gates:
    """Each version of one fact, newest first, and the oldest of none."""
    changes = [
        type("Changed", (VersionChange,), {"__doc__": "Something changed.", "changes": (fact,)}) for fact in versions
    ]
    numbers = range(len(changes), 0, -1)
    listed = [Version(str(number + 1), change) for number, change in zip(numbers, changes, strict=True)]
    return Timeline(*listed, Version("1"), scheme=int).compile(Contract.of_types(Run))


REMOVED = on(Run).removed("at", was=int, backfill=sibling("after"), loses="it was the same")


@pytest.mark.parametrize("name", ["1", "2", "3"])
def test_a_key_that_is_put_back_from_one_that_was_added_is_there_without_it(name: str) -> None:
    gates = compiled(REMOVED, on(Run).added("after", default=1))
    expected = {"label": None, "after": 3}
    if name != "3":
        expected |= {"at": 3}
    if name == "1":
        del expected["after"]
    assert gates.downgrade(Run, {"label": None, "after": 3}, to_version=name) == expected


def test_a_key_that_only_old_clients_send_is_dropped_and_the_newer_one_is_filled() -> None:
    gates = compiled(REMOVED, on(Run).added("after", default=1))
    assert gates.upgrade(Run, {"label": None, "at": 5}, from_version="1") == {"label": None, "after": 1}


def test_a_name_may_come_go_and_come_again() -> None:
    gates = compiled(
        on(Run).removed("at", was=int, backfill=7, loses="it was a constant"),
        on(Run).added("at"),
        on(Run).removed("at", was=int, backfill=8, loses="it was a constant"),
        on(Run).added("at"),
    )
    sent = [gates.downgrade(Run, {"after": 3}, to_version=version) for version in ("5", "4", "3", "2", "1")]
    assert sent == [{"after": 3}, {"after": 3, "at": 7}, {"after": 3}, {"after": 3, "at": 8}, {"after": 3}]


def test_a_name_may_be_that_of_another_key_before() -> None:
    gates = compiled(
        on(Run).renamed("second", to="after"),
        on(Run).renamed("first", to="second"),
        on(Run).removed("second", was=int, backfill=1, loses="it was a constant"),
    )
    sent = [gates.downgrade(Run, {"after": 3}, to_version=version) for version in ("4", "3", "2", "1")]
    assert sent == [{"after": 3}, {"second": 3}, {"first": 3}, {"first": 3, "second": 1}]
