"""An application for each test, on a database of its own."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from execution_api import create_app, issue_token
from execution_api.auth import TokenScope
from execution_api.secret_backends import SecretBackend
from starlette.testclient import TestClient

from examples.execution_api.tests.databases import NewDatabase, new_databases
from examples.execution_api.tests.serving import MINE, SECRET, WORLD, Bearer, Serve

CLIENTS = Path(__file__).parent / "clients"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the tests with released clients, which take minutes, unless they are asked for by their path."""
    if collection_path != CLIENTS:
        return None
    asked = (config.invocation_params.dir / argument.partition("::")[0] for argument in config.args)
    return None if any(path.resolve().is_relative_to(CLIENTS) for path in asked) else True


@pytest.fixture
def new_database(tmp_path: Path) -> Iterator[NewDatabase]:
    """Make empty databases: on SQLite, or on the PostgreSQL server that the environment names."""
    with new_databases(tmp_path) as made:
        yield made


@pytest.fixture
def serve(new_database: NewDatabase) -> Iterator[Serve]:
    with ExitStack() as opened:

        def start(
            *,
            world: Mapping[str, Any] | None = None,
            backends: list[SecretBackend] | None = None,
        ) -> TestClient:
            given = WORLD if world is None else world
            app = create_app(database=new_database(), world=given, secret=SECRET, backends=backends)
            client = opened.enter_context(TestClient(app, raise_server_exceptions=False))
            client.headers["Airflow-API-Version"] = "2026-06-30"
            return client

        yield start


@pytest.fixture
def client(serve: Serve) -> TestClient:
    """A client of an application that holds the whole world, without a token."""
    return serve()


@pytest.fixture
def world() -> dict[str, Any]:
    """The rows to start from, to be changed at will."""
    return copy.deepcopy(WORLD)


@pytest.fixture
def bearer() -> Bearer:
    """Make the header that shows a token."""

    def header(subject: str = MINE, scope: TokenScope = "execution") -> dict[str, str]:
        return {"Authorization": f"Bearer {issue_token(subject, scope, secret=SECRET)}"}

    return header
