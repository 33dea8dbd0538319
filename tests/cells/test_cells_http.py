"""One declared change holds in every shape of a payload, through the middleware on Starlette and on FastAPI."""

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from tests.cells.asking import ask
from tests.cells.facts import NEW, TOLD
from tests.cells.hosts import HOSTS, SERVED, hosted, path_of, ways_of
from tests.cells.shapes import SHAPES


def given(shape: Any, value: Any) -> Any:
    """What of a value was given, as opposed to filled in by its model."""
    return TypeAdapter[Any](shape).dump_python(value, exclude_unset=True, mode="json")


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("fact", SERVED)
@pytest.mark.parametrize("host", HOSTS)
def test_a_handler_receives_what_an_old_client_sent_in_head_shape(host: str, fact: str, name: str) -> None:
    served, shape, told = hosted(host, fact), SHAPES[name], TOLD[fact]
    served.seen.clear()
    served.runs.clear()
    answer = ask(served.app, "POST", path_of(name), content=json.dumps(shape.sent(told.sent)).encode())
    assert (answer.status, answer.content) == (204, b"")
    expected = TypeAdapter[Any](shape.type).validate_python(shape.sent(told.received))
    assert served.seen == [expected]
    assert given(shape.type, served.seen[0]) == given(shape.type, expected)
    assert served.runs == (["handler"] if host == "starlette" else ["dependency", "handler"])


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize(("fact", "way"), [(fact, way) for fact in SERVED for way in ways_of(fact)])
@pytest.mark.parametrize("host", HOSTS)
def test_an_old_client_gets_what_a_handler_answered_in_its_shape(host: str, fact: str, name: str, way: str) -> None:
    served, shape, told = hosted(host, fact), SHAPES[name], TOLD[fact]
    served.runs.clear()
    answer = ask(served.app, "GET", f"{path_of(name)}/{way}")
    assert answer.status == 200
    assert answer.json() == shape.answer(told.read)
    assert answer.headers["content-length"] == str(len(answer.content))
    assert served.runs == (["handler"] if host == "starlette" else ["dependency", "handler"])


@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if not shape.overlaps])
@pytest.mark.parametrize("fact", SERVED)
@pytest.mark.parametrize("host", HOSTS)
def test_the_document_of_the_old_version_describes_what_old_clients_send_and_get(
    host: str, fact: str, name: str
) -> None:
    served, shape, told = hosted(host, fact), SHAPES[name], TOLD[fact]
    operations = served.documents[path_of(name)], served.documents[f"{path_of(name)}/model"]
    sent = operations[0]["post"]["requestBody"]["content"]["application/json"]["schema"]
    read = operations[1]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert served.admits(sent, shape.sent(told.sent))
    assert served.admits(read, shape.answer(told.read))


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("host", HOSTS)
def test_a_head_client_gets_what_the_handler_answered(host: str, name: str) -> None:
    served, shape, told = hosted(host, "renamed"), SHAPES[name], TOLD["renamed"]
    answer = ask(served.app, "GET", f"{path_of(name)}/ready", version=NEW)
    assert answer.json() == shape.answer(told.answered)
