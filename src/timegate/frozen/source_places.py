"""Where the code is that a finding is about."""

from __future__ import annotations

import inspect
from typing import Any

from timegate.version import shown


def place_of(code: Any) -> str:
    """The file and line of a class or a function; empty where they cannot be told."""
    code = inspect.unwrap(code) if callable(code) else code
    try:
        file, (_, line) = inspect.getsourcefile(code), inspect.getsourcelines(code)
    except (TypeError, OSError):
        return ""
    return "" if file is None else shown(f"{file}:{line}")
