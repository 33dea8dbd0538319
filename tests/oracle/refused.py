"""Examples of small payloads that each fact refuses in each direction."""

from tests.oracle.examples import (
    ITEM,
    NULL_NOTE,
    Cat,
    Closed,
    Colour,
    Dog,
    Example,
    Spelled,
    Spot,
    nothing_there,
    same_spot,
)
from timegate.changes.subjects import enum, on, sibling

REFUSED_UPGRADES = {
    "retyped: the wrong container": Example(
        (ITEM.retyped("tags.*", was=int, to_head=str, to_old=int),), {"name": "a", "tags": 7}, None
    ),
    "retyped: the wrong value in a container": Example(
        (ITEM.retyped("tags.*", was=int, to_head=str, to_old=int),), {"name": "a", "tags": [1, "x"]}, None
    ),
    "became_nullable: null": Example((ITEM.became_nullable("note", null_was=""),), NULL_NOTE, None),
    "became_nullable: another type": Example(
        (ITEM.became_nullable("note", null_was=""),), {"name": "a", "note": 5}, None
    ),
    "became_optional: absent": Example((ITEM.became_optional("size", missing_was=1),), {"name": "a"}, None),
    "another spelling of a value of another type": Example(
        (on(Spelled).became_optional("oldName", missing_was=""),), {"old_name": 5}, None, Spelled
    ),
    "retyped: neither an object nor null": Example(
        (ITEM.retyped("spot", to_head=same_spot, to_old=same_spot),), {"name": "a", "spot": 5}, None
    ),
    "a member that the client does not know, of a field that was removed": Example(
        (ITEM.removed("gone", was=Colour, backfill="red", loses="it is gone"),), {"name": "a", "gone": "green"}, None
    ),
    "removed: another type": Example(
        (ITEM.removed("gone", was=int, backfill=0, loses="it is gone"),), {"name": "a", "gone": "x"}, None
    ),
    "removed: absent, where a client must send it": Example(
        (ITEM.removed("gone", was=str, required=True, backfill="", loses="it is gone"),), {"name": "a"}, None
    ),
    "a wrong shape": Example((on(Spot).renamed("ex", to="x"),), {"name": "a", "spot": 5}, None),
    "added to a closed model": Example((on(Closed).added("size"),), {"name": "a", "size": 1}, None, Closed),
    "both names of a closed model": Example(
        (on(Closed).renamed("title", to="name"),), {"name": "a", "title": "b"}, None, Closed
    ),
    "a member that the client does not know": Example(
        (enum(Colour).grew("blue", seen_as="red"),), {"name": "a", "colour": "blue"}, None
    ),
    "an arm that the client does not know": Example(
        (on(Dog).introduced(seen_as={"kind": "cat"}),), {"name": "a", "pet": {"kind": "dog", "bark": "b"}}, None
    ),
    "a value that a function refuses": Example(
        (ITEM.retyped("size", was=str, to_head=int, to_old=str),), {"name": "a", "size": "x"}, None
    ),
}

REFUSED_DOWNGRADES = {
    "became_list: no list": Example((ITEM.became_list("tags"),), {"name": "a", "tags": "x"}, None),
    "a required field without its sibling": Example(
        (ITEM.removed("gone", was=str | None, backfill=sibling("note"), loses="it is gone"),), {"name": "a"}, None
    ),
    "a function that fails": Example(
        (ITEM.removed("gone", was=str, backfill=nothing_there, loses="it is gone"),), {"name": "a"}, None
    ),
    "a wrong shape": Example((on(Spot).renamed("ex", to="x"),), {"name": "a", "spot": 5}, None),
    "no arm": Example((on(Cat).renamed("souls", to="lives"),), {"name": "a", "pet": {"kind": "cow"}}, None),
    "a wrong container": Example(
        (ITEM.retyped("tags.*", was=int, to_head=str, to_old=int),), {"name": "a", "tags": 7}, None
    ),
}
