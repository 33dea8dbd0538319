"""A declaration has an effect, or it is refused where it is written, compiled or started."""

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel

from tests.silence.exchanges import NEW, OLD, change_of, exchange, faults_of, gated, timeline_of
from tests.silence.runs import Run, healthy
from timegate import Contract, DeclarationError, TimegateError, Timeline, Version, VersionChange, endpoint, enum, on
from timegate.asgi import TimegateMiddleware


class Part(BaseModel):
    size: int = 0


class Whole(BaseModel):
    good: int = 0
    part: Part = Part()
    tags: list[str] = []


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of version files that is forgotten after the test."""
    root = tmp_path / "silent_versions"
    root.mkdir()
    (root / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield root
    for name in [name for name in sys.modules if name.startswith("silent_versions")]:
        del sys.modules[name]


def write(package: Path, **modules: str) -> None:
    for name, text in modules.items():
        (package / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")


SHARED = """
    from timegate import VersionChange

    class Shared(VersionChange):
        'In a module of its own.'

    class Base(VersionChange):
        'What changes have in common.'

    def make():
        class Made(VersionChange):
            'Made by a function.'
        return Made
"""


class TestVersionModules:
    def test_whose_change_a_function_of_another_module_made_are_not_read_without_it(self, package: Path) -> None:
        write(
            package,
            shared=SHARED,
            v2025_06_01="from silent_versions.shared import make\nArticle = make()\n",
            v2025_01_01="",
        )
        with pytest.raises(DeclarationError, match=r"Made|Article"):
            Timeline.from_package("silent_versions")

    def test_that_import_a_change_which_no_version_has_are_not_read_without_it(self, package: Path) -> None:
        write(package, shared=SHARED, v2025_06_01="from silent_versions.shared import Shared\n", v2025_01_01="")
        with pytest.raises(DeclarationError, match="Shared"):
            Timeline.from_package("silent_versions")

    @pytest.mark.parametrize("name", ["v20250601", "v2025_6_1", "V2025_06_01", "v2025_06_01_a", "v2025_0601", "v2025"])
    def test_that_are_almost_called_so_are_refused_by_their_name(self, package: Path, name: str) -> None:
        write(package, shared=SHARED, v2025_01_01="", **{name: "from silent_versions.shared import Base\n"})
        with pytest.raises(DeclarationError, match=name):
            Timeline.from_package("silent_versions")

    def test_may_be_packages_whose_own_modules_hold_their_changes(self, package: Path) -> None:
        (package / "v2025_06_01").mkdir()
        change = "from timegate import VersionChange\nclass {0}(VersionChange):\n    '{0}.'\n"
        write(
            package / "v2025_06_01",
            __init__="from silent_versions.v2025_06_01.orders import Ordered\n" + change.format("Own"),
            items=change.format("Itemized"),
            orders=change.format("Ordered"),
        )
        write(package, v2025_01_01="")
        versions = Timeline.from_package("silent_versions").versions
        assert [change.__name__ for change in versions[0].changes] == ["Own", "Itemized", "Ordered"]

    def test_with_two_changes_of_one_name_are_not_read_without_the_first(self, package: Path) -> None:
        change = "from timegate import VersionChange\nclass Twice(VersionChange):\n    'One.'\n"
        write(package, v2025_06_01=change + change, v2025_01_01="")
        with pytest.raises(DeclarationError, match=r"v2025_06_01 declares Twice twice"):
            Timeline.from_package("silent_versions")

    def test_may_give_a_change_a_second_name(self, package: Path) -> None:
        change = "from timegate import VersionChange\nclass One(VersionChange):\n    'One.'\nOther = One\n"
        write(package, v2025_06_01=change, v2025_01_01="")
        versions = Timeline.from_package("silent_versions").versions
        assert [change.__name__ for change in versions[0].changes] == ["One"]

    def test_of_no_such_date_are_refused_by_a_sentence(self, package: Path) -> None:
        write(package, v2025_13_01="", v2025_01_01="")
        with pytest.raises(DeclarationError, match="2025-13-01"):
            Timeline.from_package("silent_versions")

    def test_may_import_what_their_changes_inherit_from(self, package: Path) -> None:
        write(
            package,
            shared=SHARED,
            v2025_06_01="""
                from silent_versions.shared import Base

                class Special(Base):
                    'One of them.'
            """,
            v2025_01_01="",
        )
        versions = Timeline.from_package("silent_versions").versions
        assert [[change.__name__ for change in version.changes] for version in versions] == [["Special"], []]

    def test_may_import_the_change_of_another_version(self, package: Path) -> None:
        write(
            package,
            v2025_09_01="""
                from silent_versions.v2025_06_01 import Ant
                from timegate import VersionChange

                class Bee(VersionChange):
                    'It comes after the ant.'
            """,
            v2025_06_01="from timegate import VersionChange\n\nclass Ant(VersionChange):\n    'An ant.'\n",
            v2025_01_01="",
            helpers="raise RuntimeError('is no version')",
        )
        versions = Timeline.from_package("silent_versions").versions
        assert [[change.__name__ for change in version.changes] for version in versions] == [["Bee"], ["Ant"], []]


def runs(*, method: str = "GET", typed: bool = True) -> FastAPI:
    """An app that has a route at the place where a move says that older clients have it."""
    app = FastAPI()

    async def kept(dag: str) -> Run:
        return Run(run_id=f"kept {dag}")

    async def previous(dag: str) -> Run:
        return Run(run_id=f"previous {dag}")

    kind = Run if typed else None
    app.add_api_route("/runs/{dag}/previous", kept, methods=[method], response_model=kind, operation_id="kept")
    app.add_api_route("/runs/previous", previous, response_model=Run, operation_id="previous")
    return app


MOVED = endpoint("/runs/{dag}/previous", "GET").moved(to="/runs/previous?dag={dag}")
CAME = endpoint("/runs/{dag}/previous", "GET").added()


class TestMoves:
    @pytest.mark.parametrize("typed", [True, False])
    def test_to_a_place_whose_old_path_head_still_has_are_refused(self, typed: bool) -> None:
        faults = faults_of(Contract.of(runs(typed=typed)), MOVED, on(Run).added("note"))
        assert len(faults) == 1
        assert "/runs/{dag}/previous" in faults[0].place

    def test_are_refused_whatever_the_parameters_are_called(self) -> None:
        fact = endpoint("/runs/{dag_id}/previous", "GET").moved(to="/runs/previous?dag={dag_id}")
        assert len(faults_of(Contract.of(runs()), fact)) == 1

    def test_are_refused_where_the_route_at_the_old_path_came_before_the_move(self) -> None:
        assert len(faults_of(Contract.of(runs()), CAME, MOVED)) == 1

    def test_of_every_method_are_refused_where_one_is_still_there(self) -> None:
        fact = endpoint("/runs/{dag}/previous").moved(to="/runs/previous?dag={dag}")
        assert len(faults_of(Contract.of(runs()), fact)) == 1

    def test_to_a_place_whose_old_path_another_route_took_afterwards_serve_both(self) -> None:
        app = gated(runs(), MOVED, CAME, on(Run).added("note"))
        old, new = (exchange(app, "GET", "/runs/d/previous", version=version) for version in (OLD, NEW))
        assert (old.status, old.json()) == (200, {"run_id": "previous d"})
        assert (new.status, new.json()) == (200, {"run_id": "kept d", "note": "secret"})

    def test_that_leave_another_method_at_the_old_path_serve_both(self) -> None:
        app = gated(runs(method="POST"), MOVED, on(Run).added("note"))
        got = exchange(app, "GET", "/runs/d/previous")
        posted = exchange(app, "POST", "/runs/d/previous")
        assert (got.json(), posted.json()) == ({"run_id": "previous d"}, {"run_id": "kept d"})

    def test_away_from_a_path_that_a_wider_route_of_head_matches_serve_both(self) -> None:
        app = FastAPI()

        @app.get("/runs/{key}")
        async def one(key: str) -> Run:
            return Run(run_id=f"one {key}")

        @app.get("/latest")
        async def latest() -> Run:
            return Run(run_id="latest")

        changed = gated(app, endpoint("/runs/latest", "GET").moved(to="/latest"), on(Run).added("note"))
        assert exchange(changed, "GET", "/runs/latest").json() == {"run_id": "latest"}
        assert exchange(changed, "GET", "/runs/other").json() == {"run_id": "one other"}


NOWHERE: dict[str, Any] = {
    "removed below a field that is none": on(Whole).removed("nope.b", was=int, backfill=4, loses="x"),
    "removed below a scalar": on(Whole).removed("good.b", was=int, backfill=4, loses="x"),
    "removed two levels below nothing": on(Whole).removed("part.nope.b", was=int, backfill=4, loses="x"),
    "removed from the items of a scalar": on(Whole).removed("good.*", was=int, backfill=4, loses="x"),
    "removed from each item": on(Whole).removed("tags.*", was=int, backfill=4, loses="x"),
    "removed from the items' inside": on(Whole).removed("tags.*.b", was=int, backfill=4, loses="x"),
    "added": on(Whole).added("nope.b"),
    "added below": on(Whole).added("part.nope"),
    "renamed": on(Whole).renamed("nope.a", to="nope.b"),
    "retyped": on(Whole).retyped("nope.b", was=str, to_head=int, to_old=str),
    "became nullable": on(Whole).became_nullable("nope.b", null_was=1),
    "became required": on(Whole).became_required("nope.b", default=1),
    "became optional": on(Whole).became_optional("nope.b", missing_was=1),
    "became a list": on(Whole).became_list("nope.b"),
    "defaulted": on(Whole).defaulted("nope.b", was=1),
    "constrained": on(Whole).constrained("nope.b", was=int),
    "moved": on(Whole).moved("a.b", to="nope.b"),
}


@pytest.mark.parametrize("name", NOWHERE)
def test_a_path_to_nowhere_is_a_fault(name: str) -> None:
    assert len(faults_of(Contract.of_types(Whole), NOWHERE[name])) == 1


def test_a_removed_field_below_another_model_comes_back_there() -> None:
    fact = on(Whole).removed("part.old", was=int, backfill=4, loses="x")
    gates = timeline_of(fact).compile(Contract.of_types(Whole))
    assert gates.downgrade(Whole, {"good": 1, "part": {"size": 2}}, to_version=OLD) == {
        "good": 1,
        "part": {"size": 2, "old": 4},
    }


UNNAMED: list[Any] = ["2025-06-01", "2025-01-01"]


@pytest.mark.parametrize(
    "declare",
    [
        lambda: on(Run).added(),
        lambda: on().added("note"),
        lambda: on(Run).removed(was=int),
        lambda: on(Run).became_nullable(null_was=""),
        lambda: on(Run).became_required(default=1),
        lambda: on(Run).defaulted(was=1),
        lambda: on(Run).retyped(to_head=int),
        lambda: on(Run).became_list(),
        lambda: on(Run).constrained(was=int),
        lambda: enum(Run).grew(),
        lambda: change_of(on(Run).added),
        lambda: Timeline(*UNNAMED),
    ],
)
def test_a_fact_about_nothing_is_refused_where_it_is_written(declare: Any) -> None:
    with pytest.raises(DeclarationError):
        declare()


class Forgotten(VersionChange):
    """It is in no version."""


class Flag(VersionChange):
    """It is in the newest version."""


def asking(change: type[VersionChange]) -> FastAPI:
    app = FastAPI()

    @app.get("/")
    async def get() -> str:
        try:
            return str(change.applies())
        except TimegateError as error:
            return f"{type(error).__name__} {error}"

    return app


class TestApplies:
    @pytest.mark.parametrize("version", [OLD, NEW])
    def test_of_a_change_that_no_version_has_is_an_error(self, version: str) -> None:
        text = exchange(gated(asking(Forgotten)), "GET", "/", version=version).json()
        assert text.startswith("DeclarationError")
        assert "Forgotten" in text

    @pytest.mark.parametrize(("version", "applies"), [(OLD, "False"), (NEW, "True")])
    def test_of_a_change_that_a_version_has_says_so(self, version: str, applies: str) -> None:
        app = TimegateMiddleware(asking(Flag), timeline=Timeline(Version(NEW, Flag), Version(OLD)))
        assert exchange(app, "GET", "/", version=version).json() == applies

    def test_is_true_outside_of_a_request_and_where_no_version_is_selected(self) -> None:
        assert Forgotten.applies() is True
        app = gated(asking(Forgotten), unversioned=("/",))
        assert exchange(app, "GET", "/", version=None).json() == "True"

    def test_of_a_base_that_no_version_has_is_an_error_too(self) -> None:
        class Special(Flag):
            """It is one of them."""

        app = TimegateMiddleware(asking(Flag), timeline=Timeline(Version(NEW, Special), Version(OLD)))
        assert exchange(app, "GET", "/").json().startswith("DeclarationError")


def test_a_change_that_stands_twice_in_a_version_is_refused_where_it_is_declared() -> None:
    change = change_of(on(Run).renamed("id", to="run_id"))
    with pytest.raises(DeclarationError):
        Timeline(Version(NEW, change, change), Version(OLD))


@pytest.mark.parametrize("path", ["/runs/{key}", "/runs/{other}"])
def test_an_endpoint_that_moved_to_itself_is_a_fault(path: str) -> None:
    name = path.partition("{")[2].rstrip("}")
    fact = endpoint(path, "GET").moved(to=f"/runs/{{{name}}}")
    assert len(faults_of(Contract.of(healthy()), fact)) == 1


def test_a_module_that_only_looks_like_a_version_may_be_called_otherwise(package: Path) -> None:
    write(package, v2025_01_01="", view="", versions="", v="")
    assert Timeline.from_package("silent_versions").values == ("2025-01-01",)


class Filter(BaseModel):
    """What is asked for."""

    q: int = 1


class Kept(BaseModel):
    """Of a route that documents leave out."""

    r: int = 1


def partly_shown() -> FastAPI:
    app = FastAPI()

    @app.get("/shown")
    def shown(chosen: Annotated[Filter, Query()]) -> int:
        return chosen.q

    @app.get("/hidden", include_in_schema=False, summary="Hidden")
    def hidden(p: int = 1) -> Kept:
        return Kept(r=p)

    return app


OLDER: Any = {"description": "older"}

UNSHOWN: dict[str, Any] = {
    "the text of a model of parameters": on(Filter).documented(was=OLDER),
    "the name of a model of parameters": on(Filter).was_named("Chosen"),
    "the text of a model of a hidden route": on(Kept).documented(was=OLDER),
    "the text of a field of a hidden route": on(Kept).documented("r", was=OLDER),
    "the name of a model of a hidden route": on(Kept).was_named("Old"),
    "the text of a parameter of a hidden route": endpoint("/hidden").query("p").documented(was=OLDER),
    "the text of a hidden route": endpoint("/hidden").documented(was={"summary": "older"}),
}


@pytest.mark.parametrize("name", UNSHOWN)
def test_what_no_document_shows_is_no_fact(name: str) -> None:
    (fault,) = faults_of(Contract.of(partly_shown()), UNSHOWN[name])
    assert (fault.problem, fault.remedy) == ("no document shows it", f"take {UNSHOWN[name]} out")


def test_the_text_of_a_shown_parameter_is_a_fact() -> None:
    assert faults_of(Contract.of(partly_shown()), on(Filter).documented("q", was=OLDER)) == ()


@pytest.mark.parametrize("name", ["X Y", "X-日", "a:b", "a\r\nb"])
def test_what_no_header_field_can_be_called_is_refused_where_it_is_written(name: str) -> None:
    with pytest.raises(DeclarationError, match="no header field has such a name"):
        endpoint("/x").response_header(name)
    with pytest.raises(DeclarationError, match="no header field has such a name"):
        endpoint("/x").header(name)
