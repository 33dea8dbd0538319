"""The gate of one operation at one version: everything that a server does to its messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from timegate.errors import ArmName
from timegate.gates.locations import ClientLocation, Locator, same_location
from timegate.gates.plan.conversion import Program
from timegate.gates.raised import RaisedModels
from timegate.history.steps import HeaderFieldChanged
from timegate.typing import Location


def as_sent(_: Location, values: dict[str, Any]) -> dict[str, Any]:
    """Parameters as a client sent them, where nobody knows which take one value."""
    return values


@dataclass(frozen=True, slots=True)
class Rewrite:
    """How the URL of an old operation becomes head's.

    Args:
        path: head's path, with each parameter of the old path in braces (``/runs/{run_id}``).
        query: names and templates of query parameters to set; the same names in the client's query are removed first.
    """

    path: str
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FormGate:
    """What happens to the form in the body of a request.

    Args:
        program: converts its fields, a map of name to text or list of texts; something stands for each file.
        names: head's name of each field of the version; None for one that head does not get.
        texts: the fields that take no file, by their names in the version.
    """

    program: Program
    names: Mapping[str, str | None]
    texts: frozenset[str]


@dataclass(frozen=True, slots=True, repr=False)
class OperationGate:
    """One operation of head, as the clients of one version see it.

    Args:
        key: its identity, head's method and path with convertors (``GET /variables/{key:path}``).
        method: the HTTP method.
        head_path: head's path with convertors, as the route has it.
        path: the path in this version, with convertors.
        exists: whether this version has it; otherwise its requests are refused before they reach the app.
        rewrite: how this version's URL becomes head's; None where they are the same.
        request: the program of the request body; None where the body is passed on unchanged.
        form: what happens to the form in its place; None where the body is no form, or is passed on unchanged.
        json_only: whether the contract declares JSON as the only media type of the request body.
        lax: whether head takes a request's body without a Content-Type for JSON.
        responses: the programs of the response bodies by declared status (``"200"``, ``"4XX"``, ``"default"``); None
            where the body is passed on unchanged.
        success: the declared status of success; an undeclared 2xx is converted like it.
        response_media: the declared media types by declared status.
        query: the program of the query parameters, a map of name to value or list of values; None where unchanged.
        headers: the same for the header parameters, with names in lower case.
        cookies: the same for the cookies.
        path_parameters: the same for the path parameters, with head's names and one text each.
        statuses: head's status to this version's.
        response_headers: what happens to the header fields of responses, from head to this version.
        relabels: whether validation errors of a request name a class that clients know by another name.
        gated: whether any of the above changes something for this version.
        locate: finds a location of head's request in this version's (``("body", "items", 0, "name")``).
        spellings: gives the other spellings of each key of this version's requests that has any.
        as_read: gives the parameters of a part of a request as the version's server reads them, of their texts by name.
        apart: by ``"request"`` or declared status, the programs of the JSON media types whose schema is another.
        locators: what finds locations in a request's body of a JSON media type whose schema is another.
        spread: whether the keys of the request's body are parameters of the handler, each on its own.
        told: the declared statuses, beside 422, whose responses list validation errors with places in the request.
        raised: by declared status of an error, the models that it may hold as its `detail`.
        header_names: how the version's server calls the header fields that it declares with capitals, by their names
            in lower case.
        header_keys: their names in lower case, by what head calls them.
        request_alone: whether a fact is about the body of the request at this operation alone.
    """

    key: str
    method: str
    head_path: str
    path: str
    exists: bool
    rewrite: Rewrite | None
    request: Program | None
    form: FormGate | None
    json_only: bool
    lax: bool
    responses: Mapping[str, Program | None]
    success: str
    response_media: Mapping[str, tuple[str, ...]]
    query: Program | None
    headers: Program | None
    cookies: Program | None
    path_parameters: Program | None
    statuses: Mapping[int, int]
    response_headers: tuple[HeaderFieldChanged, ...]
    relabels: bool
    gated: bool
    locate: Callable[[Sequence[str | int]], ClientLocation] = same_location
    spellings: Callable[[], Mapping[str, frozenset[str]]] = dict[str, frozenset[str]]
    as_read: Callable[[Location, dict[str, Any]], dict[str, Any]] = as_sent
    apart: Mapping[str, Mapping[str, Program | None]] = field(default_factory=dict[str, "Mapping[str, Program | None]"])
    locators: Mapping[str, Locator] = field(default_factory=dict[str, Locator])
    spread: bool = False
    told: frozenset[str] = frozenset()
    raised: Mapping[str, RaisedModels] = field(default_factory=dict[str, RaisedModels])
    request_alone: bool = False
    header_names: Mapping[str, str] = field(default_factory=dict[str, str])
    header_keys: Mapping[str, str] = field(default_factory=dict[str, str])

    def of_media(self, kind: str) -> OperationGate:
        """The same gate, as it tells what is wrong in a request whose body has a media type."""
        locator = self.locators.get(kind)
        return self if locator is None else replace(self, locate=locator, spellings=locator.spellings)

    def client_place(self, location: Sequence[str | int]) -> ClientLocation:
        """Where a client finds what head's server tells of a location, with header fields in lower case."""
        return self.locate(_with_field(location, self.header_keys))

    def declared_place(self, location: Sequence[str | int]) -> list[str | int]:
        """A location in the client's request as the version's server tells it."""
        names = _with_field(location, self.header_names)
        return [str(key) if isinstance(key, ArmName) else key for key in names]

    def __repr__(self) -> str:
        if not self.exists:
            return f"<OperationGate {self.key}: not in this version>"
        parts: dict[str, object] = {"path": self.rewrite or self.path_parameters, "query": self.query}
        parts |= {"headers": self.headers, "cookies": self.cookies, "request": self.request or self.form}
        parts |= {f"response {status}": program for status, program in self.responses.items()}
        parts |= {f"{place} as {kind}": one for place, apart in self.apart.items() for kind, one in apart.items()}
        converted = [name for name, program in parts.items() if program is not None]
        converted += [f"response header {step.new}" for step in self.response_headers]
        converted += [f"status {head} as {old}" for head, old in self.statuses.items()]
        return f"<OperationGate {self.key}: {', '.join(converted) or 'unchanged'}>"


def _with_field(location: Sequence[str | int], names: Mapping[str, str]) -> Sequence[str | int]:
    """A location with another name of its header field."""
    if len(location) > 1 and location[0] == "header" and location[1] in names:
        return ("header", names[str(location[1])], *location[2:])
    return location
