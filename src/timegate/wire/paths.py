"""Paths of operations, with and without convertors."""

from __future__ import annotations

import re
from typing import Final

PARAMETER: Final = re.compile(r"\{([^}:]+)(?::([^}]+))?\}")
"""A path parameter: its name, and its convertor where it has one."""


def parameter_names(path: str) -> list[str]:
    """The names of a path's parameters, in order."""
    return [match[1] for match in PARAMETER.finditer(path)]


def plain_path(path: str) -> str:
    """A path without convertors, as OpenAPI writes it."""
    return PARAMETER.sub(r"{\1}", path)


def without_names(path: str) -> str:
    """A path without the names of its parameters, for comparisons."""
    return PARAMETER.sub("{}", path)
