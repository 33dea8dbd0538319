"""One example for each fact about endpoints and their parameters: what an old client sends, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Cookie, FastAPI, Header, Query, Request, Response
from pydantic import BaseModel
from starlette.testclient import TestClient

from tests.vocabulary.examples import NEW, OLD, timeline_of
from timegate import Contract, endpoint
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact
from timegate.typing import Document


class Page(BaseModel):
    items: list[str]
    total: int


def app() -> FastAPI:
    """An app whose handlers send back what they were given."""
    made = FastAPI()

    total = {"x-total": {"schema": {"type": "integer"}}, "x-rate": {"schema": {"type": "integer"}}}

    @made.get("/heroes", summary="All heroes", responses={200: {"headers": total}})
    def heroes(
        response: Response,
        limit: Annotated[int, Query()] = 10,
        tag: Annotated[list[str] | None, Query()] = None,
        x_team: Annotated[str, Header()] = "all",
        session: Annotated[str, Cookie()] = "none",
    ) -> dict[str, Any]:
        response.headers["x-total"] = "3"
        return {"limit": limit, "tag": tag, "x_team": x_team, "session": session}

    @made.get("/heroes/{key}")
    def hero(key: str) -> dict[str, Any]:
        return {"key": key}

    @made.post("/heroes", status_code=201)
    def create() -> dict[str, Any]:
        return {}

    @made.get("/pages")
    def pages() -> Page:
        return Page(items=["Ada"], total=1)

    @made.get("/strict")
    def strict(limit: int) -> dict[str, Any]:
        return {"limit": limit}

    return made


def form_app() -> FastAPI:
    """An app that reads a form by itself, and says so in its document."""
    made = FastAPI()
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    body = {"content": {"application/x-www-form-urlencoded": {"schema": schema}}, "required": True}

    @made.post("/forms", openapi_extra={"requestBody": body})
    async def form(request: Request) -> dict[str, str]:
        return dict(parse_qsl((await request.body()).decode()))

    return made


def documented(made: FastAPI) -> Contract:
    return Contract.from_openapi(made.openapi())


@dataclass(frozen=True)
class EndpointExample:
    """A fact about an endpoint, and one exchange.

    Args:
        fact: the fact.
        method: of the old client's request.
        url: of it.
        sends: the rest of it.
        shows: the header field of the response that the example is about.
        what: what the body of the response is.
        make: makes the app.
        read: reads its contract.
    """

    fact: Fact
    method: str = "GET"
    url: str = "/heroes"
    sends: dict[str, Any] = field(default_factory=dict[str, Any])
    shows: str = ""
    what: str = "the handler was given"
    make: Callable[[], FastAPI] = app
    read: Callable[[FastAPI], Contract] = Contract.of

    def exchange(self) -> list[tuple[str, str]]:
        """The exchange, line by line: what it is and what was sent."""
        served = self.make()
        served.add_middleware(TimegateMiddleware, timeline=timeline_of(self.fact), contract=self.read(served))
        with TestClient(served, cookies=self.sends.get("cookies")) as client:
            headers = {"API-Version": OLD, **self.sends.get("headers", {})}
            response = client.request(self.method, self.url, headers=headers, data=self.sends.get("data"))
        said = "".join(f", {name}: {value}" for name, value in self.sends.get("headers", {}).items())
        said += "".join(f", Cookie: {name}={value}" for name, value in self.sends.get("cookies", {}).items())
        said += "".join(f", {name}={value}" for name, value in self.sends.get("data", {}).items())
        lines = [("an old client sends", f"{self.method} {self.url}{said}")]
        if response.is_success:
            lines.append((self.what, response.text))
        lines.append(("the response is", str(response.status_code)))
        if self.shows:
            lines.append(("with", f"{self.shows}: {response.headers.get(self.shows)}"))
        return lines

    def documents(self) -> tuple[Document, Document]:
        """The old document and the newest one, of the paths, less the responses' bodies."""
        gates = timeline_of(self.fact).compile(self.read(self.make()))
        return _shown(gates.contract(OLD)), _shown(gates.contract(NEW))


def _shown(document: Document) -> Document:
    paths: Document = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            statuses = {
                status: response.get("headers", {})
                for status, response in operation["responses"].items()
                if status != "422"
            }
            bodies: Document = operation["responses"].get("200", {}).get("content", {}) if path == "/pages" else {}
            kept = {key: operation[key] for key in ("summary", "tags", "parameters") if key in operation}
            kept |= {key: operation[key] for key in ("requestBody",) if "forms" in path}
            paths[f"{method.upper()} {path}"] = {**kept, "responses": statuses, **bodies}
    return paths


LIST = endpoint("/heroes", "GET")
LIMIT, TAG, TEAM = LIST.query("limit"), LIST.query("tag"), LIST.header("x-team")
KEY = endpoint("/heroes/{key}", "GET").path("key")
TOTAL = LIST.response_header("x-total")


def half(limit: str) -> int:
    return int(limit) // 2


def padded(number: int) -> str:
    return f"{number:03}"


def in_words(total: str) -> str:
    return f"{total} heroes"


def counted(page: dict[str, Any]) -> dict[str, int]:
    return {name: len(name) for name in page["items"]}


EXAMPLES: dict[str, list[EndpointExample]] = {
    "endpoint(…).added": [EndpointExample(endpoint("/heroes", "POST").added(), "POST")],
    "endpoint(…).removed": [EndpointExample(endpoint("/strict", "GET").removed(), url="/strict?limit=1")],
    "endpoint(…).moved": [
        EndpointExample(endpoint("/people/{key}", "GET").moved(to="/heroes/{key}"), url="/people/ada")
    ],
    "endpoint(…).status": [EndpointExample(endpoint("/heroes", "POST").status(201, was=200), "POST")],
    "endpoint(…).enveloped": [
        EndpointExample(endpoint("/pages", "GET").enveloped("items"), url="/pages", what="it reads")
    ],
    "endpoint(…).rewritten": [
        EndpointExample(
            endpoint("/pages", "GET").rewritten(response=counted, was=dict[str, int]), url="/pages", what="it reads"
        )
    ],
    "endpoint(…).documented": [EndpointExample(LIST.documented(was={"summary": "Heroes", "tags": ["old"]}))],
    "endpoint(…).query": [
        EndpointExample(LIMIT.added(default=5)),
        EndpointExample(LIST.query("sort").removed(was=str, loses="nobody sorts"), url="/heroes?sort=up"),
        EndpointExample(LIST.query("max").renamed(to="limit"), url="/heroes?max=3"),
        EndpointExample(LIMIT.retyped(was=str, to_head=half), url="/heroes?limit=8"),
        EndpointExample(LIMIT.defaulted(was=100)),
        EndpointExample(endpoint("/strict", "GET").query("limit").became_required(default=5), url="/strict"),
        EndpointExample(LIMIT.became_optional(), url="/heroes"),
        EndpointExample(TAG.became_list(), url="/heroes?tag=a"),
        EndpointExample(LIMIT.documented(was={"description": "At most so many.", "deprecated": True})),
    ],
    "endpoint(…).header": [
        EndpointExample(LIST.header("x-group").renamed(to="x-team"), sends={"headers": {"X-Group": "blue"}})
    ],
    "endpoint(…).cookie": [EndpointExample(LIST.cookie("sid").renamed(to="session"), sends={"cookies": {"sid": "s1"}})],
    "endpoint(…).form": [
        EndpointExample(
            endpoint("/forms", "POST").form("title").renamed(to="name"),
            "POST",
            "/forms",
            {"data": {"title": "Ada"}},
            make=form_app,
            read=documented,
        )
    ],
    "endpoint(…).path": [EndpointExample(KEY.retyped(was=int, to_head=padded), url="/heroes/7")],
    "endpoint(…).response_header": [
        EndpointExample(TOTAL.added(), shows="x-total"),
        EndpointExample(LIST.response_header("x-pages").removed(was=int, backfill=1), shows="x-pages"),
        EndpointExample(LIST.response_header("x-count").renamed(to="x-total"), shows="x-count"),
        EndpointExample(TOTAL.retyped(was=str, to_old=in_words), shows="x-total"),
        EndpointExample(TOTAL.became_list(), shows="x-total"),
        EndpointExample(LIST.response_header("x-rate").became_optional(missing_was=0), shows="x-rate"),
    ],
}
"""By subject and method."""
