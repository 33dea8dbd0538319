"""OpenAPI documents of a few schemas, and how many faults there are in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from timegate import CompileError, DeclarationError, Fault


def named(component: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{component}"}


def json_of(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def document(schemas: Any, place: Any = None) -> dict[str, Any]:
    """A document of one operation, which takes and gives the component A, or a schema of its own."""
    shown = json_of(named("A") if place is None else place)
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"post": {"requestBody": shown, "responses": {"200": {"description": "", **shown}}}}},
        "components": {"schemas": schemas},
    }


A: dict[str, Any] = {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}}}


def faults_of(work: Callable[[], object]) -> int:
    """How many faults there are, each with a place and a remedy; any other exception is the test's failure."""
    faults: Sequence[Fault] = ()
    try:
        work()
    except CompileError as error:
        faults = error.faults
    except DeclarationError as error:
        return len(error.args)
    assert all(fault.place and fault.problem and fault.remedy for fault in faults)
    return len(faults)
