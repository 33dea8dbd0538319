"""The pytest plugin. Pytest loads it in every run, so it imports nothing else until one of its fixtures is used."""

from __future__ import annotations

from contextlib import ExitStack
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from datetime import date

    from timegate.testing import ExchangeSnapshots, OldClient, OldClients

_CLIENTS = pytest.StashKey["list[OldClient]"]()
_SNAPSHOTS = pytest.StashKey["ExchangeSnapshots"]()
_OWNERS = pytest.StashKey["dict[str, str]"]()
_EACH = "each_version"
_MOST_TOLD = 5


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of this plugin."""
    parser.addini("timegate_app", "the app under test: module:name, or a function without arguments that returns it")
    group = parser.getgroup("timegate")
    group.addoption(
        "--accept-released",
        action="append",
        default=[],
        metavar="VERSION: WHY",
        help="update the snapshots of a released version, and write down why its clients can live with it",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse an acceptance without a reason."""
    config.stash[_OWNERS] = {}
    _accepted(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test with `each_version` once for each released version of the app that the configuration names."""
    if _EACH in metafunc.fixturenames:
        metafunc.parametrize(_EACH, _versions(metafunc.config))


@pytest.fixture
def timegate_app(request: pytest.FixtureRequest) -> Any:
    """The app under test: a fixture of this name, or ``timegate_app = module:name`` in pytest's configuration."""
    return _configured_app(request.config)


@pytest.fixture
def old_client(request: pytest.FixtureRequest) -> Iterator[OldClients]:
    """Make clients of old versions of the app under test: ``old_client("2025-04-11").get("/items")``."""
    _require("old_client", "httpx2", "httpx")
    made: type[OldClient] = import_module("timegate.testing.client").OldClient
    clients = request.node.stash.setdefault(_CLIENTS, list["OldClient"]())
    with ExitStack() as opened:

        def make(
            version: str | date,
            *,
            app: Any = None,
            headers: Mapping[str, str] | None = None,
            situation: str = "",
            raise_server_exceptions: bool = True,
        ) -> OldClient:
            tested = request.getfixturevalue("timegate_app") if app is None else app
            running = (one for one in clients if one.app is tested and one.is_open)
            client = made(
                tested,
                str(version),
                headers=headers,
                situation=situation,
                beside=next(running, None),
                raise_server_exceptions=raise_server_exceptions,
            )
            clients.append(opened.enter_context(client))
            return client

        yield make


@pytest.fixture
def exchange_snapshots(request: pytest.FixtureRequest) -> ExchangeSnapshots:
    """Compare what old clients sent and received with files: ``exchange_snapshots.match(client.exchanges)``."""
    _require("exchange_snapshots", "syrupy")
    snapshots = import_module("timegate.testing.snapshots")
    folder = request.path.parent / "snapshots"
    found: ExchangeSnapshots = snapshots.ExchangeSnapshots(
        snapshot=request.getfixturevalue("snapshot"),
        folder=folder,
        accepted=snapshots.Accepted(_accepted(request.config), folder.parent / "accepted-snapshots.jsonl"),
        owners=request.config.stash[_OWNERS],
        test=request.node.nodeid,
    )
    request.node.stash[_SNAPSHOTS] = found
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell what the gates did to each exchange of a test that failed."""
    report = yield
    if report.when == "call" and report.failed:
        snapshots = item.stash.get(_SNAPSHOTS, None)
        clients = item.stash.get(_CLIENTS, list["OldClient"]())
        seen = [exchange for client in clients for exchange in client.exchanges]
        # The last ones, if the test does not say which: it failed right after them.
        told = [exchange.explained() for exchange in ((snapshots and snapshots.differing) or seen)[-_MOST_TOLD:]]
        if told:
            report.sections.append(("timegate: what the gates did", "\n\n".join(told)))
    return report


def _accepted(config: pytest.Config) -> dict[str, str]:
    """The versions whose snapshots may change, and why."""
    options: list[str] | None = config.getoption("--accept-released")
    given = [(one, *map(str.strip, one.partition(":"))) for one in options or ()]
    for whole, version, _, why in given:
        if not (version and why):
            raise pytest.UsageError(f"--accept-released {whole!r} says no reason: write 'VERSION: why'")
    return {version: why for _, version, _, why in given}


def _versions(config: pytest.Config) -> list[str]:
    """The released versions of the configured app, newest first."""
    app = _configured_app(config)
    found = import_module("timegate.asgi.serve.found").startup_of(app)
    if found is None:
        _stop(f"timegate_app = {config.getini('timegate_app')}: it has no TimegateMiddleware")
    return [version.value for version in found.timeline.released]


def _configured_app(config: pytest.Config) -> Any:
    named: str = config.getini("timegate_app")
    if not named:
        _stop(
            "which app is under test? Write it into pytest's configuration, timegate_app = module:name, or define a "
            "fixture timegate_app; each_version needs the former, because it is asked for before any test runs"
        )
    refused: type[Exception] = import_module("timegate.errors").TimegateError
    try:
        return import_module("timegate.cli.load").named_object(named)
    except refused as error:
        _stop(f"timegate_app = {error}")


def _require(fixture: str, *either: str) -> None:
    if not any(map(find_spec, either)):
        _stop(f"{fixture} needs {either[0]}: pip install 'timegate[testing]'")


def _stop(message: str) -> NoReturn:
    """Fail with a message alone; where it happened says nothing to who has to mend the configuration."""
    pytest.fail(message, pytrace=False)
