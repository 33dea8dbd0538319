"""A key that is no field of the client's keeps its name, also where a version in between had a field of that name."""

from pydantic import BaseModel, ConfigDict

from tests.silence.old_client import changed
from timegate import Contract, Timeline, Version, on


class Leaf(BaseModel):
    model_config = ConfigDict(extra="allow")

    alpha: str | None = None
    delta: list[str] = []


class Root(BaseModel):
    held: list[Leaf] | None = None
    moved: int | None = None


def test_a_key_called_like_a_field_for_a_while_keeps_its_name_below_a_value_that_older_versions_fill_in() -> None:
    boundaries = [
        on(Root).moved("old.place", to="moved"),
        on(Root).defaulted("held", was=[]),
        on(Leaf).added("delta", default=[]),
        on(Leaf).renamed("beta", to="alpha"),
        on(Leaf).renamed("alpha", to="beta"),
    ]
    versions = [Version(f"{2030 - index}-01-01", changed(fact)) for index, fact in enumerate(boundaries)]
    gates = Timeline(*versions, Version("2001-01-01")).compile(Contract.of_types(Root))
    sent = {"held": [{"alpha": "a", "beta": "extra", "zz": 1}]}
    received = gates.upgrade(Root, sent, from_version="2001-01-01")
    assert received == {"held": [{"alpha": "a", "beta": "extra", "zz": 1, "delta": []}]}
