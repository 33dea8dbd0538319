"""Where the code is that a finding is about."""

from __future__ import annotations

import inspect
from typing import Any

from timegate.version import shown


def place_of_model(model: Any) -> str:
    """The file and line of a class; empty where they cannot be told."""
    try:
        file, (_, line) = inspect.getsourcefile(model), inspect.getsourcelines(model)
    except (TypeError, OSError):
        return ""
    return "" if file is None else shown(f"{file}:{line}")
