"""Wrong arguments of the middleware are refused where they are written, or when the app starts."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.sentences import shows
from tests.silence.exchanges import exchange, failed_start, gated, timeline_of
from tests.silence.runs import Run, healthy
from timegate import Contract, DeclarationError, Timeline, Version, endpoint, on
from timegate.asgi import TimegateMiddleware, first_of, header, media_type, path, query


class TestUnversioned:
    def test_is_no_single_text(self) -> None:
        with pytest.raises(DeclarationError, match="unversioned"):
            gated(healthy(), unversioned="/health")

    @pytest.mark.parametrize("path", ["/helth", "/health/", "/runs/7", "/runs"])
    def test_of_a_path_that_no_operation_has_does_not_start(self, path: str) -> None:
        reason = failed_start(gated(healthy(), on(Run).added("note"), unversioned=("/health", path)))
        assert reason is not None
        assert path in reason

    @pytest.mark.parametrize("path", ["/health", "/runs/{key}"])
    def test_of_an_operation_starts_and_wants_no_version(self, path: str) -> None:
        app = gated(healthy(), on(Run).added("note"), unversioned=(path,))
        assert failed_start(app) is None
        assert exchange(app, "GET", path.replace("{key}", "7"), version=None).status == 200

    def test_of_a_path_that_only_an_older_version_has_starts(self) -> None:
        app = gated(healthy(), endpoint("/alive").moved(to="/health"), unversioned=("/alive", "/health"))
        assert failed_start(app) is None


class TestMiddleware:
    def test_takes_no_gates_of_other_changes(self) -> None:
        gates = timeline_of(on(Run).added("note")).compile(Contract.of(healthy()))
        other = timeline_of(on(Run).renamed("id", to="run_id"))
        with pytest.raises(DeclarationError, match="timeline"):
            TimegateMiddleware(healthy(), timeline=other, gates=gates)

    def test_takes_gates_of_the_same_changes(self) -> None:
        timeline = timeline_of(on(Run).added("note"))
        app = TimegateMiddleware(healthy(), timeline=timeline, gates=timeline.compile(Contract.of(healthy())))
        assert exchange(app, "GET", "/runs/7").json() == {"run_id": "7"}

    def test_takes_no_gates_of_versions_with_another_sunset(self) -> None:
        gates = timeline_of().compile(Contract.of(healthy()))
        newest, oldest = gates.timeline.versions
        other = Timeline(newest, Version(oldest.value, sunset=dt.date(2030, 1, 1)))
        with pytest.raises(DeclarationError, match="timeline"):
            TimegateMiddleware(healthy(), timeline=other, gates=gates)


class Asked:
    """A callable that is not made yet."""

    def __call__(self, scope: Any) -> str:
        raise AssertionError(scope)


WRONG: dict[str, tuple[str, Any]] = {
    "the function that makes a selector": ("select", header),
    "another one": ("select", first_of),
    "a class": ("select", Asked),
    "the class of a selector": ("select", type(header("API-Version"))),
    "a name": ("select", "API-Version"),
    "None to select by": ("select", None),
    "no default": ("default", None),
    "a default that is no version": ("default", "2020-01-01"),
    "a default in a list": ("default", ["latest"]),
    "a number for a default": ("default", 2025),
    "a bool for newer": ("newer", True),
    "a size as a text": ("max_body", "1MB"),
    "a size with a fraction": ("max_body", 1.5),
    "no size": ("max_body", None),
    "a size of nothing": ("max_body", 0),
    "a size below nothing": ("max_body", -1),
    "a bool for a size": ("max_body", True),
    "a timeline that is a list": ("timeline", [Version("2025-01-01")]),
    "a contract as a timeline": ("timeline", Contract.of_types(Run)),
    "a timeline as a contract": ("contract", timeline_of()),
    "a model as a contract": ("contract", Run),
    "a contract as gates": ("gates", Contract.of_types(Run)),
    "a timeline as gates": ("gates", timeline_of()),
    "a media type for a renderer": ("problems", "application/json"),
    "no renderer": ("problems", None),
    "no decoder": ("decoder", None),
    "a name for an encoder": ("encoder", "utf-8"),
    "bytes": ("unversioned", b"/health"),
    "a number": ("unversioned", 7),
    "nothing": ("unversioned", None),
    "a path without its slash": ("unversioned", ["health"]),
    "one class to send": ("sends", Run),
    "one name to receive": ("receives", "Run"),
    "a list in a list": ("unversioned", [["/health"]]),
    "a fact": ("unversioned", [endpoint("/health")]),
}


@shows(
    "An argument of the middleware that cannot be right is a `DeclarationError` when the middleware is made: "
    "where it is written around an app,"
)
@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_argument_is_refused_where_it_is_written(name: str) -> None:
    argument, given = WRONG[name]
    options: dict[str, Any] = {"timeline": timeline_of(), argument: given}
    with pytest.raises(DeclarationError) as refused:
        TimegateMiddleware(healthy(), **options)
    assert argument in str(refused.value)


@pytest.mark.parametrize("make", [header, query, media_type, path])
@pytest.mark.parametrize("name", ["", None, 7])
def test_what_names_nothing_is_no_selector(make: Callable[[Any], Any], name: Any) -> None:
    with pytest.raises(DeclarationError):
        make(name)


def test_a_selector_among_several_is_checked_too() -> None:
    uncalled: Any = query
    with pytest.raises(DeclarationError):
        first_of(header("API-Version"), uncalled)


def test_an_object_that_is_called_with_the_scope_selects() -> None:
    class Pinned:
        def __call__(self, scope: Any) -> str:
            return "2025-01-01"

    app = gated(healthy(), on(Run).renamed("id", to="run_id"), select=Pinned())
    assert exchange(app, "GET", "/runs/7", version=None).json() == {"id": "7", "note": "secret"}


def test_a_path_without_a_version_that_went_away_while_serving_is_no_fault() -> None:
    app = healthy()
    changed = gated(app, on(Run).added("note"), unversioned=("/health",))
    assert exchange(changed, "GET", "/health", version=None).status == 200
    app.router.routes[:] = [one for one in app.router.routes if getattr(one, "path", "") != "/health"]
    assert exchange(changed, "GET", "/health", version=None).status == 404
    assert exchange(changed, "GET", "/runs/7").json() == {"run_id": "7"}


@shows("at the start with `app.add_middleware`.")
@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_argument_of_an_added_middleware_is_refused_at_the_start(name: str) -> None:
    argument, given = WRONG[name]
    options: dict[str, Any] = {"timeline": timeline_of(), argument: given}
    app = healthy()
    app.add_middleware(TimegateMiddleware, **options)
    assert argument in (failed_start(app) or "")
    with pytest.raises(DeclarationError):
        exchange(app, "GET", "/health")
