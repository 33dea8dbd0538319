"""Apps of one change, and single exchanges with them in plain ASGI messages."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias
from urllib.parse import unquote

from fastapi import Body, FastAPI

from timegate import CompileError, Contract, Fault, Timeline, Version, VersionChange
from timegate.asgi import TimegateMiddleware

NEW, OLD = "2026-01-01", "2025-01-01"

App: TypeAlias = Callable[[Any, Any, Any], Any]


def change_of(*facts: Any) -> type[VersionChange]:
    """A change that declares these facts."""
    return type("Changed", (VersionChange,), {"__doc__": "Something changed.", "changes": facts})


def timeline_of(*facts: Any) -> Timeline:
    """Two versions, and one change between them."""
    return Timeline(Version(NEW, change_of(*facts)), Version(OLD))


def gated(app: Any, *facts: Any, **options: Any) -> TimegateMiddleware:
    """An app behind the middleware, wrapped from outside."""
    return TimegateMiddleware(app, timeline=timeline_of(*facts), **options)


def faults_of(contract: Contract, *facts: Any) -> tuple[Fault, ...]:
    """The faults that facts have in a contract; none where they compile."""
    try:
        timeline_of(*facts).compile(contract)
    except CompileError as error:
        return error.faults
    return ()


def annotate(handler: Callable[..., Any], name: str, kind: Any, marker: Any) -> None:
    """Declare a parameter of a handler by a type that only the test knows."""
    annotated: Any = Annotated
    handler.__annotations__[name] = annotated[kind, marker]


def served(kind: Any, content: Any) -> FastAPI:
    """An app with one response of a type."""
    app = FastAPI()

    @app.get("/", response_model=kind)
    def get() -> Any:
        return content

    return app


@dataclass(frozen=True)
class Response:
    """What an app sent."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


def exchange(
    app: App,
    method: str,
    target: str,
    *,
    body: object = None,
    version: str | None = OLD,
    headers: Mapping[str, str] | None = None,
    root_path: str = "",
    untyped: bool = False,
) -> Response:
    """Send one request and give the response.

    Args:
        app: the app.
        method: the HTTP method.
        target: the path, percent-encoded, and the query.
        body: the JSON body; None for no body, bytes as they are.
        version: the version of the client; None for none.
        headers: more request headers.
        root_path: what the server mounts the app at.
        untyped: whether a body comes without its Content-Type.
    """
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {} if version is None else {"api-version": version}
    if content:
        fields |= {"content-length": str(len(content))} | ({} if untyped else {"content-type": "application/json"})
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": root_path,
        "headers": [(name.encode(), value.encode()) for name, value in {**fields, **(headers or {})}.items()],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    start = sent[0]
    return Response(
        start["status"],
        {name.decode(): value.decode() for name, value in start["headers"]},
        b"".join(message.get("body", b"") for message in sent[1:]),
    )


def told(app: Any, method: str, target: str, **more: Any) -> list[tuple[Any, ...]]:
    """The entries of a 422, as type, place and input."""
    response = exchange(app, method, target, **more)
    assert response.status == 422
    return [(one["type"], one["loc"], one.get("input")) for one in response.json()["detail"]]


def lifespan(app: App, sent: list[Any] | None = None) -> None:
    """Start an app and stop it; raises what the app raises.

    Args:
        app: the app.
        sent: gets each message that the app sends.
    """
    waiting = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    messages: list[Any] = [] if sent is None else sent

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        messages.append(message)

    asyncio.run(app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send))


def failed_start(app: App) -> str | None:
    """Start an app and stop it; why it did not start, or None where it did."""
    sent: list[Any] = []
    try:
        lifespan(app, sent)
    except Exception as error:
        failed = [message for message in sent if message["type"] == "lifespan.startup.failed"]
        return str(failed[0]["message"]) if failed else str(error)
    failed = [message for message in sent if message["type"] == "lifespan.startup.failed"]
    return str(failed[0]["message"]) if failed else None


def connected(app: App, target: str, *, version: str | None, accepts_responses: bool = False) -> list[Any]:
    """Open a websocket; every message that the app sends."""
    path, _, query = target.partition("?")
    extensions: dict[str, Any] = {"websocket.http.response": {}} if accepts_responses else {}
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [] if version is None else [(b"api-version", version.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
        "subprotocols": [],
        "extensions": extensions,
    }
    sent: list[Any] = []
    waiting = [{"type": "websocket.connect"}]

    async def receive() -> Any:
        return waiting.pop(0) if waiting else {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent


class Posted:
    """What a handler of ``POST /`` was given, behind gates of some facts.

    Args:
        kind: the type of the body.
        facts: what changed.
    """

    def __init__(self, kind: Any, *facts: Any) -> None:
        self.received: list[Any] = []
        self.bare = FastAPI()

        async def post(body: Any) -> int:
            self.received.append(body)
            return 1

        annotate(post, "body", kind, Body())
        self.bare.add_api_route("/", post, methods=["POST"])
        self.app = gated(self.bare, *facts)

    def send(self, body: object, *, version: str = OLD) -> tuple[int, Any]:
        """The status of the response, and what the handler was given; None where it was not called."""
        self.received.clear()
        status = exchange(self.app, "POST", "/", body=body, version=version).status
        return status, self.received[0] if self.received else None


def accounted(app: Any, *places: str, facts: Sequence[Any]) -> str | None:
    """How an app without a gate at a place accounts for it: refused at the start or listed as opaque.

    Args:
        app: the app.
        places: how the fault or the entry of the list may call the place.
        facts: what changed.
    """
    try:
        contract = Contract.of(app)
        timeline_of(*facts).compile(contract)
    except CompileError as error:
        told = [fault.place for fault in error.faults if "does not reach" not in fault.problem]
        return "refused" if any(place in text for text in told for place in places) else None
    return "listed" if any(place in text for text in contract.opaque for place in places) else None
