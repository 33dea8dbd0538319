"""How a component or an operation gets a name that no other has."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable
from typing import Any


def in_documents(name: str) -> str:
    """What pydantic makes of the name of a class, which may be generic, to call a component by."""
    return re.sub(r"[^a-zA-Z0-9.\-_]", "_", name)


def free_name(wanted: str, model: Any, taken: Iterable[str]) -> str:
    """A component's name that is not taken: the wanted one, else with the class's module, else with a number."""
    qualified = _qualified_name(wanted, model)
    return first_free(set(taken), wanted, qualified, numbered=f"{qualified}__")


def first_free(taken: Collection[str], *wanted: str, numbered: str) -> str:
    """The first of the wanted names that is not taken, else ``numbered`` with the first free number from 2 on."""
    candidates = itertools.chain(wanted, (f"{numbered}{number}" for number in itertools.count(2)))
    return next(name for name in candidates if name not in taken)


def _qualified_name(name: str, model: Any) -> str:
    """A component's name after the module of its class, as pydantic writes it."""
    module = getattr(model, "__module__", None)
    if module is None:
        return name
    local = getattr(model, "__qualname__", name)
    return in_documents(f"{module}.{local}").replace(".", "__")
