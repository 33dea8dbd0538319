"""Bodies on their way up and down that are as bad as their size allows."""

from __future__ import annotations

import gzip
import random
from typing import Final

from tests.growth.crafted import ANY, Crafted, given, posting, sent
from tests.growth.crafted_bodies import LEVELS, chain, chains, dumped, enough, forest, in_parts, keyed, listed
from tests.growth.crafted_models import (
    GREW,
    NAMED,
    PLANTED,
    RENAMED,
    SIDES,
    Cat,
    Closed,
    Colour,
    Extra,
    Inner,
    Item,
    Node,
    Other,
    Parcel,
    Pet,
    Plain,
    Side,
    Spelled,
    Tree,
    stock_of,
)
from tests.growth.exchanges import JSON, VERSION, Request
from timegate import on


def gzipped(size: int) -> Request:
    body = dumped({"article": 1, "noise": random.Random(7).randbytes(size // 2).hex()})
    coded = gzip.compress(body, compresslevel=0)
    return Request(headers=(VERSION, JSON, (b"content-encoding", b"gzip")), parts=[coded])


BODIES: Final[dict[str, Crafted]] = {
    "an object of many unknown keys": sent(Item, keyed(1), RENAMED),
    "an object of many unknown keys, one model of many values": sent(Extra, keyed({"article": 1}), RENAMED),
    "an object that may have no unknown keys": sent(Closed, keyed(1), on(Closed).added("sku")),
    "a list of objects": sent(list[Item], listed({"article": 1}), RENAMED),
    "a list of empty objects": sent(list[Item], listed({}), RENAMED),
    "a list of what is no object": sent(list[Item], listed(1), RENAMED, told=ANY),
    "a list of lists": sent(list[list[Item]], listed([]), RENAMED),
    "one list in another": sent(list[list[Item]], lambda size: [listed({"article": 1})(size)], RENAMED),
    "a dict of objects": sent(dict[str, Item], keyed({"article": 1}), RENAMED),
    "a tuple with too many items": sent(tuple[int, Item], listed({"article": 1}), RENAMED, told=ANY),
    "deep objects": sent(list[Node], chains, NAMED, on(Node).added("size")),
    "deep lists": sent(list[Tree], lambda size: forest(LEVELS // 2, size, title="t"), PLANTED),
    "a wide tree": sent(Tree, lambda size: {"title": "r", "children": forest(1, size, title="t")}, PLANTED),
    "objects of which a function is given each value": sent(
        list[Item], listed({"stock": "1"}), on(Item).retyped("stock", was=str, to_head=int, to_old=str)
    ),
    "objects that a function is given whole": sent(
        list[Item],
        listed({"amount": 1}),
        on(Item).reshaped(was=Inner, to_head=lambda old: {"sku": 1}, to_old=lambda new: {"depth": 1}, loses="all"),
    ),
    "objects that lose what they hold": sent(
        list[Parcel],
        listed({"box": {"depth": 1}, "label": "a"}),
        on(Parcel).moved("label_text", to="label"),
        on(Parcel).moved("size.weight", to="weight"),
    ),
    "fields of two spellings": sent(
        list[Spelled], listed({"SKU": 1}, {"article_number": 2}), on(Spelled).renamed("old_sku", to="sku")
    ),
    "a list of tagged arms": sent(
        list[Pet], listed({"kind": "cat", "hairs": 1}, {"kind": "dog"}), on(Cat).renamed("hairs", to="whiskers")
    ),
    "a list of arms without tags": sent(
        list[Plain | Other], listed({"a": 1, "z": 1}, {"b": 1}), on(Plain).added("x"), on(Other).renamed("w", to="y")
    ),
    "an arm of many unknown keys": sent(
        Plain | Other, lambda size: {"a": 1, **keyed(1)(size)}, on(Plain).added("x"), on(Other).renamed("w", to="y")
    ),
    "what fits no arm": sent(
        list[Plain | Other], listed({}), on(Plain).added("x"), on(Other).renamed("w", to="y"), told=ANY
    ),
    "arms that a callable tells apart": sent(
        list[Side], listed({"called": "a"}, {"heading": "b"}), *SIDES, refusable=True
    ),
    "deep arms that a callable tells apart": sent(
        list[Side], lambda size: forest(8, size), *SIDES, told=ANY, refusable=True
    ),
    "members of an enum": sent(list[Colour], listed("red"), GREW),
    "members that are refused": sent(list[Colour], listed("blue"), GREW, told=422),
    "a member that is refused after all others": sent(
        list[Colour], lambda size: [*listed("red")(size), "blue"], GREW, told=422
    ),
    "keys that are members": sent(list[dict[Colour, Item]], listed({"red": {"article": 1}}), GREW, RENAMED),
    "integers of many digits": sent(list[Item], listed({"article": 10**4000}), RENAMED),
    "a text that looks like an infinity": sent(list[Item], listed({"x": "Infinity"}), RENAMED),
    "one long text": sent(Item, lambda size: {"article": "a" * size}, RENAMED),
    "a body in parts of sixteen bytes": sent(list[Item], listed({"article": 1}), RENAMED, parts=in_parts(16)),
    "a coded body": Crafted(lambda: [RENAMED], posting(Item), gzipped),
    "what is no JSON": sent(list[Item], lambda size: "x" * size, RENAMED, parts=lambda body: [body[:-1]], told=400),
}

RESPONSES: Final[dict[str, Crafted]] = {
    "a list of objects, back": given(list[Item], listed({"sku": 1, "stock": 2}), RENAMED),
    "a dict of objects, back": given(dict[str, Item], keyed({"sku": 1}), RENAMED),
    "deep objects, back": given(
        list[Node],
        lambda size: [chain(LEVELS, name="t", size=1)] * enough(chain(LEVELS, name="t", size=1), size),
        NAMED,
        on(Node).added("size"),
    ),
    "a list of tagged arms, back": given(
        list[Pet], listed({"kind": "cat", "whiskers": 1}, {"kind": "dog"}), on(Cat).renamed("hairs", to="whiskers")
    ),
    "arms that a callable tells apart, back": given(
        list[Side], listed({"name": "a"}, {"title": "b"}), *SIDES, refusable=True
    ),
    "deep arms that a callable tells apart, back": given(
        list[Side], lambda size: forest(8, size, name="a"), *SIDES, refusable=True
    ),
    "members of an enum, back": given(list[Colour], listed("red", "blue"), GREW),
    "objects that a function fills": given(
        list[Item],
        listed({"sku": 1, "stock": 2}),
        on(Item).removed("total", was=int, backfill=stock_of, loses="it is counted"),
    ),
    "a response in parts of sixteen bytes": given(list[Item], listed({"sku": 1}), RENAMED, parts=in_parts(16)),
    "an unfit item after all others": given(list[Item], lambda size: [*listed({"sku": 1})(size), 1], RENAMED, told=500),
}
