"""Header fields of a response as the clients of a version get them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, Final

from timegate.asgi.message.headers import RawHeaders
from timegate.asgi.message.json import NotEncodable
from timegate.asgi.message.parameters import field_values
from timegate.errors import DowngradeError
from timegate.gates.run.runtime import apply
from timegate.history.steps import HeaderFieldChanged

LINKS: Final = frozenset({b"location", b"content-location", b"link"})
"""The header fields of a response that hold links."""

# RFC 9110, section 5.5.
_ENDS_A_LINE: Final = re.compile(rb"[\r\n\0]")


def converted_fields(
    headers: RawHeaders, steps: Sequence[HeaderFieldChanged], links: Callable[[RawHeaders, bytes], RawHeaders]
) -> RawHeaders:
    """The header fields of head's response, with those that differ in the version at the place of head's.

    Args:
        headers: head's.
        steps: what differs, from head to the version.
        links: gives the links in a header field of the given name to the version's clients.

    Raises:
        DowngradeError: the function of a change fails.
        NotEncodable: it gives what no header field can have.
    """
    for step in steps:
        name = step.new.encode("latin-1")
        if name in LINKS and step.old.encode("latin-1") not in LINKS:
            # Under its older name nobody knows that it holds links.
            headers = links(headers, name)
        headers = _changed(headers, step)
    return headers


def _changed(headers: RawHeaders, step: HeaderFieldChanged) -> RawHeaders:
    new, old = step.new.encode("latin-1"), step.old.encode("latin-1")
    names = [name.lower() for name, _ in headers]
    values = [value.decode("latin-1") for (_, value), name in zip(headers, names, strict=True) if name == new]
    given: list[Any] = apply(step.values, values, step.origin, DowngradeError)
    fields = iter([(old, _line(raw)) for value in given for raw in field_values(value)])
    # One value stays at the place of each, as far as there are places.
    converted: RawHeaders = []
    for item, name in zip(headers, names, strict=True):
        if name == new:
            converted += islice(fields, 1)
        elif name != old:
            converted.append(item)
    return [*converted, *fields]


def _line(value: bytes) -> bytes:
    """A value, which a line break would make more fields than one of."""
    if _ENDS_A_LINE.search(value):
        raise NotEncodable("a header field cannot have a line break")
    return value
