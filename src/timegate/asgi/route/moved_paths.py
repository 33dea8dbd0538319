"""Operations that a version has at another path: requests go to head's path, links in answers come back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlsplit, urlunsplit

from starlette.routing import compile_path

from timegate.asgi.message.headers import RawHeaders
from timegate.asgi.message.scope import Scope
from timegate.asgi.route.table import Table
from timegate.errors import UpgradeError
from timegate.gates.operation import OperationGate, Rewrite
from timegate.wire.paths import PARAMETER, parameter_names

_TARGET: Final = re.compile(r"<([^>]*)>")
_PATH_SAFE: Final = "/:@!$&'()*+,;=~-._"
_LINKS: Final = frozenset({b"location", b"content-location", b"link"})


def filled(template: str, parameters: Mapping[str, str]) -> str:
    """A path or a value with its parameters in place, decoded."""
    return PARAMETER.sub(lambda match: parameters[match[1]], template)


def moved_path(rewrite: Rewrite, parameters: Mapping[str, str]) -> str:
    """Head's path for a request to the version's path with these parameters."""
    return filled(rewrite.path, parameters)


def moved_query(raw: bytes, rewrite: Rewrite, parameters: Mapping[str, str]) -> bytes:
    """Head's query string: the rewrite's parameters are set, the client's of these names are taken off."""
    if not rewrite.query:
        return raw
    taken = {name for name, _ in rewrite.query}
    kept = [
        part
        for part in raw.split(b"&")
        if part and unquote_plus(part.partition(b"=")[0].decode("latin-1")) not in taken
    ]
    put = [
        f"{quote(name, safe='')}={quote(filled(template, parameters), safe='')}".encode("ascii")
        for name, template in rewrite.query
    ]
    return b"&".join([*kept, *put])


def at_path(scope: Scope, path: str) -> dict[str, Any]:
    """A copy of a scope whose route path is another one."""
    whole = scope.get("root_path", "") + path
    return {**scope, "path": whole, "raw_path": quote(whole, safe=_PATH_SAFE).encode("ascii")}


@dataclass(frozen=True, slots=True)
class MovedOperation:
    """One moved operation, told from head to the version.

    Args:
        key: the operation.
        regex: head's path, the parameters called as the version calls them.
        path: the version's path.
        query: head's query parameters that hold a parameter of the version's path, by its name.
        fixed: head's query parameters that always have one value.
    """

    key: str
    regex: re.Pattern[str]
    path: str
    query: Mapping[str, str]
    fixed: Mapping[str, str]

    def back(self, path: str, query: str) -> str | None:
        """The version's path and query for head's; None where one of its parameters is not told."""
        match = self.regex.match(path)
        if match is None:
            return None
        parameters = match.groupdict()
        kept: list[str] = []
        fixed: dict[str, str] = {}
        for part in query.split("&") if query else ():
            pairs = parse_qsl(part, keep_blank_values=True)
            name, value = pairs[0] if pairs else ("", "")
            if name in self.query:
                parameters[self.query[name]] = value
            elif name in self.fixed:
                fixed[name] = value
            else:
                kept.append(part)
        wanted = parameter_names(self.path)
        if fixed != self.fixed or not parameters.keys() >= set(wanted):
            return None
        quoted = {name: quote(parameters[name], safe=_PATH_SAFE) for name in wanted}
        return filled(self.path, quoted) + ("?" + "&".join(kept) if kept else "")


class MovedLinks:
    """All moved operations of one version, for the links in its answers.

    Args:
        gates: the version's operations.
        head: head's routes, which say what a link leads to.
    """

    __slots__ = ("_head", "_moves")

    def __init__(self, gates: Sequence[OperationGate], head: Table) -> None:
        self._head = head
        self._moves = {gate.key: move for gate in gates if gate.exists and (move := _move(gate)) is not None}

    def __bool__(self) -> bool:
        return bool(self._moves)

    def converted(self, headers: RawHeaders, scope: Scope) -> RawHeaders:
        """The fields of an answer, their links made this version's."""
        return [
            (name, self._links(name.lower(), value, scope)) if name.lower() in _LINKS else (name, value)
            for name, value in headers
        ]

    def _links(self, name: bytes, value: bytes, scope: Scope) -> bytes:
        text = value.decode("latin-1")
        if name == b"link":
            return _TARGET.sub(lambda match: f"<{self.link(match[1], scope)}>", text).encode("latin-1")
        return self.link(text, scope).encode("latin-1")

    def link(self, url: str, scope: Scope) -> str:
        """A link of head's as this version has it; unchanged where it leads elsewhere."""
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
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            found = self._head.find(below, method, scope)
            key = None if found is None or not found.full else found.entry.key(method)
            move = None if key is None else self._moves.get(key)
            if move is not None:
                back = move.back(below, parts.query)
                if back is not None:
                    path, _, query = back.partition("?")
                    whole = quote(root, safe=_PATH_SAFE) + path
                    return urlunsplit((parts.scheme, parts.netloc, whole, query, parts.fragment))
            if key is not None:
                break
        return url


def _host(scope: Scope) -> str | None:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), None)


def _move(gate: OperationGate) -> MovedOperation | None:
    if gate.rewrite is None:
        return None
    convertors = {match[1]: match[2] for match in PARAMETER.finditer(gate.path)}
    template = PARAMETER.sub(
        lambda match: f"{{{match[1]}:{convertors[match[1]]}}}" if convertors.get(match[1]) else match[0],
        gate.rewrite.path,
    )
    query: dict[str, str] = {}
    fixed: dict[str, str] = {}
    for before, value in gate.rewrite.query:
        name = _name_at_head(gate, before)
        whole = PARAMETER.fullmatch(value)
        if whole is not None:
            query[name] = whole[1]
        elif not PARAMETER.search(value):
            fixed[name] = value
        else:
            # A value made of several parts cannot be taken apart again.
            return None
    return MovedOperation(gate.key, compile_path(template)[0], gate.path, query, fixed)


def _name_at_head(gate: OperationGate, name: str) -> str:
    """What the query program calls a parameter that the rewrite sets."""
    if gate.query is None:
        return name
    mark = "timegate"
    try:
        after: Mapping[str, object] = gate.query({name: mark})
    except UpgradeError:
        return name
    return next((key for key, value in after.items() if value == mark), name)
