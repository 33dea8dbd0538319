"""Names of components that are not taken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any


def free_name(wanted: str, model: Any, taken: Iterable[str]) -> str:
    """A name that is not taken: the one wanted, else with the class's module, else with a number."""
    used = set(taken)
    if wanted not in used:
        return wanted
    qualified = qualified_name(wanted, model)
    candidates: Iterator[str] = (f"{qualified}__{count}" for count in range(2, len(used) + 3))
    return qualified if qualified not in used else next(name for name in candidates if name not in used)


def qualified_name(name: str, model: Any) -> str:
    """A component's name with its class's module before it, as pydantic writes it."""
    module = getattr(model, "__module__", None)
    if module is None:
        return name
    local = getattr(model, "__qualname__", name)
    return re.sub(r"[^a-zA-Z0-9.\-_]", "_", f"{module}.{local}").replace(".", "__")
