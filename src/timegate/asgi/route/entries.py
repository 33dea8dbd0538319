"""The app's routes as entries: in the app's order, also those below its mounts, with the contract's operations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from starlette.convertors import Convertor, FloatConvertor, IntegerConvertor, StringConvertor, UUIDConvertor
from starlette.routing import Mount, WebSocketRoute, compile_path

from timegate.asgi.route.handover import FirstRoute, takes_handovers
from timegate.reading.included import Listed, is_of_fastapi, listed_routes, original_of
from timegate.reading.starlette import has_gates, has_theirs, matches_plainly, routes_below
from timegate.typing import METHODS
from timegate.wire.paths import plain_path

ROUTE_PARAMETER: Final = re.compile(r"{([a-zA-Z_][a-zA-Z0-9_]*)(?::([a-zA-Z_][a-zA-Z0-9_]*))?}")
"""A path parameter of a route; Starlette takes anything else in braces as text."""

ANY_METHOD: Final = (*METHODS, "CONNECT")
"""The methods of a route that allows every one."""

_WITHIN_A_SEGMENT: Final = frozenset({StringConvertor, IntegerConvertor, FloatConvertor, UUIDConvertor})
_UNSEEN: Final = (
    "the app's router, which would have to hand them over, cannot be seen",
    "give TimegateMiddleware the app whose routes are its own, and no contract in its place",
)
_OF_ITS_CLASS: Final = (
    "a handover would get past the `handle` of the route's class, in an included router",
    "add the route to the app itself, or do in a dependency what its class does in `handle`",
)
_OF_ITS_ROUTER: Final = (
    "a handover would get past the `handle` of the class of an included router",
    "do in a dependency what its class does in `handle`",
)
_OF_ITS_FORM: Final = (
    "a handover would get past the `form_limits=` of an included router",
    "give these form_limits= to the route itself",
)
_OF_ITS_LIMIT: Final = (
    "a handover would get past the `max_body_size=` of an included router",
    "declare the route by a method of the router (`@router.get`, …), or check the size in it",
)
ANY_SEGMENT: Final = "\uffff"
"""A segment that no route has as text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One route at one version, or a whole app below a prefix.

    Args:
        path: its path with convertors.
        regex: matches its path; None where only the route itself can match.
        convertors: of its path parameters.
        methods: the methods it allows; None means every one.
        operations: the key of the contract's operation, by method; empty where the contract has none.
        place: its place in the app's order.
        route: the app's route, for a handover; None where none can reach it.
        mounts: the mounts that lead to it, from the outermost to the innermost.
        included: what the app keeps of the included routers that lead to it, in that order too.
        below: matches the beginning of the paths below a mount that leads to operations; None for any other route.
    """

    path: str
    regex: re.Pattern[str] | None
    convertors: Mapping[str, Convertor[Any]]
    methods: frozenset[str] | None
    operations: Mapping[str, str]
    place: int
    route: Any = field(default=None, compare=False, repr=False)
    mounts: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    included: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    below: re.Pattern[str] | None = field(default=None, compare=False, repr=False)

    def key(self, method: str) -> str | None:
        """The operation of a method; that of HEAD is the GET of that path."""
        found = self.operations.get(method)
        if found is None and method == "HEAD":
            found = self.operations.get("GET")
        return found

    @property
    def out_of_reach(self) -> tuple[str, str] | None:
        """Why no request can be handed over to the route, and what to do; None where one can."""
        if self.route is None:
            return _UNSEEN
        original = original_of(self.route)
        if self.included and not has_theirs(original, "handle"):
            return _OF_ITS_CLASS
        if not all(has_theirs(one.original_router, "handle") for one in self.included):
            return _OF_ITS_ROUTER
        is_limited = any(getattr(one.include_context, "max_body_size", None) is not None for one in self.included)
        if is_limited and not is_of_fastapi(original):
            return _OF_ITS_LIMIT
        limits = {name for one in self.included for name in getattr(one.include_context, "form_limits", ())}
        own: Iterable[str] = getattr(original, "form_limits", None) or ()
        has_form = getattr(self.route, "body_field", None) is not None
        return _OF_ITS_FORM if has_form and limits - set(own) else None

    def plain(self) -> Entry:
        """The same route; where only the route itself can match, one that matches by its path."""
        if self.regex is not None:
            return self
        regex, _, convertors = compile_path(self.path)
        return replace(self, regex=regex, convertors=convertors)

    def parameters(self, path: str) -> dict[str, str]:
        """The path parameters of a path that matches, as text."""
        match = None if self.regex is None else self.regex.match(path)
        return {} if match is None else match.groupdict()

    def converted(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Path parameters, converted as for handlers."""
        return {name: self.convertors[name].convert(value) for name, value in parameters.items()}


def shape_of(entry: Entry) -> tuple[str | None, ...] | None:
    """The segments of a path, None for those with parameters; None where the number of segments is not fixed."""
    within = all(type(convertor) in _WITHIN_A_SEGMENT for convertor in entry.convertors.values())
    if entry.regex is None or not within:
        return None
    return tuple(None if "{" in segment else segment for segment in entry.path.split("/"))


def prefix_of(entry: Entry) -> str | None:
    """The path up to its last segment, where that is its only parameter; None for any other path."""
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
    """Make an entry whose path is compiled as Starlette compiles it."""
    regex, _, convertors = compile_path(path)
    return Entry(path, regex, convertors, None if methods is None else frozenset(methods), operations, place, route)


def flatten_routes(
    routes: Iterable[Any], *, expand: Callable[[str], bool], prefix: str = "", mounts: tuple[Any, ...] = ()
) -> Iterator[tuple[str, Listed, tuple[Any, ...], bool]]:
    """Every route in the order in which the app matches them, those below mounts before the mount itself.

    Args:
        routes: the routes of an app.
        expand: whether the contract has operations below a path.
        prefix: the path of the mounts above.
        mounts: these mounts.

    Yields:
        A route's path in the app, the route as it is listed, the mounts above it, and whether it is a whole app below
        its path.
    """
    for listed in listed_routes(routes):
        route, original = listed.route, original_of(listed.route)
        if isinstance(original, WebSocketRoute | FirstRoute):
            continue
        own_path: str | None = getattr(route, "path", None)
        path = prefix + (own_path or "")
        mounted = isinstance(original, Mount) and own_path is not None
        if mounted and not has_gates(original) and matches_plainly(original) and expand(path):
            inner: Iterable[Any] = routes_below(route) or ()
            yield from flatten_routes(inner, expand=expand, prefix=path, mounts=(*mounts, route))
        yield path, listed, mounts, mounted


def entries_of(routes: Iterable[Any], keys: Iterable[str]) -> list[Entry]:
    """The app's routes as entries, with the operations of a contract.

    Args:
        routes: the routes of the app, in its order.
        keys: the keys of the contract's operations, ``GET /variables/{key:path}``.
    """
    known = dict.fromkeys(keys)
    by_path: dict[str, dict[str, str]] = {}
    for key in known:
        method, _, path = key.partition(" ")
        by_path.setdefault(path, {})[method] = key
        # A contract read from a document knows no convertors.
        by_path.setdefault(plain_path(path), {}).setdefault(method, key)
    taken: set[str] = set()
    entries: list[Entry] = []
    above = {path[:end] for path in by_path for end, sign in enumerate(path) if sign == "/"}

    def leads(prefix: str) -> bool:
        return plain_path(prefix) in above

    flat = list(flatten_routes(routes, expand=leads))
    own = {path for path, *_ in flat}
    for path, listed, mounts, mounted in flat:
        place = len(entries)
        (route, included), plain = listed, listed.plain
        if mounted:
            if plain or not mounts:
                below = _below(path) if leads(path) and not has_gates(original_of(route)) else None
                mount = _mount(path, place=place, route=route, plain=plain)
                entries.append(replace(mount, included=included, below=below))
            continue
        methods: Iterable[str] | None = getattr(route, "methods", None)
        # Without its convertors it is the path of another route, whose operation is not this one's.
        without = path if path not in by_path and plain_path(path) in own else plain_path(path)
        here = by_path.get(path) or by_path.get(without, {})
        # A second route of the same method and path is never reached, or it is opaque.
        operations = {
            method: key for method, key in here.items() if key not in taken and (methods is None or method in methods)
        }
        if operations and methods is None:
            methods = {*ANY_METHOD, *operations}
        taken.update(operations.values())
        if not mounts and not plain:
            # It matches by more than path and method, so only the route itself can tell.
            allowed = None if methods is None else frozenset(methods)
            entries.append(Entry(path, None, {}, allowed, operations, place, route, included=included))
        elif plain or operations:
            entry = entry_of(path, methods=methods, operations=operations, place=place)
            if all(map(takes_handovers, mounts)):
                entry = replace(entry, route=route, mounts=mounts, included=included)
            entries.append(entry)
        # Any other route below a mount cannot be asked here. Without it more is converted, never less.
    # Operations below an app that has no routes to look into are converted at the paths that the contract has.
    missing = entries_of_contract(key for key in known if key not in taken)
    leading = {id(mount) for entry in entries if entry.operations for mount in entry.mounts}
    placed = (replace(entry, place=entry.place + len(missing)) for entry in entries)
    return [
        *missing,
        *(
            one
            if one.below is None or id(one.route) in leading or any(map(one.below.match, (m.path for m in missing)))
            else replace(one, below=None)
            for one in placed
        ),
    ]


def entries_of_contract(keys: Iterable[str]) -> list[Entry]:
    """Entries of the contract's operations alone, for an app whose routes cannot be seen."""
    known = dict.fromkeys(keys)
    entries: list[Entry] = []
    for place, key in enumerate(known):
        method, _, path = key.partition(" ")
        methods = {method, "HEAD"} if method == "GET" and f"HEAD {path}" not in known else {method}
        entries.append(entry_of(path, methods=methods, operations={method: key}, place=place))
    return entries


def _below(prefix: str) -> re.Pattern[str]:
    """Matches whatever is below a path, line breaks too."""
    regex, _, _ = compile_path(f"{prefix}/")
    return re.compile(regex.pattern.removesuffix("$"), re.DOTALL)


def _mount(path: str, *, place: int, route: Any, plain: bool) -> Entry:
    itself = Entry(path, None, {}, None, {}, place, route)
    try:
        whole = entry_of(f"{path}/{{path:path}}", methods=None, operations={}, place=place, route=route)
    except ValueError:
        # One of its own parameters is called `path`.
        return itself
    return whole if plain else itself
