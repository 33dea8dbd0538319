"""Edits of parameters of operations."""

from __future__ import annotations

from typing import Final

from tests.frozen.edits.edit import Edit

EDITS: Final = (
    Edit(
        "an operation moved, with another name of its parameter",
        '@app.delete("/orders/{order_id}")\nasync def cancel(order_id: int)',
        '@app.delete("/kept/{order}")\nasync def cancel(order: int)',
        "DELETE /orders/{order_id}",
        "breaking",
        'endpoint("/orders/{order_id}", "DELETE").path("order_id").renamed(to="order"), '
        'endpoint("/orders/{order}", "DELETE").moved(to="/kept/{order}")',
    ),
    Edit(
        "an optional parameter",
        'q: str = ""',
        'q: str = "", colour: str = "red"',
        "GET /orders/{order_id} query colour",
        "additive",
        'endpoint("/orders/{order_id}", "GET").query("colour").added()',
        True,
        True,
    ),
    Edit(
        "a required parameter",
        "order_id: int, limit: int = 10",
        "order_id: int, weight: float, limit: int = 10",
        "GET /orders/{order_id} query weight",
        "breaking",
        'endpoint("/orders/{order_id}", "GET").query("weight").added(default=undecided(',
    ),
    Edit(
        "a parameter renamed",
        'q: str = ""',
        'query: Annotated[str, Query(alias="query")] = "", q: Annotated[str, Query(include_in_schema=False)] = ""',
        "GET /orders/{order_id} query q",
        "risky",
        'endpoint("/orders/{order_id}", "GET").query("q").renamed(to="query")',
    ),
    Edit(
        "a parameter removed",
        ', q: str = ""',
        "",
        "GET /orders/{order_id} query q",
        "risky",
        'endpoint("/orders/{order_id}", "GET").query("q").removed(was=str, loses=undecided(',
    ),
    Edit(
        "another default of a parameter",
        "limit: int = 10",
        "limit: int = 20",
        "GET /orders/{order_id} query limit",
        "risky",
        'endpoint("/orders/{order_id}", "GET").query("limit").defaulted(was=10)',
        True,
    ),
    Edit(
        "a parameter required",
        "limit: int = 10",
        "limit: int",
        "GET /orders/{order_id} query limit",
        "breaking",
        'endpoint("/orders/{order_id}", "GET").query("limit").defaulted(was=10)',
        True,
    ),
    Edit(
        "a parameter of another type",
        "limit: int = 10",
        "limit: bool = False",
        "GET /orders/{order_id} query limit",
        "breaking",
        'endpoint("/orders/{order_id}", "GET").query("limit").retyped(was=int, to_head=undecided(',
    ),
    Edit(
        "a parameter of a wider type",
        "limit: int = 10",
        "limit: float = 10",
        "GET /orders/{order_id} query limit",
        "additive",
        'endpoint("/orders/{order_id}", "GET").query("limit").retyped(was=int)',
        True,
    ),
    Edit(
        "a parameter optional",
        "term: str",
        'term: str = "x"',
        "GET /search query term",
        "additive",
        'endpoint("/search", "GET").query("term").became_optional()',
        True,
    ),
    Edit(
        "a parameter without its default",
        "limit: int = 10",
        "limit: int | None = None",
        "GET /orders/{order_id} query limit",
        "risky",
        'endpoint("/orders/{order_id}", "GET").query("limit").defaulted(was=10)',
        True,
    ),
    Edit(
        "looser limits of a parameter",
        "le=50",
        "le=99",
        "GET /search query size",
        "additive",
        'endpoint("/search", "GET").query("size").retyped(was=Annotated[int, Field(le=50)])',
        True,
    ),
    Edit(
        "tighter limits of a parameter",
        "le=50",
        "le=7",
        "GET /search query size",
        "breaking",
        'endpoint("/search", "GET").query("size").retyped(was=Annotated[int, Field(le=50)], to_head=undecided(',
        settled='endpoint("/search", "GET").query("size").retyped(was=Annotated[int, Field(le=50)], '
        "to_head=lambda size: min(size, 7))",
    ),
    Edit(
        "another value of a parameter",
        'Literal["en", "de"]',
        'Literal["en", "de", "fr"]',
        "GET /search query lang",
        "additive",
        'endpoint("/search", "GET").query("lang").retyped(was=Literal["en", "de"])',
        True,
    ),
    Edit(
        "a value of a parameter less",
        'Literal["en", "de"]',
        'Literal["en"]',
        "GET /search query lang",
        "breaking",
        'endpoint("/search", "GET").query("lang").retyped(was=Literal["en", "de"], to_head=undecided(',
        settled='endpoint("/search", "GET").query("lang").retyped(was=Literal["en", "de"], to_head=lambda _: "en")',
    ),
    Edit(
        "a parameter renamed, and of another type",
        'term: str, size: Annotated[int, Query(le=50)] = 5, lang: Literal["en", "de"] = "en"\n) -> int:\n'
        '    response.headers["X-Left"] = "3"\n    return len(term)',
        'terms: int, size: Annotated[int, Query(le=50)] = 5, lang: Literal["en", "de"] = "en"\n) -> int:\n'
        '    response.headers["X-Left"] = "3"\n    return terms',
        "GET /search query term",
        "risky",
        'endpoint("/search", "GET").query("term").renamed(to="terms"), '
        'endpoint("/search", "GET").query("terms").retyped(was=str, to_head=...)',
        settled='endpoint("/search", "GET").query("term").renamed(to="terms"), '
        'endpoint("/search", "GET").query("terms").retyped(was=str, to_head=len)',
    ),
    Edit(
        "a field of a form renamed",
        "async def note(title: Annotated[str, Form()], pages: Annotated[int, Form()] = 1) -> int:\n"
        "    return len(title)",
        "async def note(name: Annotated[str, Form()], pages: Annotated[int, Form()] = 1) -> int:\n    return len(name)",
        "Body_note_notes_post.title",
        "risky",
        'not renamed: endpoint("/notes", "POST").form("title").removed(was=str, required=True, loses=...), ',
        settled='endpoint("/notes", "POST").form("title").renamed(to="name")',
    ),
    Edit(
        "another default of a field of a form",
        "pages: Annotated[int, Form()] = 1",
        "pages: Annotated[int, Form()] = 2",
        "Body_note_notes_post.pages",
        "risky",
        'endpoint("/notes", "POST").form("pages").defaulted(was=1)',
        True,
    ),
)
