"""Authentication: tokens that name one task instance, and what each kind of token may access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol, TypeAlias
from uuid import UUID, uuid4

import jwt
from jwt.types import Options
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Access", "Authority", "Claims", "RequireToken", "TokenScope", "issue_token"]

TokenScope: TypeAlias = Literal["execution", "workload"]
"""`execution` is valid while a task runs; `workload` comes with the task and can only start it, or is a queue's own."""

ALGORITHM = "HS256"
AUDIENCE = "urn:execution-api:task"
LIFETIME = timedelta(hours=1)
CLOCK_SKEW = timedelta(seconds=10)
LEAST_SECRET = 32
REFRESH_SHARE, REFRESH_LEAST = 0.2, timedelta(seconds=30)
REFRESHED = "Refreshed-API-Token"


class Codec(Protocol):
    """The used part of PyJWT, with keys as text."""

    def encode(self, payload: dict[str, Any], key: str, algorithm: str) -> str:
        """Sign claims."""
        ...

    def decode(
        self,
        jwt: str,
        key: str,
        algorithms: list[str],
        *,
        audience: str,
        leeway: timedelta,
        options: Options,
    ) -> dict[str, Any]:
        """Verify a token and return its claims."""
        ...


CODEC: Codec = jwt.PyJWT()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The claims of a valid token."""

    subject: str
    scope: str
    issued: datetime
    expires: datetime

    def is_ending(self, now: datetime) -> bool:
        """Whether the token expires so soon that its holder should get another."""
        lifetime = self.expires - self.issued
        return self.expires - now <= max(lifetime * REFRESH_SHARE, REFRESH_LEAST)


@dataclass(frozen=True, slots=True)
class Authority:
    """Issues tokens and reads them.

    Args:
        secret: at least 32 bytes, shared by all processes of the server.

    Raises:
        ValueError: the secret is too short.
    """

    secret: str

    def __post_init__(self) -> None:
        if len(self.secret.encode()) < LEAST_SECRET:
            raise ValueError(f"the secret is shorter than {LEAST_SECRET} bytes")

    def issue(self, subject: str, *, scope: str, lifetime: timedelta = LIFETIME) -> str:
        """Make a token for a subject, from now on."""
        now = datetime.now(UTC)
        claims = {
            "jti": uuid4().hex,
            "sub": subject,
            "scope": scope,
            "aud": AUDIENCE,
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
        }
        return CODEC.encode(claims, self.secret, algorithm=ALGORITHM)

    def read(self, token: str) -> Claims:
        """Read a token.

        Raises:
            jwt.InvalidTokenError: it is not ours, altered, expired or incomplete.
        """
        claims = CODEC.decode(
            token,
            self.secret,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            leeway=CLOCK_SKEW,
            options={"require": ["sub", "scope", "iat", "nbf", "exp"]},
        )
        return Claims(
            subject=str(claims["sub"]),
            scope=str(claims["scope"]),
            issued=datetime.fromtimestamp(claims["iat"], UTC),
            expires=datetime.fromtimestamp(claims["exp"], UTC),
        )


def issue_token(
    subject: str | UUID, scope: TokenScope = "execution", *, secret: str, lifetime: timedelta = LIFETIME
) -> str:
    """Make a token for a task instance.

    Args:
        subject: the id of the task instance, or of the connection test.
        scope: `execution`, or `workload` for a token that only starts the task.
        secret: the server's secret.
        lifetime: how long it is valid.
    """
    return Authority(secret).issue(str(subject), scope=scope, lifetime=lifetime)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a route requires of a token.

    Args:
        scopes: the kinds of token that it accepts.
        own: the path parameter that must be the token's subject, or None.
        own_is: what that parameter names, for the error response.
    """

    scopes: tuple[TokenScope, ...] = ("execution",)
    own: str | None = None
    own_is: str = "task instance ID"


class RequireToken:
    """Middleware of one route: checks that the token allows the request, and renews a token that is about to expire.

    The handler finds the token's subject in `request.state.subject`.
    """

    def __init__(self, app: ASGIApp, *, authority: Authority, access: Access) -> None:
        self.app = app
        self.authority = authority
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            await _refuse(401, "Missing auth token")(scope, receive, send)
            return
        try:
            claims = self.authority.read(token.strip())
        except jwt.InvalidTokenError as error:
            await _refuse(403, f"Invalid auth token: {error}")(scope, receive, send)
            return
        if refusal := self._refusal(claims, scope):
            await _refuse(403, refusal)(scope, receive, send)
            return
        scope.setdefault("state", {})["subject"] = claims.subject
        # A task that was started with a token that can only start it needs another one to go on.
        granted = "execution" if "execution" in self.access.scopes else claims.scope
        renews = claims.scope != granted or claims.is_ending(datetime.now(UTC))
        await self.app(scope, receive, self._renewing(send, claims, granted) if renews else send)

    def _refusal(self, claims: Claims, scope: Scope) -> str | None:
        if claims.scope not in self.access.scopes:
            allowed = ", ".join(self.access.scopes)
            return f"Token type '{claims.scope}' not allowed for this endpoint. Allowed types: {allowed}"
        if self.access.own is not None and not _same_id(claims.subject, scope["path_params"][self.access.own]):
            return f"Token subject does not match {self.access.own_is}"
        return None

    def _renewing(self, send: Send, claims: Claims, granted: str) -> Send:
        async def renew(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                lifetime = claims.expires - claims.issued
                token = self.authority.issue(claims.subject, scope=granted, lifetime=lifetime)
                MutableHeaders(scope=message)[REFRESHED] = token
            await send(message)

        return renew


def _refuse(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"detail": detail}, status_code=status)


def _same_id(subject: str, parameter: str) -> bool:
    try:
        return UUID(subject) == UUID(parameter)
    except ValueError:
        return False
