"""Edits of operations and their responses."""

from __future__ import annotations

from typing import Final

from tests.frozen.edits.edit import Edit

EDITS: Final = (
    Edit(
        "an operation",
        '@app.get("/pets")\n',
        '@app.get("/birds")\nasync def birds() -> list[Bird]:\n    return []\n\n\n@app.get("/pets")\n',
        "GET /birds",
        "additive",
        'endpoint("/birds", "GET").added()',
        True,
        True,
    ),
    Edit(
        "an operation less",
        '@app.delete("/orders/{order_id}")\nasync def cancel(order_id: int) -> None:\n    return None\n',
        "",
        "DELETE /orders/{order_id}",
        "breaking",
        'endpoint("/orders/{order_id}", "DELETE").removed()',
    ),
    Edit(
        "an operation moved",
        '@app.get("/pets")',
        '@app.get("/all-pets")',
        "GET /pets",
        "breaking",
        'endpoint("/pets", "GET").moved(to="/all-pets")',
    ),
    Edit(
        "a list in an envelope",
        '@app.get("/pets")\nasync def pets() -> list[Cat | Dog]:\n'
        '    return [Cat(kind="cat", lives=7), Dog(kind="dog", barks=True)]',
        "class Page(Item):\n    animals: list[Cat | Dog]\n\n\n"
        '@app.get("/pets")\nasync def pets() -> Page:\n    return Page.model_validate(dict(sku="p", size="small", '
        'animals=[Cat(kind="cat", lives=7), Dog(kind="dog", barks=True)]))',
        "GET /pets 200",
        "breaking",
        'endpoint("/pets", "GET").enveloped("animals")',
        True,
    ),
    Edit(
        "another status",
        '@app.post("/orders")',
        '@app.post("/orders", status_code=201)',
        "POST /orders 201",
        "breaking",
        'endpoint("/orders", "POST").status(201, was=200)',
        True,
    ),
    Edit(
        "another status of an error",
        "responses={409:",
        "responses={423:",
        "PUT /words 409",
        "additive",
        'the same response: endpoint("/words", "PUT").status(423, was=409)',
        settled='endpoint("/words", "PUT").status(423, was=409)',
    ),
    Edit(
        "another error",
        'responses={409: {"description": "It was said."}',
        'responses={409: {"description": "It was said."}, 423: {"description": "It is locked."}',
        "PUT /words 423",
        "additive",
        "PUT /words may respond with 423, which no fact declares: accept it with a reason; or, where it stands for a "
        'response that old clients know, declare endpoint("/words", "PUT").status(423, was=...).',
    ),
    Edit(
        "an error less",
        ', responses={409: {"description": "It was said."}}',
        "",
        "PUT /words 409",
        "additive",
        "PUT /words no longer responds with 409, which no fact declares: accept it with a reason.",
    ),
    Edit(
        "another media type of a response",
        '{"headers": {"X-Left"',
        '{"content": {"text/csv": {}}, "headers": {"X-Left"',
        "GET /search 200 text/csv",
        "risky",
        "GET /search 200 also has text/csv, which no fact declares: accept it with a reason.",
    ),
    Edit(
        "a media type of a response less",
        '@app.get("/search", ',
        '@app.get("/search", response_class=HTMLResponse, ',
        "GET /search 200 application/json",
        "risky",
        "GET /search 200 no longer has application/json, and no fact converts it: keep it at head beside the new one",
    ),
    Edit(
        "another header field of responses",
        '{"X-Left": {"schema": {"type": "integer"}}}',
        '{"X-Left": {"schema": {"type": "integer"}}, "X-Cost": {"schema": {"type": "number"}}}',
        "GET /search response_header x-cost",
        "additive",
        'endpoint("/search", "GET").response_header("x-cost").added()',
        True,
        True,
    ),
    Edit(
        "a header field of responses less",
        '{"X-Left": {"schema": {"type": "integer"}}}',
        "{}",
        "GET /search response_header x-left",
        "risky",
        'endpoint("/search", "GET").response_header("x-left").removed(was=int)',
        True,
    ),
    Edit(
        "a header field of responses renamed",
        '{"X-Left": {',
        '{"X-Rest": {',
        "GET /search response_header x-left",
        "risky",
        'renamed: endpoint("/search", "GET").response_header("x-left").renamed(to="x-rest")',
        settled='endpoint("/search", "GET").response_header("x-left").renamed(to="x-rest")',
    ),
    Edit(
        "a header field of responses of another type",
        '{"X-Left": {"schema": {"type": "integer"}}}',
        '{"X-Left": {"schema": {"type": "number"}}}',
        "GET /search response_header x-left",
        "breaking",
        'endpoint("/search", "GET").response_header("x-left").retyped(was=int, to_old=undecided(',
        settled='endpoint("/search", "GET").response_header("x-left").retyped(was=int, to_old=str)',
    ),
    Edit(
        "another body of a response",
        "async def say(word: Strict) -> int:\n    return len(word.word)",
        "async def say(word: Strict) -> str:\n    return str(len(word.word))",
        "PUT /words 200",
        "breaking",
        'endpoint("/words", "PUT").rewritten(response=undecided(',
        settled='endpoint("/words", "PUT").rewritten(response=int, was=int)',
    ),
    Edit(
        "null as the body of a response",
        "async def say(word: Strict) -> int:\n",
        "async def say(word: Strict) -> int | None:\n",
        "PUT /words 200",
        "breaking",
        'endpoint("/words", "PUT").rewritten(response=undecided(',
        settled='endpoint("/words", "PUT").rewritten(response=lambda count: count or 0, was=int)',
    ),
)
