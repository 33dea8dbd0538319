"""The middleware converts every fact in every shape of a payload, on Starlette and on FastAPI."""

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from tests.cells.client import ask
from tests.cells.facts import FACTS, NEW
from tests.cells.hosts import HOSTS, HTTP_FACTS, cell_app, path_of, ways_of
from tests.cells.shapes import SHAPES


def fields_set(shape: Any, value: Any) -> Any:
    """Return the fields of a value that the request set, without the defaults of its model."""
    return TypeAdapter[Any](shape).dump_python(value, exclude_unset=True, mode="json")


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("fact", HTTP_FACTS)
@pytest.mark.parametrize("host", HOSTS)
def test_a_handler_receives_the_request_of_an_old_client_in_the_shape_of_head(host: str, fact: str, name: str) -> None:
    cells, shape, case = cell_app(host, fact), SHAPES[name], FACTS[fact]
    cells.seen.clear()
    cells.runs.clear()
    response = ask(cells.app, "POST", path_of(name), content=json.dumps(shape.in_request(case.old_request)).encode())
    assert (response.status, response.content) == (204, b"")
    expected = TypeAdapter[Any](shape.type).validate_python(shape.in_request(case.head_request))
    assert cells.seen == [expected]
    assert fields_set(shape.type, cells.seen[0]) == fields_set(shape.type, expected)
    assert cells.runs == (["handler"] if host == "starlette" else ["dependency", "handler"])


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize(("fact", "way"), [(fact, way) for fact in HTTP_FACTS for way in ways_of(fact)])
@pytest.mark.parametrize("host", HOSTS)
def test_an_old_client_gets_the_response_of_a_handler_in_its_own_shape(
    host: str, fact: str, name: str, way: str
) -> None:
    cells, shape, case = cell_app(host, fact), SHAPES[name], FACTS[fact]
    cells.runs.clear()
    response = ask(cells.app, "GET", f"{path_of(name)}/{way}")
    assert response.status == 200
    assert response.json() == shape.in_response(case.old_response)
    assert response.headers["content-length"] == str(len(response.content))
    assert cells.runs == (["handler"] if host == "starlette" else ["dependency", "handler"])


@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if not shape.overlaps])
@pytest.mark.parametrize("fact", HTTP_FACTS)
@pytest.mark.parametrize("host", HOSTS)
def test_the_document_of_the_old_version_describes_what_old_clients_send_and_get(
    host: str, fact: str, name: str
) -> None:
    cells, shape, case = cell_app(host, fact), SHAPES[name], FACTS[fact]
    operations = cells.documents[path_of(name)], cells.documents[f"{path_of(name)}/model"]
    sent = operations[0]["post"]["requestBody"]["content"]["application/json"]["schema"]
    read = operations[1]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert cells.admits(sent, shape.in_request(case.old_request))
    assert cells.admits(read, shape.in_response(case.old_response))


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("host", HOSTS)
def test_a_head_client_gets_the_response_of_the_handler_unchanged(host: str, name: str) -> None:
    cells, shape, case = cell_app(host, "renamed"), SHAPES[name], FACTS["renamed"]
    response = ask(cells.app, "GET", f"{path_of(name)}/ready", version=NEW)
    assert response.json() == shape.in_response(case.head_response)
