"""An old default that a fact fills in reaches head as it was, or the start says what head would make of it."""

from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, field_validator

from tests.sentences import shows
from tests.silence.exchanges import exchange, faults_of, gated
from timegate import Contract, on


def in_cents(value: int) -> int:
    return value * 100


def not_negative(value: int) -> int:
    if value < 0:
        raise ValueError("negative")
    return value


def five(_: Any) -> int:
    return 5


def shout(value: str) -> str:
    return value.upper()


class Status(Enum):
    OPEN = "open"
    DONE = "done"


class Priced(BaseModel):
    price: Annotated[int, AfterValidator(in_cents)] = 900


class Before(BaseModel):
    price: Annotated[int, BeforeValidator(in_cents)] = 900


class Decorated(BaseModel):
    price: int = 900
    other: str

    @field_validator("price")
    @classmethod
    def cents(cls, value: int) -> int:
        return value * 100


class Upper(BaseModel):
    model_config = ConfigDict(str_to_upper=True)
    unit: str


class Stripped(BaseModel):
    unit: Annotated[str, StringConstraints(to_upper=True)]


class Judged(BaseModel):
    price: Annotated[int, AfterValidator(not_negative)] = 900
    unit: Annotated[str, AfterValidator(shout)] = "KG"
    at: Annotated[datetime, AfterValidator(lambda value: value)] = datetime(2020, 1, 1, tzinfo=UTC)
    status: Annotated[Status, AfterValidator(lambda value: value)] = Status.OPEN


@shows(
    "An old default that `defaulted` or `became_required` fills in goes through head's validators and settings, which "
    "no default went through at its server."
)
@shows("It must be one that they leave as it is; a function gives what head is to read instead.")
@pytest.mark.parametrize(
    ("model", "fact", "told"),
    [
        (Priced, on(Priced).defaulted("price", was=500), "make 50000 of 500"),
        (Before, on(Before).defaulted("price", was=500), "make 50000 of 500"),
        (Decorated, on(Decorated).defaulted("price", was=500), "make 50000 of 500"),
        (Upper, on(Upper).became_required("unit", default="n/a"), "make 'N/A' of 'n/a'"),
        (Stripped, on(Stripped).became_required("unit", default="n/a"), "make 'N/A' of 'n/a'"),
    ],
)
def test_a_default_that_head_would_read_as_another_is_refused(model: Any, fact: Any, told: str) -> None:
    (fault,) = faults_of(Contract.of_types(receives=[model]), fact)
    assert told in fault.problem
    assert fault.remedy.endswith("or a function that gives what head is to read: lambda _: …")


def test_a_function_gives_what_head_is_to_read() -> None:
    app = FastAPI()

    @app.post("/")
    def post(order: Priced) -> Any:
        return order.price

    served = gated(app, on(Priced).defaulted("price", was=five))
    assert exchange(served, "POST", "/", body={}).json() == 500


@pytest.mark.parametrize(
    "fact",
    [
        on(Judged).defaulted("price", was=500),
        on(Judged).defaulted("unit", was="G"),
        on(Judged).defaulted("at", was="2021-01-01T00:00:00+00:00"),
        on(Judged).defaulted("status", was="done"),
        on(Judged).became_optional("price", missing_was=3),
        on(Judged).added("price", default=5),
    ],
)
def test_a_default_that_validators_leave_as_it_is_is_no_fault(fact: Any) -> None:
    assert faults_of(Contract.of_types(receives=[Judged]), fact) == ()
