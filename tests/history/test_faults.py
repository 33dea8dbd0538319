"""A fact that data cannot follow is a fault when gates are compiled, with its change, its place and its remedy."""

from typing import Literal

import pytest

from tests.cells.refused import NEW, Cat, Colour, Dog, ExpectedFault, Item, Unreached, change_of, faults_of
from tests.sentences import shows
from timegate import Fault, enum, on, sibling

FIELDS = "name one of colour, name, note, other, pet, size, spot, tags"
ITEM = on(Item)
COMPONENTS = "name one of Cat, Colour, Dog, Item, Spot"
ELSEWHERE = (
    "name it where it leaves or reaches the server without an operation: "
    "TimegateMiddleware(…, sends=[Unreached]), receives=[Unreached]"
)
MISSED = 'loses="why nobody misses it"'

NOTHING_TO_APPLY_TO = {
    "a model that the app does not reach": ExpectedFault(
        (on(Unreached).added("x"),),
        "Unreached",
        "the app does not reach this model, so the fact applies to nothing",
        f"{ELSEWHERE}; or take on(Unreached).added('x') out",
    ),
    "the name of no component": ExpectedFault(
        (on("Nothing").added("x"),),
        "Nothing",
        "the app does not reach this model, so the fact applies to nothing",
        f"{COMPONENTS}; or take on('Nothing').added('x') out",
    ),
    "one of two models": ExpectedFault(
        (on(Item, Unreached).was_named("Old"),),
        "Unreached",
        "the app does not reach this model, so the fact applies to nothing",
        f"{ELSEWHERE}; or take on(Item, Unreached).was_named('Old') out",
    ),
    "an enum that the app does not reach": ExpectedFault(
        (enum("Shade").grew("blue", seen_as="red"),),
        "Shade",
        "the app does not reach this enum, so the fact applies to nothing",
        f"{COMPONENTS}; or take enum('Shade').grew('blue', seen_as='red') out",
    ),
    "an enum that is a model": ExpectedFault(
        (enum(Item).renamed("a", to="b"),),
        "Item",
        "the app does not reach this enum, so the fact applies to nothing",
        "a model has fields, on(Item), and an enum has members, enum(Item); "
        "or take enum(Item).renamed('a', to='b') out",
    ),
    **{
        f"an unknown field: {fact.verb}": ExpectedFault(
            (fact,), "Item.nothing", "there is no such field right after this fact", FIELDS
        )
        for fact in (
            ITEM.added("nothing"),
            ITEM.renamed("was", to="nothing"),
            ITEM.retyped("nothing", to_head=int),
            ITEM.became_nullable("nothing", null_was=0),
            ITEM.became_non_null("nothing", null_is=0),
            ITEM.became_required("nothing", default=0),
            ITEM.became_optional("nothing", missing_was=0),
            ITEM.became_list("nothing"),
            ITEM.defaulted("nothing", was=0),
            ITEM.constrained("nothing", was=int),
        )
    },
    "an unknown place": ExpectedFault(
        (ITEM.moved("was", to="nothing"),),
        "Item.nothing",
        "there is no such field right after this fact",
        FIELDS,
    ),
    "a field that one of two models lacks": ExpectedFault(
        (on(Cat, Item).added("size"),), "Cat.size", "there is no such field right after this fact",
        "name one of kind, lives",
    ),
    "a field that an earlier fact of the change has taken": ExpectedFault(
        (ITEM.added("size"), ITEM.added("size")), "Item.size",
        "there is no such field right after this fact, because on(Item).added('size') comes after it",
        "it is declared twice: leave on(Item).added('size') out once",
    ),
    "an old name where the new one is meant": ExpectedFault(
        (ITEM.renamed("title", to="name"), ITEM.became_required("title", default="")), "Item.title",
        "there is no such field right after this fact", FIELDS,
    ),
    "a sibling that is none": ExpectedFault(
        (ITEM.removed("gone", was=int, backfill=sibling("nothing"), loses="unread"),),
        "Item.gone",
        "sibling('nothing') is no field right after this fact",
        FIELDS,
    ),
    "a star where there is no container": ExpectedFault(
        (ITEM.retyped("name.*", to_head=str.upper, to_old=str.lower),),
        "Item.name.*",
        "there is no list or dict where the path has a star",
        "take the star off",
    ),
    "a member that is none": ExpectedFault(
        (enum(Colour).grew("pink", seen_as="red"),), "Colour", "'pink' is no member right after this fact",
        "name one of red, blue",
    ),
    "a rename to a member that is none": ExpectedFault(
        (enum(Colour).renamed("rose", to="pink"),), "Colour", "'pink' is no member right after this fact",
        "name one of red, blue",
    ),
    "seen as a member that older versions lack": ExpectedFault(
        (enum(Colour).grew("blue", seen_as="pink"),), "Colour", "seen_as='pink' is no member of the older version",
        "name one of red",
    ),
    "read as a member that is none": ExpectedFault(
        (enum(Colour).shrank("green", read_as="pink", loses="unread"),), "Colour",
        "read_as='pink' is no member of head", "name one of red, blue",
    ),
}  # fmt: skip


CHANGES_NOTHING = {
    "renamed to itself": ExpectedFault(
        (ITEM.renamed("name", to="name"),), "Item.name", "the field is called 'name' on the wire already",
        "take on(Item).renamed('name', to='name') out",
    ),
    "moved to itself": ExpectedFault(
        (ITEM.moved("name", to="name"),), "Item.name", "the field is at this place already",
        "take on(Item).moved('name', to='name') out",
    ),
    "the same type": ExpectedFault(
        (ITEM.retyped("name", was=str),), "Item.name", "the type is the same and no value changes",
        "take on(Item).retyped('name', was=str) out",
    ),
    "the same limits": ExpectedFault(
        (ITEM.constrained("size", was=int),), "Item.size", "the limits are the same right after this fact",
        "take on(Item).constrained('size', was=int) out",
    ),
    "the same default": ExpectedFault(
        (ITEM.defaulted("size", was=0),), "Item.size", "the default is the same right after this fact",
        "take on(Item).defaulted('size', was=0) out",
    ),
    "nullable that is not": ExpectedFault(
        (ITEM.became_nullable("size", null_was=0),), "Item.size", "the field is not nullable right after this fact",
        "take on(Item).became_nullable('size', null_was=0) out",
    ),
    "non-null that is nullable": ExpectedFault(
        (ITEM.became_non_null("note", null_is=""),), "Item.note", "the field is nullable right after this fact",
        "take on(Item).became_non_null('note', null_is='') out",
    ),
    "required that is not": ExpectedFault(
        (ITEM.became_required("size", default=0),), "Item.size", "the field is not required right after this fact",
        "take on(Item).became_required('size', default=0) out",
    ),
    "optional that is required": ExpectedFault(
        (ITEM.became_optional("name", missing_was=""),), "Item.name", "the field is required right after this fact",
        "take on(Item).became_optional('name', missing_was='') out",
    ),
    "a list that is none": ExpectedFault(
        (ITEM.became_list("name"),), "Item.name", "the field is no list right after this fact",
        "take on(Item).became_list('name') out",
    ),
    "the same name of a model": ExpectedFault(
        (ITEM.was_named("Item"),), "Item", "it is called 'Item' already", "take on(Item).was_named('Item') out"
    ),
    "removed and still there": ExpectedFault(
        (ITEM.removed("size", was=int, backfill=1, loses="unread"),), "Item.size",
        "the newer version has this field too",
        "name a field that only the older version had, or write on(Item).added('size') where it is new",
    ),
    "an old name that is another field's": ExpectedFault(
        (ITEM.renamed("size", to="name"),), "Item.name", "'size' is another field of the newer version",
        "name the key that older clients use",
    ),
    "an old place that is another field's": ExpectedFault(
        (ITEM.moved("size", to="name"),), "Item.name", "'size' is another field of the newer version",
        "name the place older clients use",
    ),
    "a member that is still there": ExpectedFault(
        (enum(Colour).shrank("red", read_as="blue", loses="unread"),), "Colour",
        "'red' is still a member right after this fact",
        "take enum(Colour).shrank('red', read_as='blue', loses='unread') out",
    ),
}  # fmt: skip


def first_letter(value: str) -> str:
    return value[:1]


NO_VALUE_DECLARED = {
    "head requires what old clients do not send": ExpectedFault(
        (ITEM.added("name"),), "Item.name", "head requires this field and old clients do not send it",
        "on(Item).added('name', default=…), or give the field a default in the model",
    ),
    "an old field that responses lack": ExpectedFault(
        (ITEM.removed("gone", was=int, loses="unread"),), "Item.gone",
        "old clients require this field in responses, and nothing says what they read",
        "on(Item).removed('gone', was=int, loses='unread', backfill=…) "
        "with a value, sibling('…') or a function of the object",
    ),
    "a loss that nobody has acknowledged": ExpectedFault(
        (ITEM.removed("gone", was=int, backfill=1),), "Item.gone", "what old clients send here is lost",
        f"on(Item).removed('gone', was=int, backfill=1, {MISSED})",
    ),
    "a loss of a member that nobody has acknowledged": ExpectedFault(
        (enum(Colour).shrank("green", read_as=Colour.RED),), "Colour",
        "head cannot distinguish this member from the one it is read as",
        f"enum(Colour).shrank('green', read_as=Colour.RED, {MISSED})",
    ),
    "members that old clients have never seen": ExpectedFault(
        (enum(Colour).grew(Colour.BLUE),), "Colour",
        "it reaches responses, and nothing says what old clients read for the new members",
        "enum(Colour).grew(Colour.BLUE, seen_as=…) with one of ['red']",
    ),
    "an arm that old clients have never seen": ExpectedFault(
        (on(Dog).introduced(),), "Dog",
        "it is an arm of a union in a response, and nothing says what old clients read in its place",
        "on(Dog).introduced(seen_as=…) with a value of another arm, or a function of the object that gives one",
    ),
    "null that old clients have never seen": ExpectedFault(
        (ITEM.became_nullable("note"),), "Item.note", "nothing says what old clients read where head sends null",
        "on(Item).became_nullable('note', null_was=…) with a value, sibling('…') or a function of the object",
    ),
    "null that head does not know": ExpectedFault(
        (ITEM.became_non_null("size"),), "Item.size", "nothing says what head gets where old clients send null",
        "on(Item).became_non_null('size', null_is=…) with a value, sibling('…') or a function of the object",
    ),
    "a key that old clients leave out": ExpectedFault(
        (ITEM.became_required("name"),), "Item.name", "nothing says what head gets where old clients leave it out",
        "on(Item).became_required('name', default=…) with a value, sibling('…') or a function of the object",
    ),
    "a key that head leaves out": ExpectedFault(
        (ITEM.became_optional("size"),), "Item.size", "nothing says what old clients read where head leaves it out",
        "on(Item).became_optional('size', missing_was=…) with a value, sibling('…') or a function of the object",
    ),
    "a narrower old type": ExpectedFault(
        (ITEM.retyped("note", was=str),), "Item.note", "head sends values here that the old type does not admit",
        "on(Item).retyped('note', was=str, to_old=…) with a function from head's value to the old one",
    ),
    "a wider old type": ExpectedFault(
        (ITEM.retyped("name", was=str | int, to_old=first_letter),), "Item.name",
        "old clients send values here that head's type does not admit",
        "on(Item).retyped('name', was=str | int, to_old=first_letter, to_head=…) "
        "with a function from the old value to head's",
    ),
    "narrower old limits": ExpectedFault(
        (ITEM.constrained("size", was=Literal[1, 2]),), "Item.size",
        "head sends values here that the old limits do not allow",
        "on(Item).constrained('size', was=Literal[1, 2], to_old=…), "
        'or tolerated="why old clients can read them" instead',
    ),
}  # fmt: skip


REFUSED = {**NOTHING_TO_APPLY_TO, **CHANGES_NOTHING, **NO_VALUE_DECLARED}


@shows(
    "Each fault names the version, the change with its file and line, and the place, and shows the line to write.",
)
@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
def test_a_fault_names_its_change_its_place_and_its_remedy(refused: ExpectedFault) -> None:
    change = change_of("ChangeThings", *refused.facts)
    assert faults_of(refused.contract, change) == (
        Fault(NEW, "ChangeThings", refused.place, refused.problem, refused.remedy),
    )
