"""Path parameters: as a program gives them, and written into head's path.

A value is the text of one parameter and nothing else. It is written percent-encoded, so `/` and `?` in it are data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import quote

from starlette.convertors import StringConvertor

from timegate.asgi.message.parameters import parameter_texts
from timegate.asgi.route.entries import Entry
from timegate.errors import UpgradeError
from timegate.typing import is_array, is_object
from timegate.wire.paths import PARAMETER

_IN_SEGMENT: Final = ":@!$&'()*+,;=~-._"
_IN_PATH: Final = f"{_IN_SEGMENT}/"
_DOTS: Final = frozenset({".", ".."})


def parameter_text(name: str, value: Any) -> str:
    """A converted parameter as text.

    Args:
        name: the parameter's name.
        value: what a program made of it.

    Raises:
        UpgradeError: a path with it would mean another place.
        TypeError: it is no scalar: a function of a change is wrong.
    """
    if value is None or is_array(value) or is_object(value):
        raise TypeError(f"the path parameter {name} became null, a list or an object")
    (text,) = parameter_texts(value)
    if not _DOTS.isdisjoint(text.split("/")):
        error = UpgradeError("a path cannot have this value")
        error.at(name)
        raise error
    return text


def write_parameters(scope: MutableMapping[str, Any], entry: Entry, parameters: Mapping[str, str]) -> str:
    """Change the path of a copy of the scope.

    Args:
        scope: the copy.
        entry: head's route.
        parameters: its path parameters, decoded.

    Returns:
        Head's path, without `root_path`.
    """
    root: str = scope.get("root_path", "")
    path, raw = "", quote(root, safe=_IN_PATH)
    literals, names = PARAMETER.split(entry.path)[::3], PARAMETER.split(entry.path)[1::3]
    for literal, name in zip(literals, [*names, None], strict=True):
        text = "" if name is None else parameters[name]
        within = _IN_PATH if name is not None and _fits(entry, name, text) else _IN_SEGMENT
        path += literal + text
        raw += quote(literal, safe=_IN_PATH) + quote(text, safe=within)
    scope.update(path=root + path, raw_path=raw.encode("ascii"))
    return path


def takes_parameters(entry: Entry, parameters: Mapping[str, str]) -> bool:
    """Whether a route takes these parameters, be it by a handover: `/` in a segment's text is not of the path."""
    return all(
        type(entry.convertors[name]) is StringConvertor or _fits(entry, name, text) for name, text in parameters.items()
    )


def _fits(entry: Entry, name: str, text: str) -> bool:
    """Whether a route finds this text in a path as the value of a parameter."""
    return re.fullmatch(entry.convertors[name].regex, text) is not None
