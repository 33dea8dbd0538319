"""Whether a function of a fact can be called with its values."""

from __future__ import annotations

import inspect

from timegate.changes.base import Fact
from timegate.errors import DeclarationError


def check_function(fact: Fact, argument: str, function: object, *, values: int = 1) -> None:
    """Refuse a function that cannot be called with its values, or that gives no value when it is called.

    Args:
        fact: the fact that has the function.
        argument: the fact's argument that gives it.
        function: as declared; None for none.
        values: how many values it is called with.

    Raises:
        DeclarationError: it cannot be used.
    """
    if function is None:
        return
    counted = "one value" if values == 1 else f"{values} values"
    write = f"write a function of {counted}"
    if not callable(function):
        raise DeclarationError(f"{fact}: {argument}={function!r} is no function: {write}")
    called = type(function).__call__
    for kind in (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction):
        if kind(function) or kind(called):
            raise DeclarationError(f"{fact}: {argument} gives no value when it is called: write a plain function")
    try:
        signature = inspect.signature(function)
    except ValueError:
        # Some built-in functions, as `int`, have no signature.
        return
    try:
        signature.bind(*[None] * values)
    except TypeError as error:
        problem = f"{argument} cannot be called with {counted} ({error})"
        raise DeclarationError(f"{fact}: {problem}: {write}") from error
