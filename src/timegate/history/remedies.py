"""What to write instead of a fact that names what the contract does not have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any, Final

from timegate.changes.base import Fact, Sibling, is_tuple, name_of
from timegate.changes.nearest import nearest
from timegate.history.places import Touch

UNCERTAIN_KEYS: Final = (
    "its AliasPath, or a key of another field, lets clients spell this field so that nothing keeps them out"
)
PLAIN_ALIAS: Final = "give the field a plain validation_alias, or AliasChoices of plain names, that no other field has"

_MOST_NAMED: Final = 12


def instead(fact: Fact, wrong: object, right: object) -> Fact:
    """A fact with another name, wherever it has the wrong one."""

    def mended(value: Any) -> Any:
        if is_tuple(value):
            return tuple(map(mended, value))
        if isinstance(value, Sibling):
            return Sibling(mended(value.field))
        return right if value is wrong or (type(value) is type(wrong) and value == wrong) else value

    given = {field.name: getattr(fact, field.name) for field in fields(fact)}
    return replace(fact, **{name: new for name, value in given.items() if (new := mended(value)) != value})


def turned_round(fact: Fact) -> Fact:
    """A fact with what older versions have and what newer ones have exchanged."""
    older, newer = fact.ends
    return replace(fact, **{older: getattr(fact, newer), newer: getattr(fact, older)})


def name_one(fact: Fact, wrong: object, known: Iterable[object], later: Touch | None = None) -> str:
    """The remedy for a name that nothing has.

    Args:
        fact: the fact at hand.
        wrong: the name.
        known: every name that is there.
        later: a later fact of the version that took the name; None for none.
    """
    names = list(known)
    if later is not None and later.fact == str(fact):
        return f"it is declared twice: leave {fact} out once"
    before = [name for name in names if later is not None and name in later.keys]
    if len(before) == 1:
        return f"before that it is called {before[0]!r}: {instead(fact, wrong, before[0])}"
    if fact.ends and getattr(fact, fact.ends[1]) == wrong and getattr(fact, fact.ends[0]) in names:
        return f"from old to new it is {turned_round(fact)}"
    texts = {str(name): name for name in names}
    meant = nearest(wrong, texts)
    if meant is not None:
        return f"did you mean {meant!r}? {instead(fact, wrong, texts[meant])}"
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"name one of {', '.join(map(str, names[:_MOST_NAMED]))}{more}" if names else f"take {fact} out"


def own_middleware(mount: str) -> str:
    """The remedy for what an app below a mount has."""
    return f"the app that is mounted at {mount} is not read: give it a TimegateMiddleware of its own"


def reach_model(fact: Fact, model: Any, known: Sequence[tuple[str, Any]], mounts: Iterable[str]) -> str:
    """The remedy for a model or enum that nothing on the wire holds.

    Args:
        fact: the fact at hand.
        model: as declared.
        known: the name and the class of each component.
        mounts: the paths of the app below which other apps are mounted.
    """
    classes = dict(known)
    if isinstance(model, str):
        return f"{name_one(fact, model, sorted(classes))}; or take {fact} out"
    written = name_of(model)
    meant = nearest(written.rpartition(".")[2], classes)
    ways: list[str] = []
    if model in classes.values():
        ways.append(f"a model has fields, on({written}), and an enum has members, enum({written})")
    elif meant is not None and meant == written:
        module = getattr(classes[meant], "__module__", "")
        ways.append(f"the contract has another class of that name, of the module {module}: import that one")
    else:
        ways += [] if meant is None else [f"did you mean {meant}? {instead(fact, model, classes[meant] or meant)}"]
        ways.append(
            "name it where it leaves or reaches the server without an operation: "
            f"TimegateMiddleware(…, sends=[{written}]), receives=[{written}]"
        )
        ways += map(own_middleware, mounts)
    return "; ".join([*ways, f"or take {fact} out"])
