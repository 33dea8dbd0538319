"""Requests against apps in this process: the same one at every side, each response checked before it is timed."""

from __future__ import annotations

import gc
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from importlib import import_module
from typing import Any, TypeAlias

from pydantic import BaseModel
from pydantic_core import to_json

from benchmarks import hosts
from benchmarks.api import NOTE_DATA, PAGE_NAMES, SIZES, Note, Page, Task, body_data
from benchmarks.client import Caller, Request, started
from benchmarks.gated import timeline
from benchmarks.past import DEPTH, as_sent, downgraded, upgraded, version_at
from benchmarks.rows import BARE, BY_HAND, CADWYN, ONE_VERSION, TIMEGATE, Host, Row
from benchmarks.timing import Timing, timed

Sides: TypeAlias = dict[str, Callable[..., Awaitable[None]]]


async def apps_of(host: Host, stack: AsyncExitStack) -> Sides:
    """The sides of a host, each within its lifespan."""
    build: Callable[[], Any] = hosts.fastapi_app if host == "FastAPI" else hosts.starlette_app
    sides: Sides = {
        BARE: build(),
        BY_HAND: hosts.under_hand_written(build()),
        TIMEGATE: hosts.under_timegate(build()),
        ONE_VERSION: hosts.under_timegate(build(), timeline(1)),
    }
    if host == "FastAPI":
        # Installed only where the benchmarks run.
        sides[CADWYN] = import_module("benchmarks.cadwyned").cadwyn_app()
    for app in sides.values():
        await stack.enter_async_context(started(app))
    return sides


def caller_of(app: Callable[..., Awaitable[None]], side: str, row: Row) -> Caller:
    """The row's request to one side."""
    kind, path = (Note, "/notes") if not row.touched else (Task, "/tasks") if SIZES[row.size] == 0 else (Page, "/pages")
    depth = depth_at(side, row)
    body = b""
    if row.method == "POST":
        body = to_json(NOTE_DATA if kind is Note else sent_by(side, row))
    elif kind is Page:
        path += f"/{PAGE_NAMES[row.size]}"
    else:
        path += "/1"
    return Caller(app, Request(row.method, path, (hosts.HEADER, version_at(depth)), body))


def sent_by(side: str, row: Row) -> dict[str, Any]:
    """The body that a client posts; the bare app gets it as head has it, so that handlers do the same."""
    old = as_sent(body_data(row.size), row.depth)
    return upgraded(old, row.depth) if side == BARE else old


def depth_at(side: str, row: Row) -> int:
    """How many versions back the client is: the bare app knows only head, one side has a single older version."""
    return 0 if side == BARE else min(row.depth, 1) if side == ONE_VERSION else row.depth


async def check(caller: Caller, side: str, row: Row) -> None:
    """Send the request once; compare the response, and what the handler received, with the oracle."""
    depth = depth_at(side, row)
    hosts.RECEIVED[0] = None
    await caller()
    response = caller.response
    payload: Any = json.loads(response.body) if response.status == 200 else response.body
    expected, head = _expected(row, depth)
    if payload != expected:
        raise AssertionError(f"{side}, {row.name}: {response.status} {_clipped(payload)} is not {_clipped(expected)}")
    if head is not None:
        received = hosts.RECEIVED[0]
        if received is None or received.model_dump() != head.model_dump():
            raise AssertionError(f"{side}, {row.name}: the handler received {_clipped(received)}")
        # Cadwyn passes what its own old model has dumped, so only the values can be compared.
        if side != CADWYN and _set_in(received) != _set_in(head):
            raise AssertionError(f"{side}, {row.name}: the handler received keys that the client did not send")


def _expected(row: Row, depth: int) -> tuple[Any, BaseModel | None]:
    """The response's payload, and what the handler receives if the request has a body."""
    if not row.touched:
        return NOTE_DATA, Note.model_validate(NOTE_DATA) if row.method == "POST" else None
    if row.method == "GET":
        return downgraded(body_data(row.size), depth), None
    kind = Task if SIZES[row.size] == 0 else Page
    head = kind.model_validate(sent_by(BARE, row))
    return downgraded(head.model_dump(mode="json"), depth), head


def _set_in(model: BaseModel) -> Any:
    return model.model_dump(mode="json", exclude_unset=True)


def _clipped(value: object) -> str:
    text = repr(value)
    return text if len(text) < 600 else f"{text[:600]}…"


async def measured(
    chosen: list[Row], *, rounds: int, seconds: float, report: Callable[[Row, dict[str, Timing]], None]
) -> dict[str, dict[str, Timing]]:
    """The timings of rows by name and side.

    Args:
        chosen: the rows.
        rounds: how often each side has its turn.
        seconds: how long a turn lasts.
        report: is called with each row as soon as it is measured.
    """
    found: dict[str, dict[str, Timing]] = {}
    for host in dict.fromkeys(row.host for row in chosen):
        async with AsyncExitStack() as stack:
            sides = await apps_of(host, stack)
            gc.collect()
            # What exists by now lives as long as the process, so the collector need not look at it again and again.
            gc.freeze()
            for row in (row for row in chosen if row.host == host):
                callers = {side: caller_of(app, side, row) for side, app in sides.items() if _belongs(side, row)}
                for side, caller in callers.items():
                    await check(caller, side, row)
                found[row.name] = await timed(callers, rounds=rounds, seconds=seconds)
                report(row, found[row.name])
            gc.unfreeze()
    return found


def _belongs(side: str, row: Row) -> bool:
    """Whether a side runs a row: one version only where growth would show, by hand only the oldest version's tasks."""
    if side == ONE_VERSION:
        return row.depth == 0 and row.size == "340 B"
    return side != BY_HAND or not row.touched or row.depth in (0, DEPTH)
