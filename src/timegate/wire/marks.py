"""This package's own keywords in a schema; no document shows them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any, Final

from timegate.typing import Schema

MARK_PREFIX: Final = "x-timegate-"


OPAQUE_MARK: Final = MARK_PREFIX + "opaque"
"""Marks the schema of a serializer without a return type; holds the schema of its input, or True."""


BEHIND_MARK: Final = MARK_PREFIX + "behind"
"""Lists the components that payloads may contain here although the schema does not refer to them.

Each entry has the component's schema (empty where it is not known), ``by``: what is in the way, ``field``: the field's
name in Python where the schema has no such property, and ``listed``: whether the place counts as opaque. Where somebody
vouches for the place, ``vouched`` holds the component's name instead.
"""


BY_PATH: Final = "an AliasPath, or a key of another field"
"""What stands before objects that clients may send at places of which no schema speaks."""

BESIDE: Final = "another type that is declared for the same place"
"""What is in the way where an app declares one place twice, and the schema is that of the first."""

COPY: Final = "a schema by hand that repeats a class"
"""What is in the way where a schema has what a class says, and no reference to the class."""

ANY_SUBCLASS: Final = "a place that any subclass may take"
"""What is in the way where an object of any subclass may be sent, with the fields of that one."""


DISCRIMINATOR_MARK: Final = MARK_PREFIX + "discriminator"
"""Holds the `CallableDiscriminator` of a union."""


APART_MARK: Final = MARK_PREFIX + "apart"
"""Marks a union of a response of which somebody vouches that what a value holds says which arm it is."""


LABELS_MARK: Final = MARK_PREFIX + "labels"
"""Holds the `Labels` of a union whose arms have tags of their own and that has no discriminator."""


LEFT_TO_RIGHT_MARK: Final = MARK_PREFIX + "left-to-right"
"""Marks a union that takes the first arm that reads a value, as ``Field(union_mode="left_to_right")`` says."""


SETTINGS_MARK: Final = MARK_PREFIX + "settings"
"""Holds, in a scalar's schema in a union of a request, the settings of the class by which the scalar is read."""


HOLDERS_MARK: Final = MARK_PREFIX + "holders"
"""Holds, in the schema of a class of a request, the settings by which each named type in its fields is read.

Those of named types that are read by its own are not in it.
"""


MODEL_MARK: Final = MARK_PREFIX + "model"
"""Marks the schema of a class; holds the index of the record about that class."""


MEMBERS_MARK: Final = MARK_PREFIX + "members"
"""Holds, in the schema of a ``Literal`` of members of enums, each enum's class with the member's value."""


OMIT_MARK: Final = MARK_PREFIX + "omit"
"""Marks the schema of items that the app leaves out where it cannot read them: ``OnErrorOmit``."""


TUPLE_MARK: Final = MARK_PREFIX + "tuple"
"""Holds, in the schema of a named tuple that clients send, its field names: an object is read as the tuple too."""


MADE_MARK: Final = MARK_PREFIX + "made"
"""Says, in the schema of a list that clients send, what a server makes of it that its schema does not show.

It holds ``made`` where that is no list, so that only a lenient reader reads it: a deque, or a tuple of any length;
``guessed`` where it is not known besides how well it is read; ``iterated`` where the items are read later, so that a
list of any items is read as it is.
"""


PARAMETER_MARK: Final = MARK_PREFIX + "parameter"
"""Holds, in a parameter's schema, the rest of its OpenAPI parameter object."""


SHOWN_TITLE_MARK: Final = MARK_PREFIX + "shown-title"
"""Holds, in a parameter's schema without a title, the one that the app's document makes of its name."""


HIDDEN_MARK: Final = MARK_PREFIX + "hidden"
"""Marks the schema of a parameter that documents leave out."""


OPTIONAL_MARK: Final = MARK_PREFIX + "optional"
"""Marks the component of parameters whose class may be absent as a whole: the app makes none where none of them is."""


NEWER_ARMS_MARK: Final = MARK_PREFIX + "newer-arms"
"""Holds, in a union, the names of the arms that only newer versions have, so that a gate can refuse their payloads."""


PATH_MARK: Final = MARK_PREFIX + "path"
"""Holds, in a query component, the name of a parameter that this version has in the path."""


LEFT_OUT_MARK: Final = MARK_PREFIX + "left-out"
"""Holds, in the schema of a response's body, the `LeftOut` of its route."""


PARTIAL_MARK: Final = MARK_PREFIX + "partial"
"""Marks the root of a body of `PATCH`: what it leaves out stays as it is, so facts fill in only what head requires."""


DEFAULT_MARK: Final = MARK_PREFIX + "default-since"
"""Holds, in a property's schema, the index of the version whose shape its default has; without it, that is head."""


VALIDATED_MARK: Final = MARK_PREFIX + "validated"
"""Holds, in the schema of a field, body or class, the `Validated` of the values there."""


CHECKED_MARK: Final = MARK_PREFIX + "checked"
"""Marks the schema of a field, body or class where functions of the app may refuse what was read of a value."""


UNSURE_MARK: Final = MARK_PREFIX + "unsure"
"""Marks a union of which some arms may refuse what their schemas admit; holds whether only scalars may be refused."""


@dataclass(frozen=True, slots=True)
class Validated:
    """Values that functions of the app get as they were sent, so that head may read more than the schema says.

    Args:
        by: the names of the functions.
        forms: what passes besides, because a change vouches for it.
        arms: the class of the arm of a union that each function stands at; None for any.
    """

    by: tuple[str, ...]
    forms: tuple[Form, ...] = ()
    arms: tuple[Any, ...] = ()

    def is_of(self, model: Any) -> bool:
        """Whether a function gets the objects of a class, where it is an arm."""
        return any(one is None or one is model for one in self.arms)


@dataclass(frozen=True, slots=True)
class Form:
    """A type whose values pass to head as they are.

    Args:
        kind: the type.
        types: the Python types of its JSON.
        origin: the version, change and code of the fact.
    """

    kind: Any
    types: frozenset[type]
    origin: tuple[str, str, str]


def forms_in(schema: Schema) -> tuple[Form, ...]:
    """The forms that may pass besides the described one at the place of a schema."""
    validated: Validated | None = schema.get(VALIDATED_MARK)
    return () if validated is None else validated.forms


ABSENT_MARK: Final = MARK_PREFIX + "absent"
"""Says, in the schema of a property of a response, what its schema does not say of an absent key.

It holds ``optional`` where an object need not have the key, which has no default then, ``conditional`` where a function
of the app decides whether the key is sent, ``made`` where a factory makes the default, and ``value``, plain JSON, where
it makes the same each time.
"""


FACTORY_MARK: Final = MARK_PREFIX + "factory"
"""Says, in the schema of a property that clients send, what makes its default where no schema can show it.

It holds what `maker` says of it.
"""


def maker(factory: object) -> str:
    """The name of the class whose instance without arguments a factory makes; empty for a function of the app."""
    return f"{factory.__module__}.{factory.__qualname__}" if isinstance(factory, type) else ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The keys that a route leaves out of its response.

    Args:
        defaults: whether those whose value is the default, or was not set.
        nulls: whether those whose value is null.
        excluded: the names of fields that are left out, at any depth.
        included: the names of the only fields that are sent, at any depth; None for all.
        own_excluded: the names of fields that are left out of the payload's own object.
        own_included: the names of the only fields of the payload's own object that are sent; None for all.
    """

    defaults: bool = False
    nulls: bool = False
    excluded: frozenset[str] = frozenset()
    included: frozenset[str] | None = None
    own_excluded: frozenset[str] = frozenset()
    own_included: frozenset[str] | None = None

    @property
    def below(self) -> LeftOut:
        """The keys that are left out of what the payload's own object holds."""
        return replace(self, own_excluded=frozenset(), own_included=None)

    def always_lacks(self, *names: str) -> bool:
        """Whether a field of the payload's own object, with these names, is left out of every payload."""
        unsent = self.own_included is not None and self.own_included.isdisjoint(names)
        return unsent or not self.own_excluded.isdisjoint(names)

    def excludes(self, *names: str) -> bool:
        """Whether a field with these names, in Python and on the wire, is left out whatever its value."""
        unsent = self.included is not None and self.included.isdisjoint(names)
        return unsent or not self.excluded.isdisjoint(names)


@dataclass(frozen=True, slots=True)
class Labels:
    """What validation errors call the arms of a union.

    Args:
        arms: each label with the schema of its arm.
    """

    arms: tuple[tuple[str, Schema], ...]


@dataclass(frozen=True, slots=True)
class CallableDiscriminator:
    """A callable discriminator.

    Args:
        pick: returns the tag of a value.
        arms: each tag with the schema of its arm.
        is_heads: whether head's union has it; otherwise a change says what only the gate asks.
        looks_for: the keys that it looks for in an object without keys.
        unsent: those of them that are fields of an arm's class and in none of its responses.
    """

    pick: Any
    arms: tuple[tuple[Hashable, Schema], ...]
    is_heads: bool = True
    looks_for: tuple[str, ...] = ()
    unsent: frozenset[str] = frozenset()

    def lacks(self, left_out: LeftOut | None) -> frozenset[str]:
        """The keys that it looks for, of which no response of a route says anything."""
        return self.unsent.union(key for key in self.looks_for if left_out is not None and left_out.excludes(key))
