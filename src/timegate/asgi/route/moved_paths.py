"""Operations that a version has at another path: convert requests to head's path, and links in responses back."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlsplit, urlunsplit

from starlette.routing import compile_path

from timegate.asgi.message.headers import RawHeaders
from timegate.asgi.message.scope import Scope
from timegate.asgi.route.table import Table
from timegate.errors import UpgradeError
from timegate.gates.operation import OperationGate, Rewrite
from timegate.typing import METHODS
from timegate.wire.paths import PARAMETER, parameter_names

_TARGET: Final = re.compile(r"<([^<>]*)>")
_PATH_SAFE: Final = "/:@!$&'()*+,;=~-._"
_LINKS: Final = frozenset({b"location", b"content-location", b"link"})


def move_to_head(scope: MutableMapping[str, Any], rewrite: Rewrite, parameters: Mapping[str, str]) -> str:
    """Change a copy of the scope to head's path and query.

    Args:
        scope: the copy.
        rewrite: how the version's path becomes head's.
        parameters: the path parameters of the request, decoded.

    Returns:
        Head's path, without `root_path`.
    """
    path = _fill(rewrite.path, parameters)
    whole = scope.get("root_path", "") + path
    scope.update(path=whole, raw_path=quote(whole, safe=_PATH_SAFE).encode("ascii"))
    scope["query_string"] = _head_query(scope.get("query_string", b""), rewrite, parameters)
    return path


def _fill(template: str, parameters: Mapping[str, str]) -> str:
    """A path or a value with parameters in place of their names."""
    return PARAMETER.sub(lambda match: parameters[match[1]], template)


def _head_query(raw: bytes, rewrite: Rewrite, parameters: Mapping[str, str]) -> bytes:
    """Head's query string: the rewrite sets parameters, and those of the client with these names are dropped."""
    if not rewrite.query:
        return raw
    names = {name for name, _ in rewrite.query}
    kept = [
        part
        for part in raw.split(b"&")
        if part and unquote_plus(part.partition(b"=")[0].decode("latin-1")) not in names
    ]
    added = [
        f"{quote(name, safe='')}={quote(_fill(template, parameters), safe='')}".encode("ascii")
        for name, template in rewrite.query
    ]
    return b"&".join([*kept, *added])


@dataclass(frozen=True, slots=True)
class MovedOperation:
    """How links to one moved operation are converted from head's path to the version's.

    Args:
        regex: matches head's path; its groups have the version's names of the parameters.
        path: the version's path.
        query: the names of parameters in the version's path, by the query parameter of head that has the value.
        fixed: the query parameters of head that always have one value, with it.
    """

    regex: re.Pattern[str]
    path: str
    query: Mapping[str, str]
    fixed: Mapping[str, str]

    def downgrade(self, path: str, query: str) -> tuple[str, str] | None:
        """The version's path and query for head's; None where a parameter of the version's path is missing."""
        match = self.regex.match(path)
        if match is None:
            return None
        parameters = match.groupdict()
        kept: list[str] = []
        fixed: dict[str, str] = {}
        for part in query.split("&") if query else ():
            name, value = next(iter(parse_qsl(part, keep_blank_values=True)), ("", ""))
            if name in self.query:
                parameters[self.query[name]] = value
            elif name in self.fixed:
                fixed[name] = value
            else:
                kept.append(part)
        names = parameter_names(self.path)
        if fixed != self.fixed or not parameters.keys() >= set(names):
            return None
        quoted = {name: quote(parameters[name], safe=_PATH_SAFE) for name in names}
        return _fill(self.path, quoted), "&".join(kept)


class MovedLinks:
    """Converts the links in one version's responses.

    Args:
        gates: the version's operations.
        head: head's routes, which tell what operation a link leads to.
    """

    __slots__ = ("_head", "_moved")

    def __init__(self, gates: Sequence[OperationGate], head: Table) -> None:
        self._head = head
        self._moved = {gate.key: moved for gate in gates if gate.exists and (moved := _moved_operation(gate))}

    def __bool__(self) -> bool:
        return bool(self._moved)

    def converted(self, headers: RawHeaders, scope: Scope) -> RawHeaders:
        """The header fields of a response with this version's links."""
        return [
            (name, self._field_value(name.lower(), value, scope)) if name.lower() in _LINKS else (name, value)
            for name, value in headers
        ]

    def _field_value(self, name: bytes, value: bytes, scope: Scope) -> bytes:
        text = value.decode("latin-1")
        if name == b"link":
            return _TARGET.sub(lambda match: f"<{self._link(match[1], scope)}>", text).encode("latin-1")
        return self._link(text, scope).encode("latin-1")

    def _link(self, url: str, scope: Scope) -> str:
        """This version's link for head's; the same where it leads to no moved operation."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return url
        root: str = scope.get("root_path", "")
        if not parts.path.startswith("/") or (parts.netloc and parts.netloc != _host(scope)):
            return url
        path = unquote(parts.path)
        if root and not path.startswith(root + "/"):
            return url
        below = path[len(root) :]
        keys = (self._head.operation_at(below, method, scope) for method in METHODS)
        moved = self._moved.get(next(filter(None, keys), ""))
        found = None if moved is None else moved.downgrade(below, parts.query)
        if found is None:
            return url
        path, query = found
        return urlunsplit((parts.scheme, parts.netloc, quote(root, safe=_PATH_SAFE) + path, query, parts.fragment))


def _host(scope: Scope) -> str | None:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), None)


def _moved_operation(gate: OperationGate) -> MovedOperation | None:
    if gate.rewrite is None:
        return None
    convertors = {match[1]: match[2] for match in PARAMETER.finditer(gate.path)}
    template = PARAMETER.sub(
        lambda match: f"{{{match[1]}:{convertors[match[1]]}}}" if convertors.get(match[1]) else match[0],
        gate.rewrite.path,
    )
    query: dict[str, str] = {}
    fixed: dict[str, str] = {}
    for name, value in gate.rewrite.query:
        head_name = _name_at_head(gate, name)
        parameter = PARAMETER.fullmatch(value)
        if parameter is not None:
            query[head_name] = parameter[1]
        elif not PARAMETER.search(value):
            fixed[head_name] = value
        else:
            # A value made of several parts cannot be split again.
            return None
    return MovedOperation(compile_path(template)[0], gate.path, query, fixed)


def _name_at_head(gate: OperationGate, name: str) -> str:
    """The name that the query program gives to a parameter that the rewrite sets."""
    if gate.query is None:
        return name
    mark = "timegate"
    try:
        upgraded: Mapping[str, object] = gate.query({name: mark})
    except UpgradeError:
        return name
    return next((key for key, value in upgraded.items() if value == mark), name)
