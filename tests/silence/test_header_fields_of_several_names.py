"""A header parameter with several names is written under one that head reads."""

from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header
from pydantic import AliasChoices, BaseModel, Field

from tests.silence.exchanges import annotate, exchange, faults_of, gated
from timegate import Contract, endpoint, on


def app_of(marker: Any) -> FastAPI:
    app = FastAPI()

    async def read(item_values: str = "none came") -> str:
        return item_values

    kind: Any = Annotated
    read.__annotations__["item_values"] = kind[str, marker]
    app.add_api_route("/read", read)
    return app


MARKERS = {
    "choices": Header(validation_alias=AliasChoices("item_values", "X-Tag")),
    "as it is": Header(convert_underscores=False),
    "alias": Header(alias="item_values"),
    "alias with hyphens": Header(alias="Item-Values"),
    "validation alias": Header(validation_alias="item_values"),
    "converted": Header(),
}


@pytest.mark.parametrize("marker", MARKERS.values(), ids=MARKERS)
def test_a_renamed_header_field_reaches_head_under_a_name_that_it_reads(marker: Any) -> None:
    app = app_of(marker)
    read = [name for name in ("item_values", "item-values", "x-tag") if sent(app, name) == "v"]
    (named, *_) = [name for name in read if "_" in name] or read
    served = gated(app, endpoint("/read", "GET").header("x-old").renamed(to=named))
    assert sent(served, "x-old") == "v"
    assert [sent(served, name) for name in read] == ["none came"] * len(read)


def sent(app: Any, name: str) -> str:
    response = exchange(app, "GET", "/read", headers={name: "v"})
    assert response.status == 200
    text: str = response.json()
    return text


class Named(BaseModel):
    save_data: str = "none came"
    tag: str = Field("", alias="X-Tag")


def of_a_model(*, underscores: bool = True) -> FastAPI:
    app = FastAPI()
    marker: Any = Header(convert_underscores=underscores)

    async def read(fields: Any) -> list[str]:
        return [fields.save_data, fields.tag]

    annotate(read, "fields", Named, marker)
    app.add_api_route("/read", read)
    return app


def needs_reader(app: FastAPI, name: str, place: int) -> None:
    """FastAPI 0.115.0 reads no field of a class of header fields that has an alias, and none with underscores."""
    if exchange(app, "GET", "/read", headers={name: "v"}).json()[place] != "v":
        pytest.skip(f"this FastAPI itself does not read {name}")


@pytest.mark.parametrize("fact", [on(Named).renamed("old-data", to="save_data"), on(Named).renamed("old", to="X-Tag")])
def test_a_class_of_header_fields_had_a_field_by_the_name_that_clients_send(fact: Any) -> None:
    app, place = of_a_model(), 0 if fact.old == "old-data" else 1
    needs_reader(app, ["save-data", "x-tag"][place], place)
    assert exchange(gated(app, fact), "GET", "/read", headers={fact.old: "v"}).json()[place] == "v"


@pytest.mark.parametrize(
    ("fact", "underscores", "written"),
    [
        (on(Named).renamed("old_data", to="save_data"), True, "old-data"),
        (on(Named).renamed("X-Old", to="X-Tag"), True, "x-old"),
        (on(Named).renamed("X-Old", to="X-Tag"), False, "x-old"),
        (on(Named).removed("Gone_Data", was=str, loses="why"), True, "gone-data"),
    ],
)
def test_a_name_that_no_client_sends_is_refused_with_the_one_to_write(
    fact: Any, underscores: bool, written: str
) -> None:
    (fault,) = faults_of(Contract.of(of_a_model(underscores=underscores)), fact)
    assert "reaches no app" in fault.problem
    assert f"({written!r}" in fault.remedy


def test_an_underscore_is_one_where_the_app_reads_it() -> None:
    app = of_a_model(underscores=False)
    needs_reader(app, "save_data", 0)
    served = gated(app, on(Named).renamed("old_data", to="save_data"))
    assert exchange(served, "GET", "/read", headers={"old_data": "v"}).json() == ["v", ""]
