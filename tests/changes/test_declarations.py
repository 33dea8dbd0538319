"""Which changes, versions and timelines may be declared, and which are refused at once."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel

from timegate import (
    DeclarationError,
    Timeline,
    UnknownVersion,
    UnsupportedVersion,
    Version,
    VersionChange,
    VersionTooNew,
    current_version,
    on,
)
from timegate.context import SELECTED
from timegate.timeline import semver


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Item(BaseModel):
    name: str
    size: int = 0


class Named(VersionChange):
    """`title` is now called `name`."""

    changes = (on(Item).renamed("title", to="name"),)


class Gentle(VersionChange):
    """Old clients are treated more gently."""


class Other(VersionChange):
    """Something else."""


def declare(**body: Any) -> type[VersionChange]:
    return type("Declared", (VersionChange,), {"__doc__": "A change.", **body})


class TestAChange:
    def test_is_described_by_its_docstring(self) -> None:
        assert Named.description == "`title` is now called `name`."
        assert not Named.hidden

    def test_is_described_by_its_description_where_it_has_both(self) -> None:
        assert declare(description="This counts.").description == "This counts."

    def test_may_have_a_description_and_no_docstring(self) -> None:
        assert declare(__doc__=None, description="This counts.").description == "This counts."

    def test_inherits_no_description(self) -> None:
        with pytest.raises(DeclarationError, match="Silent needs a docstring"):
            type("Silent", (Named,), {})

    @pytest.mark.parametrize("doc", [None, "", "   \n  "])
    def test_without_a_description_is_refused(self, doc: str | None) -> None:
        with pytest.raises(DeclarationError, match="Declared needs a docstring, its line of the changelog"):
            declare(__doc__=doc)

    def test_may_be_a_flag_and_may_be_hidden(self) -> None:
        assert Gentle.changes == ()
        assert declare(hidden=True).hidden

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            (on(Item).added("size"), r"Declared\.changes is one fact; a comma makes it a tuple"),
            (5, r"Declared\.changes is not a sequence of facts"),
            ("added", r"Declared\.changes is not a sequence of facts"),
            (None, r"Declared\.changes is not a sequence of facts"),
            ({on(Item).added("size")}, r"Declared\.changes is not a sequence of facts"),
            ((on(Item).added("size"), 5), r"Declared\.changes holds 5, which is not a fact"),
            ([on(Item)], r"Declared\.changes holds on\(Item\), which is not a fact"),
            ([Item], r"Declared\.changes holds <class .*Item'>, which is not a fact"),
        ],
    )
    def test_takes_only_facts(self, changes: object, message: str) -> None:
        with pytest.raises(DeclarationError, match=message):
            declare(changes=changes)

    def test_takes_a_list_of_facts_and_keeps_a_tuple(self) -> None:
        assert declare(changes=[on(Item).added("size")]).changes == (on(Item).added("size"),)

    @pytest.mark.parametrize("name", ["change", "Changes", "instructions", "added"])
    def test_refuses_attributes_that_mean_nothing(self, name: str) -> None:
        with pytest.raises(DeclarationError, match=rf"Declared\.{name} has no meaning; facts go into `changes = "):
            declare(**{name: (on(Item).added("size"),)})

    def test_may_hold_its_own_functions(self) -> None:
        class Counted(VersionChange):
            """`size` was text."""

            @staticmethod
            def to_head(value: Any) -> int:
                return int(value)

            changes: ClassVar = (on(Item).retyped("size", was=str, to_head=to_head, to_old=str),)

        assert Counted.to_head("5") == 5

    def test_is_declared_and_never_instantiated(self) -> None:
        with pytest.raises(DeclarationError, match=r"Named is declared, not instantiated: Version\(…, Named\)"):
            Named()

    def test_may_be_part_of_two_timelines(self) -> None:
        first = Timeline(Version("2025-02-01", Named), Version("2025-01-01"))
        second = Timeline(Version("2026-02-01", Named), Version("2026-01-01"))
        assert [timeline.versions[0].changes for timeline in (first, second)] == [(Named,), (Named,)]


class TestAVersion:
    def test_is_a_day_or_its_text(self) -> None:
        assert Version(date(2025, 4, 11)).value == Version("2025-04-11").value == "2025-04-11"

    @pytest.mark.parametrize("change", [VersionChange, Item, on(Item).added("size"), "Named", None])
    def test_takes_only_changes(self, change: Any) -> None:
        with pytest.raises(DeclarationError, match=r"Version\('2025-04-11', …\) takes subclasses of VersionChange"):
            Version("2025-04-11", change)

    def test_has_a_deprecation_and_a_sunset(self) -> None:
        version = Version("2025-04-11", deprecated=date(2026, 1, 1), sunset=datetime(2026, 6, 1, 12, tzinfo=UTC))
        assert version.deprecated == datetime(2026, 1, 1, tzinfo=UTC)
        assert version.sunset == datetime(2026, 6, 1, 12, tzinfo=UTC)

    def test_whose_sunset_is_before_its_deprecation_is_refused(self) -> None:
        with pytest.raises(DeclarationError, match="the sunset is before the deprecation"):
            Version("2025-04-11", deprecated=date(2026, 6, 1), sunset=date(2026, 1, 1))

    def test_has_a_repr_like_its_code(self) -> None:
        assert repr(Version("2025-04-11", Named, Gentle)) == "Version('2025-04-11', Named, Gentle)"


class TestATimeline:
    @pytest.mark.parametrize(
        ("versions", "message"),
        [
            ((), "needs at least one version"),
            (("2025-01-01", "2025-02-01"), "newest first, but 2025-01-01 is before 2025-02-01"),
            (("2025-03-01", "2025-01-01", "2025-02-01"), "newest first, but 2025-01-01 is before 2025-02-01"),
            (("2025-01-01", "2025-01-01"), "version 2025-01-01 is listed twice"),
            (("2025-01-01", "v1"), "'v1' is not a date like 2025-04-11"),
            (("2025-02-30",), "day is out of range"),
            (("20250101",), "'20250101' is not a date like 2025-04-11"),
            (("2025-W01-1",), "'2025-W01-1' is not a date like 2025-04-11"),
        ],
    )
    def test_requires_dates_newest_first(self, versions: tuple[str, ...], message: str) -> None:
        with pytest.raises(DeclarationError, match=message):
            Timeline(*map(Version, versions))

    def test_refuses_changes_in_the_oldest_version(self) -> None:
        message = r"2025-01-01 is the oldest version .*: move Named \(.*test_declarations.py:35\) to the version that"
        with pytest.raises(DeclarationError, match=message):
            Timeline(Version("2025-02-01"), Version("2025-01-01", Named))
        with pytest.raises(DeclarationError, match="2025-01-01 is the oldest version"):
            Timeline(Version("2025-01-01", Named))

    def test_refuses_one_change_in_two_versions(self) -> None:
        with pytest.raises(DeclarationError, match=r"Named \(.*\) is listed in 2025-03-01 and in 2025-02-01"):
            Timeline(Version("2025-03-01", Named), Version("2025-02-01", Gentle, Named), Version("2025-01-01"))

    def test_refuses_one_change_twice_in_one_version(self) -> None:
        with pytest.raises(DeclarationError, match=r"Named \(.*\) is listed in 2025-02-01 and in 2025-02-01"):
            Timeline(Version("2025-02-01", Named, Named), Version("2025-01-01"))

    def test_may_have_one_version(self) -> None:
        assert Timeline(Version("2025-01-01")).values == ("2025-01-01",)

    @pytest.mark.parametrize(
        ("scheme", "versions", "wrong"),
        [
            (semver, ("1.10.0", "1.9.5", "0.1.0"), ("1.9.5", "1.10.0")),
            (int, ("10", "9", "1"), ("9", "10")),
            (float, ("1.5", "1.25"), ("1.25", "1.5")),
        ],
    )
    def test_takes_other_schemes_by_their_order(
        self, scheme: Any, versions: tuple[str, ...], wrong: tuple[str, ...]
    ) -> None:
        assert Timeline(*map(Version, versions), scheme=scheme).values == versions
        with pytest.raises(DeclarationError, match=f"newest first, but {wrong[0]} is before {wrong[1]}"):
            Timeline(*map(Version, wrong), scheme=scheme)

    def test_knows_which_changes_a_version_lacks(self) -> None:
        timeline = Timeline(Version("2025-03-01", Named), Version("2025-02-01", Gentle, Other), Version("2025-01-01"))
        assert [timeline.lacking(index) for index in range(3)] == [
            frozenset(),
            {Named},
            {Named, Gentle, Other},
        ]
        assert (timeline.head.value, len(timeline), timeline.index("2025-02-01")) == ("2025-03-01", 3, 1)


class TestResolving:
    timeline = Timeline(Version("2025-09-23"), Version("2025-04-11"), Version("2024-01-01"))

    @pytest.mark.parametrize(
        ("requested", "resolved"),
        [
            ("2025-09-23", "2025-09-23"),
            ("2025-09-22", "2025-04-11"),
            ("2025-04-11", "2025-04-11"),
            ("2025-04-10", "2024-01-01"),
            ("2024-01-01", "2024-01-01"),
        ],
    )
    def test_returns_that_version_or_the_closest_older_one(self, requested: str, resolved: str) -> None:
        assert self.timeline.resolve(requested).value == resolved

    @pytest.mark.parametrize(
        ("requested", "error", "message"),
        [
            ("2023-12-31", UnsupportedVersion, "is older than the oldest supported version"),
            ("2025-09-24", VersionTooNew, "is newer than this server: upgrade the server first"),
            ("latest", UnknownVersion, "is not a version of this API"),
            ("", UnknownVersion, "is not a version of this API"),
            ("2025-9-23", UnknownVersion, "is not a version of this API"),
            ("2025-09-23 ", UnknownVersion, "is not a version of this API"),
            ("２025-09-23", UnknownVersion, "is not a version of this API"),
        ],
    )
    def test_refuses_any_other_value_and_lists_what_is_supported(
        self, requested: str, error: type[UnknownVersion | UnsupportedVersion | VersionTooNew], message: str
    ) -> None:
        with pytest.raises(error) as refused:
            self.timeline.resolve(requested)
        assert refused.value.requested == requested
        assert refused.value.supported == ("2025-09-23", "2025-04-11", "2024-01-01")
        assert str(refused.value) == f"Version {requested!r} {message}. Supported: 2025-09-23, 2025-04-11, 2024-01-01."

    def test_compares_numbers_as_numbers(self) -> None:
        timeline = Timeline(Version("1.10.0"), Version("1.9.0"), scheme=semver)
        assert timeline.resolve("1.9.99").value == "1.9.0"
        with pytest.raises(VersionTooNew):
            timeline.resolve("1.11.0")


class TestApplies:
    timeline = Timeline(Version("2025-03-01", Named), Version("2025-02-01", Gentle), Version("2025-01-01"))

    @pytest.mark.parametrize(
        ("version", "named", "gentle"),
        [("2025-03-01", True, True), ("2025-02-01", False, True), ("2025-01-01", False, False)],
    )
    def test_depends_on_the_version_of_the_request(self, version: str, named: bool, gentle: bool) -> None:
        token = SELECTED.set(self.timeline.selected(self.timeline.index(version)))
        try:
            assert (Named.applies(), Gentle.applies()) == (named, gentle)
            assert current_version() == version
        finally:
            SELECTED.reset(token)

    def test_is_refused_where_the_timeline_does_not_have_the_change(self) -> None:
        token = SELECTED.set(self.timeline.selected(0))
        try:
            with pytest.raises(DeclarationError, match=r"Version\(…, Other\)"):
                Other.applies()
        finally:
            SELECTED.reset(token)

    def test_is_true_outside_a_request(self) -> None:
        assert Named.applies()
        assert current_version() is None
