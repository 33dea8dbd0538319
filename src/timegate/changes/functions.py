"""Whether a function of a fact can be called with one value."""

from __future__ import annotations

import inspect

from timegate.changes.base import Fact
from timegate.errors import DeclarationError


def check_function(fact: Fact, argument: str, function: object) -> None:
    """Refuse a function that cannot be called with one value, or that gives no value when it is called.

    Args:
        fact: the fact that has the function.
        argument: the fact's argument that gives it.
        function: as declared; None for none.

    Raises:
        DeclarationError: it cannot be used.
    """
    if function is None:
        return
    if not callable(function):
        raise DeclarationError(f"{fact}: {argument}={function!r} is no function: write a function of one value")
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
        signature.bind(None)
    except TypeError as error:
        problem = f"{argument} cannot be called with one value ({error})"
        raise DeclarationError(f"{fact}: {problem}: write a function of one value") from error
