"""A converted path parameter is written as text."""

from __future__ import annotations

from typing import Any

import pytest

from timegate.asgi.route.path_parameters import parameter_text
from timegate.errors import UpgradeError


@pytest.mark.parametrize(("value", "text"), [("a/b", "a/b"), (7, "7"), (True, "true"), (2.5, "2.5"), ("", "")])
def test_a_scalar_is_written_as_json_writes_it_and_a_string_without_quotes(value: Any, text: str) -> None:
    assert parameter_text("name", value) == text


@pytest.mark.parametrize("value", [None, [], ["a"], {}])
def test_anything_else_is_the_fault_of_a_change(value: Any) -> None:
    with pytest.raises(TypeError, match="the path parameter name became"):
        parameter_text("name", value)


@pytest.mark.parametrize("value", [".", "..", "a/..", "./a"])
def test_a_step_in_the_path_is_the_clients(value: Any) -> None:
    with pytest.raises(UpgradeError, match="at /name"):
        parameter_text("name", value)
