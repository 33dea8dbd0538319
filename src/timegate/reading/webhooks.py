"""The webhooks and callbacks that an app declares: payloads that leave the server, and what comes back for them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from timegate.reading.declared import DeclaredOperation
from timegate.reading.fastapi import fastapi_operations, routes_of
from timegate.reading.starlette import in_order


@dataclass(frozen=True, slots=True)
class OutgoingPayloads:
    """The types of what an app sends by itself.

    Args:
        sends: what it sends.
        receives: what it reads of the responses.
        labels: the webhooks and callbacks, as the list of what no contract describes calls them.
    """

    sends: tuple[Any, ...] = ()
    receives: tuple[Any, ...] = ()
    labels: frozenset[str] = frozenset()


def outgoing_payloads(app: Any) -> OutgoingPayloads:
    """The payloads of the webhooks and callbacks of a FastAPI app; none of a router.

    Args:
        app: the app.
    """
    declared = [*_webhooks(app), *_callbacks(app)]
    operations = [operation for _, operation in declared]
    sent = [one.request.kind for one in operations if one.request is not None]
    read = [body.kind for one in operations for _, body in one.typed_bodies("responses")]
    return OutgoingPayloads(tuple(_once(sent)), tuple(_once(read)), frozenset(label for label, _ in declared))


def _once(types: Iterable[Any]) -> Iterator[Any]:
    found: list[Any] = []
    for kind in types:
        if kind is not None and not any(one is kind or one == kind for one in found):
            found.append(kind)
    return iter(found)


def _webhooks(app: Any) -> Iterator[tuple[str, DeclaredOperation]]:
    webhooks = getattr(app, "webhooks", None)
    for operation, path in () if webhooks is None else fastapi_operations(webhooks):
        yield f"webhook {path}", operation


def _callbacks(app: Any) -> Iterator[tuple[str, DeclaredOperation]]:
    """The operations of every callback, each with the operation that has it."""
    routing: Any = sys.modules["fastapi.routing"]
    for route in routes_of(app):
        callbacks: Iterable[Any] = getattr(route, "callbacks", None) or ()
        for callback in callbacks:
            if isinstance(callback, routing.APIRoute):
                for method in in_order(route.methods):
                    label = f"callback {callback.name} of {method} {route.path}"
                    yield from ((label, operation) for operation, _ in fastapi_operations(_Routes([callback])))


@dataclass(frozen=True, slots=True)
class _Routes:
    """Some routes, as an app has them."""

    routes: list[Any]
