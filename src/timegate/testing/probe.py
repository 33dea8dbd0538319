"""Sees what an app gets from the middleware, and what it sends."""

from __future__ import annotations

from dataclasses import dataclass, field

from timegate.asgi.message.scope import App, Message, Receive, Scope, Send


@dataclass(slots=True)
class HeadExchange:
    """One request of head and the app's response.

    Args:
        request: the request's body.
        status: the response's status.
        response: the response's body.
    """

    request: bytearray = field(default_factory=bytearray)
    status: int = 0
    response: bytearray = field(default_factory=bytearray)


class Probe:
    """An ASGI app around another one that keeps what passes.

    Args:
        app: the app, as the middleware has it.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self._seen: HeadExchange | None = None

    def taken(self) -> HeadExchange | None:
        """The last exchange; None where none came since this was asked."""
        seen, self._seen = self._seen, None
        return seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        seen = self._seen = HeadExchange()

        async def receiving() -> Message:
            message = await receive()
            seen.request += message.get("body", b"")
            return message

        async def sending(message: Message) -> None:
            seen.status = message.get("status", seen.status)
            seen.response += message.get("body", b"")
            await send(message)

        await self.app(scope, receiving, sending)
