"""Validation errors of the app that are as many as the size of a request allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from tests.growth.crafted import Crafted, posting
from tests.growth.crafted_bodies import LEVELS, Body, chains, dumped, keyed, listed
from tests.growth.crafted_models import GREW, NAMED, RENAMED, Cat, Colour, Item, Node, Page, Pet
from tests.growth.crafted_parameters import NUMBERS, asking, ids, moved_runs, pages, repeated
from tests.growth.exchanges import VERSION, Request
from timegate import endpoint, on


def validation_errors(kind: Any, body: Body, *facts: Any, entries: Callable[[Any], Iterable[Any]]) -> Crafted:
    """A body in which the app finds many validation errors."""

    def request(size: int) -> Request:
        value = body(size)
        response = dumped({"detail": list(entries(value))})
        return Request(parts=[dumped(value)], response=[response], status=422, told=422)

    return Crafted(lambda: facts, posting(kind), request)


def wrong(*location: Any, kind: str = "int_parsing", value: Any = "x") -> dict[str, Any]:
    """One entry of a 422, as FastAPI has it."""
    return {"type": kind, "loc": list(location), "msg": "Input is wrong", "input": value}


def located(value: list[Any], *below: Any) -> Iterator[dict[str, Any]]:
    """An entry of a 422 for each item."""
    return (wrong("body", index, *below) for index in range(len(value)))


VALIDATION_ERRORS: Final[dict[str, Crafted]] = {
    "many items are wrong": validation_errors(
        list[Item], listed({"article": "x"}), RENAMED, entries=lambda value: located(value, "sku")
    ),
    "many items lack a field": validation_errors(
        list[Item],
        listed({}),
        RENAMED,
        entries=lambda value: (wrong("body", i, "sku", kind="missing", value={}) for i in range(len(value))),
    ),
    "many values of a dict are wrong": validation_errors(
        dict[str, Item],
        keyed({"article": "x"}),
        RENAMED,
        entries=lambda value: (wrong("body", k, "sku") for k in value),
    ),
    "many arms are wrong": validation_errors(
        list[Pet],
        listed({"kind": "cat", "hairs": "x"}),
        on(Cat).renamed("hairs", to="whiskers"),
        entries=lambda value: located(value, "cat", "whiskers"),
    ),
    "many tags are wrong": validation_errors(
        list[Pet],
        listed({"kind": "cow"}),
        on(Cat).renamed("hairs", to="whiskers"),
        entries=lambda value: (wrong("body", i, kind="union_tag_invalid") for i in range(len(value))),
    ),
    "many members are wrong": validation_errors(
        list[Colour], listed("pink"), GREW, entries=lambda v: (wrong("body", i, kind="enum") for i in range(len(v)))
    ),
    "many deep places are wrong": validation_errors(
        list[Node],
        chains,
        NAMED,
        entries=lambda value: (
            wrong("body", index, *["child"] * depth, "size") for index in range(len(value)) for depth in range(LEVELS)
        ),
    ),
    "many places that old clients lack are wrong": validation_errors(
        list[Item], listed({}), on(Item).added("sku"), entries=lambda value: located(value, "sku")
    ),
    "many pointers": validation_errors(
        list[Item],
        listed({"article": "x"}),
        RENAMED,
        entries=lambda value: ({"pointer": f"/{i}/sku", "detail": "d", "loc": None} for i in range(len(value))),
    ),
    "one parameter is wrong many times": asking(
        ids,
        repeated("ids=x"),
        NUMBERS,
        entries=lambda text: (wrong("query", "numbers", i) for i in range(text.count("ids"))),
    ),
    "a parameter of a model is wrong many times": asking(
        pages,
        repeated("numbers=x"),
        on(Page).renamed("numbers", to="ids"),
        entries=lambda text: (wrong("query", "ids", i) for i in range(text.count("numbers"))),
    ),
    "parts of a long path are wrong": Crafted(
        lambda: [endpoint("/old/{run_id:path}").moved(to="/runs/{run_id}")],
        moved_runs,
        lambda size: Request(
            method="GET",
            path="/old/" + "a" * (size // 2),
            headers=(VERSION,),
            status=422,
            told=422,
            response=[dumped({"detail": [wrong("path", "run_id")] * (size // 200)})],
        ),
    ),
}
