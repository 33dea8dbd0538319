"""Makes the request of a difference smaller, as long as it still differs in the same way."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.twins.compare import judged
from tests.twins.exceptions import EXCEPTIONS
from tests.twins.mutations import collect
from tests.twins.pairs import Pair
from tests.twins.requests import NOTHING, Request

TRIES = 300


async def shrunk(pair: Pair, request: Request, response: int, law: str, what: str) -> Request:
    """Return the smallest request found that breaks the same law in the same way."""
    tries = 0
    smaller = True
    while smaller and tries < TRIES:
        smaller = False
        for other in _smaller(request):
            tries += 1
            exchange = await pair.sent(other, response)
            if any(
                one is not None
                and (one.law, one.what) == (law, what)
                and not any(excuse(exchange) for excuse in EXCEPTIONS[law])
                for _, one in judged(exchange, pair.own, pair.heads)
            ):
                request, smaller = other, True
                break
    return request


def _smaller(request: Request) -> Iterator[Request]:
    for index in range(len(request.query)):
        yield replace(request, query=request.query[:index] + request.query[index + 1 :])
    for index in range(len(request.headers)):
        yield replace(request, headers=request.headers[:index] + request.headers[index + 1 :])
    for index in range(len(request.cookies)):
        yield replace(request, cookies=request.cookies[:index] + request.cookies[index + 1 :])
    for index in range(len(request.form or ())):
        yield replace(request, form=(request.form or ())[:index] + (request.form or ())[index + 1 :])
    if request.body is NOTHING or request.raw is not None:
        return
    places: list[tuple[Any, Any]] = []
    collect(request.body, places)
    for index in range(len(places)):
        body = copy.deepcopy(request.body)
        inside: list[tuple[Any, Any]] = []
        collect(body, inside)
        holder, key = inside[index]
        del holder[key]
        yield replace(request, body=body)
