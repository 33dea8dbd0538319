"""The app's routes as entries: in the app's order, below its mounts, with the operations of the contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from starlette.convertors import Convertor, FloatConvertor, IntegerConvertor, StringConvertor, UUIDConvertor
from starlette.routing import Mount, Route, WebSocketRoute, compile_path

from timegate.wire.paths import plain_path

ROUTE_PARAMETER: Final = re.compile(r"{([a-zA-Z_][a-zA-Z0-9_]*)(?::([a-zA-Z_][a-zA-Z0-9_]*))?}")
"""A path parameter of a route; what else stands in braces, Starlette takes as text."""

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
_WITHIN_A_SEGMENT: Final = frozenset({StringConvertor, IntegerConvertor, FloatConvertor, UUIDConvertor})
ANY_SEGMENT: Final = "\uffff"
"""A segment that no route names."""

_SAMPLES: Final = {
    "": ANY_SEGMENT,
    "str": ANY_SEGMENT,
    "int": "0",
    "float": "0.5",
    "path": "\uffff/\uffff",
    "uuid": "00000000-0000-0000-0000-000000000000",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One route at one version, or a whole app below a prefix.

    Args:
        path: its path with convertors.
        regex: what its path matches; None where only the route itself can tell.
        convertors: of its path parameters.
        methods: the methods it answers; None means every one.
        operations: the identity of the contract's operation, by method; empty where the contract has none.
        place: its place in the app's order.
        route: the app's route, to hand over to.
    """

    path: str
    regex: re.Pattern[str] | None
    convertors: Mapping[str, Convertor[Any]]
    methods: frozenset[str] | None
    operations: Mapping[str, str]
    place: int
    route: Any = field(default=None, compare=False, repr=False)

    def key(self, method: str) -> str | None:
        """The operation that answers a method; HEAD is answered as the GET of that path."""
        found = self.operations.get(method)
        if found is None and method == "HEAD":
            found = self.operations.get("GET")
        return found

    def parameters(self, path: str) -> dict[str, str]:
        """The path parameters of a path that matches, as they stand in it."""
        match = None if self.regex is None else self.regex.match(path)
        return {} if match is None else match.groupdict()

    def converted(self, path: str) -> dict[str, Any]:
        """The path parameters of a path that matches, as handlers get them."""
        return {name: self.convertors[name].convert(value) for name, value in self.parameters(path).items()}


def shape_of(entry: Entry) -> tuple[str | None, ...] | None:
    """The segments of a path, None for those with parameters; None for a path with any number of segments."""
    if entry.regex is None:
        return None
    if any(type(convertor) not in _WITHIN_A_SEGMENT for convertor in entry.convertors.values()):
        return None
    return tuple(None if "{" in segment else segment for segment in entry.path.split("/"))


def prefix_of(entry: Entry) -> str | None:
    """What a path begins with whose last segment is a parameter, and its only one; None for any other path."""
    prefix, _, last = entry.path.rpartition("/")
    if "{" in prefix or entry.regex is None or ROUTE_PARAMETER.fullmatch(last) is None:
        return None
    (convertor,) = entry.convertors.values()
    return prefix if type(convertor) is StringConvertor else None


def entry_of(
    path: str,
    *,
    methods: Iterable[str] | None,
    operations: Mapping[str, str],
    place: int,
    route: object = None,
) -> Entry:
    """An entry whose path is compiled as Starlette compiles it."""
    regex, _, convertors = compile_path(path)
    return Entry(path, regex, convertors, None if methods is None else frozenset(methods), operations, place, route)


Flattened: TypeAlias = tuple[str, Any, bool]
"""A route of the app: its path in the app, the route or its context, and whether it is a whole app below its path."""


def flattened(
    routes: Iterable[Any], *, expand: Callable[[str], bool], contexts: Callable[[Iterable[Any]], Iterable[Any]]
) -> Iterator[Flattened]:
    """Every route in the order in which the app matches them, those below mounts before the mount itself.

    Args:
        routes: the routes of an app.
        expand: whether the contract has operations below a path.
        contexts: turns included routers into their routes.
    """
    for route in contexts(routes):
        original = getattr(route, "original_route", route)
        if isinstance(original, WebSocketRoute):
            continue
        path: str | None = getattr(route, "path", None)
        if isinstance(original, Mount) and path is not None:
            inner: Sequence[Any] = getattr(route, "routes", [])
            if inner and expand(path):
                for below, found, mounted in flattened(inner, expand=_from(expand, path), contexts=contexts):
                    yield path + below, found, mounted
            yield path, route, True
        else:
            yield path or "", route, False


def _from(expand: Callable[[str], bool], prefix: str) -> Callable[[str], bool]:
    return lambda path: expand(prefix + path)


def entries_of(
    routes: Iterable[Any], keys: Iterable[str], *, contexts: Callable[[Iterable[Any]], Iterable[Any]]
) -> list[Entry]:
    """The app's routes as entries, with the operations of a contract.

    Args:
        routes: the routes of the app, in its order.
        keys: the identities of the contract's operations, ``GET /variables/{key:path}``.
        contexts: turns included routers into their routes.
    """
    known = dict.fromkeys(keys)
    paths = [key.partition(" ")[2] for key in known]
    by_path: dict[str, dict[str, str]] = {}
    for key in known:
        method, _, path = key.partition(" ")
        by_path.setdefault(path, {})[method] = key
        # A contract read from a document knows no convertors.
        by_path.setdefault(plain_path(path), {}).setdefault(method, key)
    taken: set[str] = set()
    entries: list[Entry] = []
    for path, route, mounted in flattened(
        routes, expand=lambda prefix: any(_below(path, prefix) for path in paths), contexts=contexts
    ):
        place = len(entries)
        original = getattr(route, "original_route", route)
        if mounted:
            entries.append(_mount(path, place=place, route=route))
            continue
        methods: Iterable[str] | None = getattr(route, "methods", None)
        here = by_path.get(path) or by_path.get(plain_path(path), {})
        # A second route of the same method and path is never reached.
        operations = {
            method: key for method, key in here.items() if key not in taken and (methods is None or method in methods)
        }
        if operations and methods is None:
            methods = METHODS
        taken.update(operations.values())
        nested = path != (getattr(route, "path", None) or "")
        if nested and not operations and not _plain_match(original):
            # Nobody here can ask it; without it more is gated, never less.
            continue
        if nested or _plain_match(original):
            # Nobody hands over past a mount, whose own middleware must be passed.
            reachable = None if nested else route
            entries.append(entry_of(path, methods=methods, operations=operations, place=place, route=reachable))
        else:
            # It decides by more than path and method: only the route itself can tell.
            allowed = None if methods is None else frozenset(methods)
            entries.append(Entry(path, None, {}, allowed, operations, place, route))
    missing = [key for key in known if key not in taken]
    # The contract knows better than the routes: what it has below an app that cannot be looked into is gated there.
    return [*_alone(missing), *(replace(entry, place=entry.place + len(missing)) for entry in entries)]


def entries_of_contract(keys: Iterable[str]) -> list[Entry]:
    """Entries of the contract's operations alone, for an app whose routes cannot be seen."""
    return _alone(list(dict.fromkeys(keys)))


def _alone(keys: Sequence[str]) -> list[Entry]:
    entries: list[Entry] = []
    heads = {key.partition(" ")[2] for key in keys if key.startswith("HEAD ")}
    for place, key in enumerate(keys):
        method, _, path = key.partition(" ")
        methods = {method, "HEAD"} if method == "GET" and path not in heads else {method}
        entries.append(entry_of(path, methods=methods, operations={method: key}, place=place))
    return entries


def _mount(path: str, *, place: int, route: Any) -> Entry:
    try:
        return entry_of(f"{path}/{{path:path}}", methods=None, operations={}, place=place, route=route)
    except ValueError:
        # One of its own parameters is called `path`.
        return Entry(path, None, {}, None, {}, place, route)


def _plain_match(route: object) -> bool:
    """Whether a route matches by path and method alone, as Starlette's and FastAPI's own do."""
    matches: object = getattr(type(route), "matches", None)
    module: str = getattr(matches, "__module__", "")
    return isinstance(route, Route) and module in ("starlette.routing", "fastapi.routing")


def _below(path: str, prefix: str) -> bool:
    return path.startswith(prefix + "/") or plain_path(path).startswith(plain_path(prefix) + "/")


def in_order(entries: Sequence[Entry], moved: Sequence[Entry]) -> list[Entry]:
    """The entries of an older version: those at head's place in head's order, each moved one where it can be reached.

    Head's order says nothing about a path that head does not have. Such a path stands before the first one that
    matches all it matches and more, because there it was reachable when it was released.
    """
    ordered = list(entries)
    for entry in moved:
        at = next((index for index, other in enumerate(ordered) if covers(other, entry)), None)
        if at is None:
            at = next((index for index, other in enumerate(ordered) if other.place > entry.place), len(ordered))
        ordered.insert(at, entry)
    return ordered


def covers(wide: Entry, narrow: Entry) -> bool:
    """Whether one path matches all that another one matches, and more."""
    sample, counter = sample_of(narrow.path), sample_of(wide.path)
    if wide.regex is None or narrow.regex is None or sample is None or wide.regex.match(sample) is None:
        return False
    return counter is None or narrow.regex.match(counter) is None


def may_overlap(one: Entry, other: Entry) -> bool:
    """Whether a path may match both; False only where that is certain."""
    mine, others = shape_of(one), shape_of(other)
    if mine is None or others is None:
        return True
    if len(mine) != len(others):
        return False
    return all(a is None or b is None or a == b for a, b in zip(mine, others, strict=True))


def sample_of(path: str) -> str | None:
    """A path that a template matches, with values that no literal segment has; None where a convertor is unknown."""
    out: list[str] = []
    at = 0
    for match in ROUTE_PARAMETER.finditer(path):
        sample = _SAMPLES.get(match[2] or "")
        if sample is None:
            return None
        out += [path[at : match.start()], sample]
        at = match.end()
    return "".join([*out, path[at:]])
