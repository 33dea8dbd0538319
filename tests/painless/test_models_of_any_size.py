"""A model may have thousands of fields."""

from typing import Any

from pydantic import BaseModel, create_model

from tests.silence.exchanges import OLD, timeline_of
from timegate import Contract, on

FIELDS = 4000


def test_one_of_thousands_of_fields_can_change() -> None:
    fields: dict[str, Any] = {f"f{index}": (int, 0) for index in range(FIELDS)}
    model = create_model("Wide", **fields)
    gates = timeline_of(on(model).renamed("old", to="f1")).compile(Contract.of_types(model))
    head = {f"f{index}": index for index in range(FIELDS)}
    old = {"old" if key == "f1" else key: value for key, value in head.items()}
    for missing in (set[str](), {"f0"}, {"f1", "f3999"}):
        given = {key: value for key, value in head.items() if key not in missing}
        expected = {key: value for key, value in old.items() if key not in missing and value != 1}
        expected |= {"old": 1} if "f1" not in missing else {}
        assert gates.downgrade(model, dict(given), to_version=OLD) == expected
        assert gates.upgrade(model, dict(expected), from_version=OLD) == given


def test_thousands_of_fields_may_hold_what_changes() -> None:
    class Inner(BaseModel):
        key: int

    fields: dict[str, Any] = {f"f{index}": (Inner | None, None) for index in range(FIELDS // 4)}
    model = create_model("Holder", **fields)
    gates = timeline_of(on(Inner).renamed("old", to="key")).compile(Contract.of_types(model))
    assert gates.downgrade(model, {"f3": {"key": 1}}, to_version=OLD) == {"f3": {"old": 1}}
