"""The floor: what somebody would write for one app who knew its fifty changes by heart, and checked nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any, Final, TypeAlias

from timegate.asgi.message.json import decode_json, encode_json

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Any, Receive, Send], Awaitable[None]]

_VERSION: Final[ContextVar[bytes | None]] = ContextVar("benchmarks.version", default=None)
_OLD_STATES: Final = {"up_for_retry": "retrying", "success": "succeeded", "queued": "waiting"}
_STATES: Final = {old: state for state, old in _OLD_STATES.items()}


class ByHand:
    """Echoes the version, sets Vary and a context variable for every client; converts the oldest client's tasks.

    Args:
        app: the app, which knows only head.
        header: the request header field that names the version.
        oldest: the version whose tasks are converted.
    """

    def __init__(self, app: App, header: str, oldest: str) -> None:
        self._app = app
        self._header = header.encode()
        self._oldest = oldest.encode()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        version = b""
        for name, value in scope["headers"]:
            if name == self._header:
                version = value
        echoed = [(self._header, version), (b"vary", self._header)]
        path: str = scope["path"]
        old = version == self._oldest and not path.startswith("/notes")
        token = _VERSION.set(version)
        try:
            if not old:
                await self._app(scope, receive, _stamping(send, echoed))
            elif scope["method"] == "POST":
                await self._app(scope, await _upgraded(scope, receive), _downgrading(send, echoed))
            else:
                await self._app(scope, receive, _downgrading(send, echoed))
        finally:
            _VERSION.reset(token)


def _stamping(send: Send, echoed: list[tuple[bytes, bytes]]) -> Send:
    async def stamped(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *echoed]}
        await send(message)

    return stamped


def _downgrading(send: Send, echoed: list[tuple[bytes, bytes]]) -> Send:
    start: Message = {}

    async def downgraded(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
            return
        body = encode_json(response_by_hand(decode_json(message["body"])))
        kept = [item for item in start["headers"] if item[0] != b"content-length"]
        length = (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": start["status"], "headers": [*kept, *echoed, length]})
        await send({"type": "http.response.body", "body": body})

    return downgraded


async def _upgraded(scope: Message, receive: Receive) -> Receive:
    given = await receive()
    body = encode_json(request_by_hand(decode_json(given["body"])))
    kept = [item for item in scope["headers"] if item[0] != b"content-length"]
    scope["headers"] = [*kept, (b"content-length", b"%d" % len(body))]

    async def replay() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def response_by_hand(body: dict[str, Any]) -> dict[str, Any]:
    """Downgrade a task or a page of tasks to the oldest version."""
    items = body.get("items")
    if items is None:
        return _old_task(body)
    return {"items": [_old_task(task) for task in items], "total": body["total"]}


def _old_task(task: dict[str, Any]) -> dict[str, Any]:
    owner, note, state = task["owner"], task["note"], task["state"]
    return {
        "id": task["id"],
        "dag_version_id_3": task["dag_version_id"],
        "title_2": task["title"],
        "state": _OLD_STATES.get(state, state),
        "priority": int(task["priority"]),
        "queue_2": task["queue"],
        "try_number_3": task["try_number"],
        "started_at_2": task["started_at"],
        "note": "" if note is None else note,
        "owner": {"name_3": owner["name"], "email_2": owner["email"], "active": True},
        "pool_slots": 1,
        "executor": "local",
        "hostname": "worker-1",
    }


def request_by_hand(body: dict[str, Any]) -> dict[str, Any]:
    """Upgrade a task or a page of tasks from the oldest version to head."""
    items = body.get("items")
    if items is None:
        return _head_task(body)
    return {"items": [_head_task(task) for task in items], "total": body["total"]}


def _head_task(task: dict[str, Any]) -> dict[str, Any]:
    owner, state = task["owner"], task["state"]
    return {
        "id": task["id"],
        "dag_version_id": task["dag_version_id_3"],
        "title": task["title_2"],
        "state": _STATES.get(state, state),
        "priority": str(task["priority"]),
        "queue": task["queue_2"],
        "try_number": task["try_number_3"],
        "started_at": task["started_at_2"],
        "note": task["note"],
        "owner": {"name": owner["name_3"], "email": owner["email_2"]},
    }
