"""A key that a response leaves out means to an old client what it means to head, or nothing starts."""

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.silence.exchanges import exchange, faults_of, gated
from timegate import Contract, on

HAS_EXCLUDE_IF = "exclude_if" in Field.__code__.co_varnames


EMPTY: Any = {"list": list, "dict": dict}
"""The factories, not those of `list[int]`, which would be others."""


class Made(BaseModel):
    counts: list[int] = Field(default_factory=EMPTY["list"])
    named: dict[str, int] = Field(default_factory=EMPTY["dict"])
    size: int = 1


class OfItsOwn(BaseModel):
    number: int = Field(default_factory=lambda: 7)
    plain: int = 1


class OfData(BaseModel):
    first: int = 1
    second: int = Field(default_factory=lambda data: data["first"] + 1)


class Optional(BaseModel):
    a: int | None = None
    b: int = 3


def app_of(model: type[BaseModel], **options: Any) -> FastAPI:
    app = FastAPI()

    def get() -> Any:
        return model()

    app.add_api_route("/get", get, response_model=model, **options)
    return app


LEFT_OUT = [{"response_model_exclude_defaults": True}, {"response_model_exclude_unset": True}]


@pytest.mark.parametrize("options", LEFT_OUT)
def test_the_default_of_a_factory_is_written_where_the_old_default_was_another(options: dict[str, bool]) -> None:
    facts = (on(Made).defaulted("counts", was=[1]), on(Made).defaulted("named", was={"a": 1}))
    served = gated(app_of(Made, **options), *facts)
    assert exchange(served, "GET", "/get").json() == {"counts": [], "named": {}}


@pytest.mark.parametrize("options", LEFT_OUT)
@pytest.mark.parametrize(("model", "field"), [(OfItsOwn, "number"), (OfData, "second")])
def test_a_default_that_only_the_apps_own_factory_knows_is_a_fault_where_absence_means_another_value(
    model: type[BaseModel], field: str, options: dict[str, bool]
) -> None:
    (fault,) = faults_of(Contract.of(app_of(model, **options)), on(model).defaulted(field, was=9))
    assert fault.place == f"{model.__name__}.{field}"
    assert "nobody else knows which value its absence means" in fault.problem


def test_a_default_of_a_factory_is_no_fault_where_every_key_is_sent_or_another_key_changes() -> None:
    assert faults_of(Contract.of(app_of(OfItsOwn)), on(OfItsOwn).defaulted("number", was=9)) == ()
    left_out = Contract.of(app_of(OfItsOwn, response_model_exclude_unset=True))
    assert faults_of(left_out, on(OfItsOwn).defaulted("plain", was=9)) == ()


def is_zero(value: int) -> bool:
    return value == 0


def test_a_key_that_is_sent_on_a_condition_of_the_apps_is_a_fault_where_absence_means_another_value() -> None:
    # Releases of pydantic before 2.12 have no such condition.
    condition: dict[str, Any] = {"exclude_if": is_zero} if HAS_EXCLUDE_IF else {}
    conditional = type(
        "Conditional", (BaseModel,), {"__annotations__": {"a": int, "b": int}, "a": Field(0, **condition), "b": 0}
    )
    contract = Contract.of(app_of(conditional))
    faults = faults_of(contract, on(conditional).defaulted("a", was=5))
    assert [fault.place for fault in faults] == (["Conditional.a"] if HAS_EXCLUDE_IF else [])
    assert faults_of(contract, on(conditional).defaulted("b", was=5)) == ()


@pytest.mark.parametrize(
    "options", [{}, *LEFT_OUT, {"response_model_exclude_none": True}], ids=lambda one: "".join(one) or "whole"
)
def test_what_a_key_was_where_it_was_missing_is_not_what_head_means_where_it_leaves_it_out(
    options: dict[str, bool],
) -> None:
    served = gated(app_of(Optional, **options), on(Optional).became_optional("a", "b", missing_was=8))
    assert exchange(served, "GET", "/get").json() == {"a": None, "b": 3}
