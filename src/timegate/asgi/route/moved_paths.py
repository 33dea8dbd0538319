"""Operations that a version has at another path: convert requests to head's path, and links in responses back."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, quote, unquote, unquote_plus, urljoin, urlsplit, urlunsplit

from starlette.routing import compile_path

from timegate.asgi.message.headers import RawHeaders
from timegate.asgi.message.response_headers import LINKS
from timegate.asgi.message.scope import Scope
from timegate.asgi.route.table import Table
from timegate.errors import UpgradeError
from timegate.gates.operation import OperationGate, Rewrite
from timegate.typing import METHODS
from timegate.wire.paths import PARAMETER, parameter_names

_TARGET: Final = re.compile(r"<([^<>]*)>")
_PATH_SAFE: Final = "/:@!$&'()*+,;=~-._"
# A client removes them from a path before it sends it, percent-encoded or not (RFC 3986, section 5.2.4).
_DOTS: Final = frozenset({".", ".."})


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

    def downgrade(self, path: str, query: str) -> tuple[str, Mapping[str, str], str] | None:
        """The version's path, the parameters in it and the query, for head's path and query.

        None where a parameter of the version's path is missing.
        """
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
        taken = {name: parameters[name] for name in names}
        return _fill(self.path, taken), taken, "&".join(kept)


class MovedLinks:
    """Converts the links in one version's responses.

    Args:
        gates: the version's operations.
        table: the version's routes.
        head: head's routes, which tell what operation a link leads to.
    """

    __slots__ = ("_head", "_moved", "_table")

    def __init__(self, gates: Sequence[OperationGate], table: Table, head: Table) -> None:
        self._table = table
        self._head = head
        self._moved = {gate.key: moved for gate in gates if gate.exists and (moved := _moved_operation(gate))}

    def __bool__(self) -> bool:
        return bool(self._moved)

    def converted(
        self, headers: RawHeaders, scope: Scope, path: str, head_path: str, names: Collection[bytes] = LINKS
    ) -> RawHeaders:
        """The header fields of a response with this version's links.

        Args:
            headers: head's.
            scope: the request.
            path: its path, from which the client reads a relative reference.
            head_path: its path at head, from which the app means one.
            names: the header fields that hold links.
        """
        if LINKS.isdisjoint(name.lower() for name, _ in headers):
            return headers
        # Once for all links: the path and the header fields of a request may be long, and the links many.
        root: str = scope.get("root_path", "")
        bases, host = [quote(root + base, safe=_PATH_SAFE) for base in (path, head_path)], _host(scope)

        def link(url: str) -> str:
            return self._link(url, scope, bases, host)

        return [
            (name, _with_links(name.lower(), value, link)) if name.lower() in names else (name, value)
            for name, value in headers
        ]

    def _link(self, url: str, scope: Scope, bases: Sequence[str], host: str | None) -> str:
        """This version's link for head's; the same where it leads the client to where head has meant it.

        Args:
            url: head's.
            scope: the request.
            bases: the URLs from which the client reads a relative reference, and from which the app means one.
            host: that of the request.
        """
        root: str = scope.get("root_path", "")
        try:
            read, meant = (urljoin(base, url) for base in bases)
            parts = urlsplit(meant)
        except ValueError:
            return url
        if not parts.path.startswith("/") or (parts.netloc and parts.netloc != host):
            return url
        link = self._moved_link(parts, root, scope) or meant
        # What follows a `#` alone is in the response itself, wherever that is.
        return url if link == read or not url.partition("#")[0] else link

    def _moved_link(self, parts: SplitResult, root: str, scope: Scope) -> str | None:
        """The link to a moved operation at this version's place; None where it leads to none."""
        whole = unquote(parts.path)
        if root and not whole.startswith(root + "/"):
            return None
        below = whole[len(root) :]
        operations = ((method, self._head.operation_at(below, method, scope)) for method in METHODS)
        method, key = next((found for found in operations if found[1]), ("", ""))
        moved = self._moved.get(key or "")
        found = None if moved is None else moved.downgrade(below, parts.query)
        if found is None:
            return None
        path, parameters, query = found
        entry = self._table.full_match(path, method, scope)
        # A value that the version's route does not read as it is written there has no place in its path.
        if entry is None or entry.key(method) != key or entry.plain().parameters(path) != parameters:
            return None
        if not _DOTS.isdisjoint(path.split("/")):
            return None
        path = quote(root + path, safe=_PATH_SAFE)
        return urlunsplit((parts.scheme, parts.netloc, path, query, parts.fragment))


def _with_links(name: bytes, value: bytes, link: Callable[[str], str]) -> bytes:
    """The value of a header field with each of its links converted."""
    text = value.decode("latin-1")
    converted = _TARGET.sub(lambda match: f"<{link(match[1])}>", text) if name == b"link" else link(text)
    return converted.encode("latin-1")


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
