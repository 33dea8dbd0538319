"""How a server that reads leniently would read a value, as pydantic's unions compare it: from schemas alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol, TypeAlias, TypeVar

from timegate.gates.run.tuples import TupleFields
from timegate.typing import is_array, is_object, type_of
from timegate.wire.value_readers import Unread

TypedValue: TypeAlias = tuple[type, Any]
"""A JSON value with its type: ``True`` and ``1`` are equal in Python, but not in JSON."""

ALONE: Final[frozenset[type]] = frozenset({str, type(None)})
"""The types whose values equal none of another type."""

_EXACT, _STRICT, _LAX = 2, 1, 0


class Score(NamedTuple):
    """How well a value is read.

    Args:
        fields: how many fields of models are set by it, at any depth; None where it holds no object of a model.
        exact: 2 where it is of the very type, 1 where a strict reader makes the type of it, 0 where a lenient one does,
            or where it is a null that no schema mentions.
        sure: whether it is certain that it is read, and not only that nothing known forbids it.
    """

    fields: int | None = None
    exact: int = _EXACT
    sure: bool = True

    def beats(self, other: Score) -> bool:
        """Whether a union prefers what is read so, though the other arm comes first."""
        if self.fields is not None and other.fields is not None and self.fields != other.fields:
            return self.fields > other.fields
        return self.exact > other.exact

    def with_part(self, part: Score) -> Score:
        """The score of what holds another value besides."""
        fields = self.fields if part.fields is None else (self.fields or 0) + part.fields
        return Score(fields, min(self.exact, part.exact), self.sure and part.sure)


@dataclass(slots=True, eq=False)
class Reading:
    """How one value is read.

    Args:
        strictly: whether as head sends it: of the types that the schema names, at any depth, but for a null, which head
            may send though no schema mentions it. If not, as a server reads what clients send.
        in_part: whether objects may lack keys that they are said to have, but for those that are never null.
        names_lack: whether these may lack as well.
        in_form: whether without what functions of the app may make of other forms.
        known: what objects in it were read as before, by the `id` of the reader and of the object: where unions are
            nested, each is met by every way through the arms.
    """

    strictly: bool = False
    in_part: bool = False
    names_lack: bool = False
    in_form: bool = False
    known: dict[tuple[int, int], Score | None] = field(default_factory=dict[tuple[int, int], "Score | None"])


One = TypeVar("One")


def best_of(scored: Iterable[tuple[One, Score | None]], *, in_order: bool) -> tuple[One, Score] | None:
    """The arm by which a union reads a value, with its score; None where none reads it.

    Args:
        scored: the arms in the union's order, each with its score for the value.
        in_order: whether the union takes the first one that reads it.
    """
    best: tuple[One, Score] | None = None
    for arm, score in scored:
        if score is not None and (best is None or score.beats(best[1])):
            best = arm, score
            if in_order:
                break
    return best


class Typed(Protocol):
    """What reads values by a type of Python."""

    def exactness(self, value: Any) -> int | None:
        """How exactly a value is read; None where it is not."""
        ...

    def reads(self, value: Any) -> bool:
        """Whether a value is read."""
        ...

    def plain(self, value: Any) -> Any:
        """The plain JSON of what is read of a value; the value where it is not read."""
        ...

    def unread(self, value: Any) -> Unread | None:
        """What is wrong with a value; None where it is read."""
        ...


class Keyed(Protocol):
    """What reads the objects of a component."""

    def score(self, value: Any, reading: Reading) -> Score | None:
        """How well an object is read; None where it is not."""
        ...


@dataclass(frozen=True, slots=True)
class Tags:
    """The only values that a key may have.

    Args:
        values: with their types.
        numbers: whether a number may be written as text: those of an enum that is an ``int`` or a ``float``.
        lookup: what an enum's own ``_missing_`` makes of any other value; None where it has none.
        converted: whether a reader makes members of them, as of those of an enum and not of a ``Literal``.
        apart: the types of values that equal none of another type.
        listed: they in the order of the schema, where an error lists them.
    """

    values: frozenset[TypedValue]
    numbers: bool = False
    lookup: Callable[[Any], Any] | None = None
    converted: bool = False
    apart: frozenset[type] = ALONE
    listed: tuple[TypedValue, ...] = field(default=(), compare=False)

    def has(self, value: Any, *, leniently: bool) -> bool:
        """Whether a value is one of them.

        Args:
            value: any JSON.
            leniently: whether ``1.0`` and ``True`` count as 1, and ``"1"`` where numbers may be texts.
        """
        kind = type_of(value)
        if kind in (dict, list):
            return False
        if (kind, value) in self.values:
            return True
        if not leniently or value is None:
            return False
        if self.lookup is not None and (found := self.lookup(value)) is not None:
            return (type_of(found), found) in self.values
        if kind is str:
            if not self.numbers or not _is_number(value):
                return False
            value = float(value)
        return any(own not in self.apart and value == member for own, member in self.values)


@dataclass(frozen=True, slots=True)
class Leaf:
    """The values of a key, an item, or an arm.

    Args:
        types: their Python types.
        loose: whether the reader also takes other scalars: a date reads numbers, an enum what its class says.
        fields: those of a named tuple, for which an object may stand; None where it is none.
        described: whether only values of the types are read.
        exact: the types all of whose values are read as they are.
        typed: what reads any other scalar, limits included; None where nothing more is known than the JSON types.
        whole: whether it reads all other values, lists and objects too.
        frame: what reads the values but for the objects in them; None where nothing more is known.
        sure: whether the server reads all that is read by what is known.
        forms: whether a function of the app may make such values of any others.
        anything: whether any value is read, by a type that says nothing of it, as `Any`: as a strict reader would.
        values: the only scalars, where they are listed.
        choices: the arms, where it is a union.
        in_order: whether the union takes the first arm that reads a value.
        keyed: what reads its objects, where they have keys of their own.
        is_made: whether what is read of a list is no list, so that only a lenient reader reads it: a tuple, a set.
        first_items: the leading items of its lists.
        fewest: how many items its lists have at least.
        most: how many they have at most; None for any number.
        items: the other ones; None where nothing is known of them.
        keys: the keys of its dicts.
        entries: the values of its dicts.
    """

    types: frozenset[type]
    loose: bool = False
    fields: TupleFields | None = None
    described: bool = False
    exact: frozenset[type] = frozenset()
    typed: Typed | None = None
    whole: bool = False
    frame: Typed | None = None
    sure: bool = True
    forms: bool = False
    anything: bool = False
    values: Tags | None = None
    choices: tuple[Leaf, ...] = ()
    in_order: bool = False
    keyed: Keyed | None = None
    is_made: bool = False
    first_items: tuple[Leaf, ...] = ()
    fewest: int = 0
    most: int | None = None
    items: Leaf | None = None
    keys: Leaf | None = None
    entries: Leaf | None = None

    @property
    def is_scalar(self) -> bool:
        """Whether some of the values are neither objects nor lists nor null."""
        return bool(self.types - {dict, list, type(None)})

    @property
    def tuple_like(self) -> bool:
        """Whether an object may stand for a named tuple."""
        return self.fields is not None or any(one.tuple_like for one in self.choices)

    @property
    def kinds(self) -> frozenset[type]:
        """The Python types of all that is read as what it is: objects where they may be named tuples, too."""
        return self.types | {dict} if self.tuple_like and not self.described else self.types

    def is_empty(self, value: Any) -> bool:
        """Whether a value is a list without items, or a dict without entries that is no object of a model."""
        kind = type_of(value)
        if value or kind not in (dict, list):
            return False
        return kind is list or (self.keyed is None and not any(one.keyed for one in self.choices))

    def holds_nothing(self, value: Any) -> bool:
        """Whether there is nothing in a value that could change: it is null, or empty, or a list of such."""
        if value is None or self.is_empty(value):
            return True
        return is_array(value) and all((self.items or self).holds_nothing(one) for one in value)

    def reads(self, value: Any) -> bool:
        """Whether a server that reads leniently may take a value, whatever its limits or what is in it."""
        kind = type_of(value)
        if self.forms:
            return True
        if kind in self.types or self.described:
            return kind in self.types
        if kind is dict:
            return self.tuple_like
        if kind is list or value is None:
            return False
        # The settings of a model may let it read what its type alone does not, such as a number for a text.
        return self.loose or self._is_lenient(value) or (self.typed is not None and self.typed.reads(value))

    def score(self, value: Any, reading: Reading | None = None) -> Score | None:
        """How well a value is read; None where it is not.

        Args:
            value: any JSON.
            reading: how; None for as a server reads what clients send.
        """
        reading = reading or Reading()
        if (reading.strictly or self.described) and type_of(value) not in self.types:
            return Score(exact=_LAX) if value is None and reading.strictly else None
        if self.anything:
            return Score(exact=_STRICT, sure=self.sure)
        if not reading.strictly and self.frame is not None and not self.whole and not self.frame.reads(value):
            return None
        # One frame for each level, because values may be nested as deeply as JSON may.
        found: Score | None = None
        held: Any = value
        if self.fields is not None and is_object(value):
            held = self.fields.listed(value)
        if self.whole and not reading.strictly:
            found = self._by_type(value)
        elif self.choices:
            for one in self.choices:
                score = one.score(value, reading)
                if score is not None and (found is None or score.beats(found)):
                    found = score
                    if self.in_order:
                        break
        elif not (is_object(value) or is_array(value)):
            found = self._scalar(value, reading)
        elif is_object(held) and self.keyed is not None:
            found = self.keyed.score(held, reading) if dict in self.types else None
        elif held is not None and self._may_hold(held):
            found = Score(exact=self._exactness(is_object(value)))
            for leaf, part in self._parts(held):
                score = leaf.score(part, reading)
                if score is None:
                    return None
                found = found.with_part(score)
        return found if found is None or self.sure else found._replace(sure=False)

    def _exactness(self, is_object: bool) -> int:
        """How exactly a list or dict is read by itself, whatever it holds."""
        if self.fields is not None and is_object:
            return _EXACT if self.fields.exact else _STRICT
        return _LAX if self.is_made else _EXACT

    def _may_hold(self, value: dict[str, Any] | list[Any]) -> bool:
        """Whether a list has as many items as there may be, or a dict may be here at all."""
        if is_object(value):
            return dict in self.types
        return list in self.types and self.fewest <= len(value) <= (len(value) if self.most is None else self.most)

    def _parts(self, value: dict[str, Any] | list[Any]) -> Iterator[tuple[Leaf, Any]]:
        """The keys and values of a dict, or the items of a list, each with what is known of it."""
        if is_object(value):
            if self.keys is not None:
                yield from ((self.keys, key) for key in value)
            if self.entries is not None:
                yield from ((self.entries, one) for one in value.values())
            return
        items: list[Any] = list(value)
        yield from zip(self.first_items, items, strict=False)
        if self.items is not None:
            yield from ((self.items, one) for one in items[len(self.first_items) :])

    def _scalar(self, value: Any, reading: Reading) -> Score | None:
        kind, leniently = type_of(value), not reading.strictly
        if self.values is not None:
            if not self.values.has(value, leniently=leniently and not self.described):
                return None
            # A literal is what a value is equal to; a member of an enum is made of it.
            return Score(exact=_LAX if leniently and self.values.converted else _EXACT)
        is_own = kind in self.types
        if value is None:
            return Score() if is_own else None
        if self.typed is not None and leniently:
            return self._by_type(value)
        if not is_own and not self.loose and not self._is_lenient(value):
            return None
        return Score(exact=_EXACT if is_own else _LAX)

    def _by_type(self, value: Any) -> Score | None:
        assert self.typed is not None
        if type_of(value) in self.exact:
            return Score()
        exact = self.typed.exactness(value)
        return None if exact is None else Score(exact=exact)

    def _is_lenient(self, value: Any) -> bool:
        kind = type_of(value)
        if kind is str:
            return (int in self.types and _is_number(value)) or (bool in self.types and value.lower() in _BOOLEANS)
        return int in self.types if kind is bool else bool in self.types and value in (0, 1)

    def read(self, value: Any) -> Any:
        """Plain JSON of what a server makes of a value whose type its schema does not name; any other as it is.

        A schema of whole numbers names fractions as well, of which a server makes one; a list holds such values.
        """
        kind = type_of(value)
        is_named = kind in self.types and not (kind is float or (self.whole and kind in (dict, list)))
        return value if self.typed is None or is_named else self.typed.plain(value)


_BOOLEANS: Final = frozenset({"1", "t", "y", "yes", "on", "true", "0", "f", "n", "no", "off", "false"})


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
