"""Where connections and variables come from."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from execution_api import issue_token
from execution_api.models import ConnectionResponse, VariableResponse
from execution_api.secret_backends import Database, Environment, SecretBackend
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from examples.execution_api.tests.serving import SECRET, Serve

TOKEN = {"Authorization": f"Bearer {issue_token('01900000-0000-7000-8000-000000000001', secret=SECRET)}"}
FROM_DATABASE = {
    "conn_id": "tg_conn",
    "conn_type": "http",
    "host": "example.org",
    "schema": "https",
    "login": "bob",
    "password": "s3cret",
    "port": 8443,
    "extra": '{"k": "v"}',
}


def chain(**variables: str) -> list[SecretBackend]:
    return [Environment(variables), Database()]


def connection(client: TestClient, conn_id: str = "c") -> dict[str, object]:
    response = client.get(f"/connections/{conn_id}", headers=TOKEN)
    assert response.status_code == 200, response.text
    fields: dict[str, object] = response.json()
    return fields


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (
            "postgres://al%40ice:p%2Fw@db.example.org:5433/sales%2Feu?sslmode=require&n=1",
            {
                "conn_type": "postgres",
                "host": "db.example.org",
                "schema": "sales/eu",
                "login": "al@ice",
                "password": "p/w",
                "port": 5433,
                "extra": '{"sslmode": "require", "n": "1"}',
            },
        ),
        ("google-cloud-platform://", {"conn_type": "google_cloud_platform"}),
        ("http://host?__extra__=%7B%22a%22%3A+%7B%22b%22%3A+1%7D%7D", {"host": "host", "extra": '{"a": {"b": 1}}'}),
        (
            '{"conn_type": "http", "host": "h", "port": 80, "extra": {"a": {"b": 1}}, "description": "d"}',
            {"conn_type": "http", "host": "h", "port": 80, "extra": '{"a": {"b": 1}}'},
        ),
        ('{"conn_type": "http", "port": "80", "extra": "{}"}', {"port": 80, "extra": "{}"}),
    ],
)
def test_a_connection_in_the_environment_is_a_uri_or_json(serve: Serve, text: str, fields: dict[str, object]) -> None:
    empty = dict.fromkeys(("host", "schema", "login", "password", "port", "extra"))

    found = connection(serve(backends=chain(AIRFLOW_CONN_C=text)))

    assert found == {**empty, "conn_id": "c", "conn_type": "http", **fields}


def test_the_environment_comes_before_the_database(serve: Serve) -> None:
    client = serve(backends=chain(AIRFLOW_CONN_TG_CONN="ftp://elsewhere", AIRFLOW_VAR_TG_VAR="from the environment"))

    assert connection(client, "tg_conn")["host"] == "elsewhere"
    assert client.get("/variables/tg_var", headers=TOKEN).json() == {"key": "tg_var", "value": "from the environment"}
    assert client.get("/variables/tg_json", headers=TOKEN).json() == {"key": "tg_json", "value": '{"a": 1}'}


def test_what_the_environment_does_not_know_comes_from_the_database(serve: Serve) -> None:
    assert connection(serve(backends=chain()), "tg_conn") == FROM_DATABASE


def test_an_empty_variable_in_the_environment_is_a_value(serve: Serve) -> None:
    client = serve(backends=chain(AIRFLOW_VAR_TG_VAR=""))

    assert client.get("/variables/tg_var", headers=TOKEN).json()["value"] == ""


@pytest.mark.parametrize("text", ["hunter2", "{hunter2", '{"conn_type": "x", "port": "hunter2"}', "x://h:hunter2"])
def test_a_connection_that_cannot_be_read_is_an_error_that_does_not_show_it(
    serve: Serve, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = serve(backends=chain(AIRFLOW_CONN_TG_CONN=text)).get("/connections/tg_conn", headers=TOKEN)

    assert (response.status_code, response.json()) == (500, {"detail": "Internal server error"})
    assert "AIRFLOW_CONN_TG_CONN is neither a URI nor the JSON of a connection" in caplog.text
    assert "hunter2" not in caplog.text


def test_any_other_backend_may_stand_in_the_chain(serve: Serve) -> None:
    @dataclass(frozen=True)
    class Vault:
        kept: dict[str, str]

        def connection(self, conn_id: str, *, session: Session) -> ConnectionResponse | None:
            return None

        def variable(self, key: str, *, session: Session) -> VariableResponse | None:
            return VariableResponse(key=key, value=self.kept[key]) if key in self.kept else None

    client = serve(backends=[Vault({"tg_var": "from the vault"}), Database()])

    assert client.get("/variables/tg_var", headers=TOKEN).json()["value"] == "from the vault"
    assert client.get("/variables/tg_json", headers=TOKEN).json()["value"] == json.dumps({"a": 1})
    assert connection(client, "tg_conn") == FROM_DATABASE


def test_a_key_that_no_backend_has_is_404(client: TestClient) -> None:
    for path in ("/connections/nope", "/variables/nope"):
        response = client.get(path, headers=TOKEN)
        assert (response.status_code, response.json()["detail"]["reason"]) == (404, "not_found")


def test_the_environment_is_read_anew_each_time(serve: Serve) -> None:
    variables: dict[str, str] = {}
    client = serve(backends=[Environment(variables), Database()])

    assert client.get("/variables/late", headers=TOKEN).status_code == 404
    variables["AIRFLOW_VAR_LATE"] = "here"
    assert client.get("/variables/late", headers=TOKEN).json()["value"] == "here"
