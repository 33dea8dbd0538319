"""What a check tells besides differences, whom promises bind, and what is accepted."""

from __future__ import annotations

import json
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, BeforeValidator

from timegate import Contract, Promises, Timeline, Version, VersionChange, endpoint, on
from timegate.errors import DeclarationError
from timegate.frozen.acceptances import NotAccepted
from timegate.frozen.check import Check
from timegate.frozen.contract import VersionContracts
from timegate.frozen.finding import Finding, Level
from timegate.frozen.folder import Folder, NotFrozen


class Item(BaseModel):
    sku: str


class Offer(BaseModel):
    article: str


class Visit(BaseModel):
    page: str


class Skus(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("article", to="sku"),)


class Visits(VersionChange):
    """Visits are counted."""

    changes = (endpoint("/visits").added(),)


class Pages(VersionChange):
    """A visit is of a page."""

    changes = (on(Visit).renamed("url", to="page"),)


def app(*kinds: Any) -> FastAPI:
    """An app that returns each of some types."""
    made = FastAPI()
    for kind in kinds:
        path = f"/{kind.__name__.lower()}s"

        async def give() -> Any:
            return None

        made.add_api_route(path, give, methods=["GET"], response_model=kind, name=kind.__name__)
    return made


def checked(timeline: Timeline, head: FastAPI, folder: Path, *, frozen: FastAPI | None = None) -> list[Finding]:
    """Freeze every released version as it was, and check head."""
    if frozen is not None:
        contract = Contract.of(frozen)
        gates = timeline.compile(contract)
        for version in timeline.supported:
            Folder(folder).write(version, VersionContracts(contract).at(gates, version).document)
    return list(Check(timeline, Contract.of(head), Folder(folder)).report().findings)


def told(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(one.rule, one.place) for one in findings]


def test_a_version_past_its_sunset_is_told(tmp_path: Path) -> None:
    timeline = Timeline(Version("2025-06-01"), Version("2025-01-01", sunset=date(2025, 2, 1)))
    assert told(checked(timeline, app(Item), tmp_path, frozen=app(Item))) == [("past its sunset", "2025-01-01")]


def test_a_fact_that_no_older_client_can_meet_is_told(tmp_path: Path) -> None:
    timeline = Timeline(Version("2025-09-01", Visits), Version("2025-06-01", Pages), Version("2025-01-01"))
    (finding,) = checked(timeline, app(Item, Visit), tmp_path, frozen=app(Item, Visit))
    assert (finding.rule, finding.place) == ("never fires", "Pages")
    assert 'on(Visit).renamed("url"' in finding.message.replace("'", '"')
    assert finding.level is Level.WARNING


def test_a_twin_that_kept_the_old_name_is_told_until_the_version_is_frozen(tmp_path: Path) -> None:
    timeline = Timeline(Version("unreleased", Skus), Version("2025-01-01"))
    findings = checked(timeline, app(Item, Offer), tmp_path, frozen=app(Item, Offer))
    assert told(findings) == [("forgotten twin", "Offer.article")]
    assert "on(Item, Offer).renamed('article', to='sku')" in findings[0].remedy


def test_a_place_that_slipped_away_from_the_gates_is_told(tmp_path: Path) -> None:
    def read(value: Any) -> Any:
        return value

    narrow = type("Item", (BaseModel,), {"__annotations__": {"sku": Annotated[str, BeforeValidator(read)]}})

    def taking(kind: Any) -> FastAPI:
        made = app(Item)

        async def take(body: Any) -> None:
            return None

        take.__annotations__ = {"body": kind, "return": None}
        made.add_api_route("/taken", take, methods=["POST"])
        return made

    timeline = Timeline(Version("2025-01-01"))
    findings = checked(timeline, taking(narrow), tmp_path, frozen=taking(Item))
    assert [one.rule for one in findings if one.level is Level.WARNING] == ["newly narrowed"]


def test_a_fact_that_loses_data_breaks_the_promise_of_losing_none(tmp_path: Path) -> None:
    class Sized(VersionChange):
        """Items have a size."""

        changes = (on(Item).added("sku"),)

    timeline = Timeline(Version("2025-06-01", Sized), Version("2025-01-01"), promise="lossless")
    (finding,) = checked(timeline, app(Item), tmp_path, frozen=app(Item))
    assert (finding.rule, finding.level) == ("loses data", Level.ERROR)


class TestPromises:
    def test_a_difference_counts_for_every_operation_that_its_model_reaches(self, tmp_path: Path) -> None:
        more = type("Item", (Item,), {"__annotations__": {"colour": str}, "colour": "red"})
        promised: list[tuple[Promises, Level]] = [
            (Promises("additive"), Level.NOTE),
            (Promises("additive", {"GET /items": "exact"}), Level.ERROR),
            (Promises("additive", {"/items": "exact"}), Level.ERROR),
            (Promises("exact", {"/items": "additive"}), Level.NOTE),
            (Promises("additive", {"GET /others": "exact"}), Level.NOTE),
        ]
        for promises, level in promised:
            timeline = Timeline(Version("2025-01-01"), promise=promises)
            (finding,) = checked(timeline, app(more), tmp_path, frozen=app(Item))
            assert (finding.place, finding.level) == ("Item.colour", level)
            assert finding.rule == ("open door" if level is Level.NOTE else "undeclared change")

    def test_members_may_be_added_to_an_open_enum_alone(self, tmp_path: Path) -> None:
        old, new = Enum("State", {"a": "a"}), Enum("State", {"a": "a", "b": "b"})

        def holding(kind: Any) -> FastAPI:
            return app(type("Run", (BaseModel,), {"__annotations__": {"state": kind}}))

        for open_enums, level in (((), Level.ERROR), ((new,), Level.NOTE), (("State",), Level.NOTE)):
            timeline = Timeline(Version("2025-01-01"), promise=Promises("additive", open_enums=open_enums))
            (finding,) = checked(timeline, holding(new), tmp_path, frozen=holding(old))
            assert (finding.place, finding.level) == ("State", level)

    def test_there_is_no_other_promise(self) -> None:
        promise: Any = "loose"
        with pytest.raises(DeclarationError, match="'loose' is no promise: one of 'exact', 'additive', 'lossless'"):
            Timeline(Version("2025-01-01"), promise=promise)


def test_a_key_that_subclasses_inherit_is_declared_once_in_their_base(tmp_path: Path) -> None:
    class Base(BaseModel):
        sku: str

    class Offered(Base):
        price: int

    class NewBase(BaseModel):
        sku: str
        colour: str = "red"

    class NewOffered(NewBase):
        price: int

    for kind, old in ((NewBase, Base), (NewOffered, Offered)):
        kind.__name__, kind.__qualname__ = old.__name__, old.__qualname__
        kind.model_config["title"] = old.__name__
        kind.model_rebuild(force=True)
    timeline = Timeline(Version("2025-01-01"))
    checked(timeline, app(Base, Offered), tmp_path, frozen=app(Base, Offered))
    check = Check(timeline, Contract.of(app(NewBase, NewOffered)), Folder(tmp_path))
    (proposal,) = check.to_declare()
    assert [fact.text for fact in proposal.facts] == ['on("Base").added("colour")']
    assert len(proposal.fingerprints) == 2


def test_a_default_of_null_that_is_gone_is_declared_before_the_null(tmp_path: Path) -> None:
    class Note(BaseModel):
        text: str | None = None

    class NewNote(BaseModel):
        text: str

    NewNote.__name__ = NewNote.__qualname__ = "Note"
    NewNote.model_config["title"] = "Note"
    NewNote.model_rebuild(force=True)

    def of(kind: Any) -> FastAPI:
        made = FastAPI()

        async def put(body: Any) -> None:
            return None

        put.__annotations__["body"] = kind
        made.add_api_route("/notes", put, methods=["PUT"])
        return made

    oldest = Version("2025-01-01")
    checked(Timeline(oldest), of(Note), tmp_path, frozen=of(Note))
    (proposal,) = Check(Timeline(oldest), Contract.of(of(NewNote)), Folder(tmp_path)).to_declare()
    default, null = (fact.text for fact in proposal.facts)
    assert default == 'on(Note).defaulted("text", was=None)'
    assert null.startswith('on(Note).became_non_null("text", null_is=undecided(')

    class Texts(VersionChange):
        """A note has a text."""

        changes = (on(NewNote).defaulted("text", was=None), on(NewNote).became_non_null("text", null_is=""))

    assert checked(Timeline(Version("unreleased", Texts), oldest), of(NewNote), tmp_path) == []


def test_a_declared_change_that_cannot_be_carried_out_is_told_with_what_differs(tmp_path: Path) -> None:
    renamed = type("Item", (BaseModel,), {"__annotations__": {"code": str}})
    timeline = Timeline(Version("2025-06-01", Skus), Version("2025-01-01"))
    findings = checked(timeline, app(renamed), tmp_path, frozen=app(Item))
    assert ("does not compile", "2025-06-01 Skus Item") in told(findings)
    assert {"Item.sku", "Item.code"} <= {one.place for one in findings}
    assert any("renamed" in one.remedy and "to=" in one.remedy for one in findings if one.place == "Item.sku")


@pytest.mark.parametrize(
    ("text", "problem"),
    [("{", "is no JSON"), ('{"abc": {}}', "abc has no reason"), ('{"abc": {"reason": " "}}', "abc has no reason")],
)
def test_acceptances_without_a_reason_are_refused(text: str, problem: str, tmp_path: Path) -> None:
    timeline = Timeline(Version("2025-01-01"))
    checked(timeline, app(Item), tmp_path, frozen=app(Item))
    (tmp_path / "accepted.json").write_text(text, encoding="utf-8")
    with pytest.raises(NotAccepted, match=problem):
        checked(timeline, app(Item), tmp_path)


def test_a_frozen_contract_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    timeline = Timeline(Version("2025-01-01"))
    (tmp_path / "2025-01-01.json").write_text("[]", encoding="utf-8")
    with pytest.raises(NotFrozen, match="holds no OpenAPI document"):
        checked(timeline, app(Item), tmp_path)


def test_the_file_is_the_same_whenever_it_is_written(tmp_path: Path) -> None:
    timeline = Timeline(Version("2025-06-01", Skus), Version("2025-01-01"))
    texts: list[str] = []
    for kinds in ((Item, Offer), (Offer, Item)):
        checked(timeline, app(Item), tmp_path, frozen=app(*kinds))
        texts.append((tmp_path / "2025-01-01.json").read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    assert json.loads(texts[0])["openapi"] == "3.1.0"
