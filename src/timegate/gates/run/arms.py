"""What is known of the arms of a union, and what their programs do."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final

from timegate.gates.run.leaves import Leaf, Reading, Score, Tags, TypedValue
from timegate.gates.run.value_checks import EXTRA
from timegate.history.steps import Origin
from timegate.typing import is_object, type_of

EVER: Final = -1
"""Before any introduction was undone: all arms are there."""

_NOTHING = Tags(frozenset())


@dataclass(slots=True, eq=False)
class Arm:
    """One member of a union.

    Args:
        name: its component, or its title or JSON type.
        label: the name that validation errors below it have; empty for none.
        leaf: the JSON types of its values.
        is_open: whether it is an object without known keys.
        is_dict: whether what is read of an object is a dict, as of a TypedDict, and not an instance of a class.
        tags: the keys with listed values.
        required: the spellings of each key that must be present.
        certain: the keys that every value has, also where a response leaves keys out.
        sent: the keys that every value has where a response leaves no key out for its value.
        known: its keys, in every spelling.
        leaves: the values of each key whose JSON types are known, in every spelling.
        preferred: for each further spelling of a key, those that are read in its place where they are present.
        closed: whether any other key is forbidden.
        extra: the type and the text of the validation error of such a key.
        sure: whether no function of the app refuses what is read of an object.
        formed: whether a function of the app gets its objects as they were sent, and may make its values of any others.
        beside: the keys that some arm of the union knows, where such a function may make its keys of others; None where
            it may not.
        at_head: what is known of it at head, for a client's values; None where head has no such arm.
        rivals: the other arms that head might read instead, and for which it would mean something else.
        keeps_others: whether it keeps keys that are not its own.
        newer_values: of the values that it lists, those that only head has.
        newer_keys: keys that only head has, which no client of an older version may send.
        newer_tags: for each key with listed values, those that only head has.
        unknown_keys: keys that no arm of the client's version has and that could lead head to a newer arm.
        refused: the fact for which it may not be sent; None where it may.
        came: when its introduction was undone, of all facts, newest first; endless where all versions have it.
        function: the name of its program in the compiled module; None where its values stay as they are.
        program: its program, set once the module is compiled.
        asking_function: the name of a function that converts what it can, for a callable discriminator to see.
        asking: that function, set once the module is compiled; None where an object stays as it is.
        always: what its program does to every value, to compare arms.
        effects: what its program does to values that have a key.
    """

    name: str
    leaf: Leaf
    is_open: bool = False
    is_dict: bool = False
    tags: dict[str, Tags] = field(default_factory=dict[str, Tags])
    required: tuple[frozenset[str], ...] = ()
    certain: frozenset[str] = frozenset()
    sent: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    leaves: dict[str, Leaf] = field(default_factory=dict[str, Leaf])
    preferred: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    closed: bool = False
    extra: tuple[str, str] = EXTRA
    sure: bool = True
    formed: bool = False
    beside: frozenset[str] | None = None
    at_head: Arm | None = None
    rivals: tuple[Arm, ...] = ()
    keeps_others: bool = False
    newer_values: Tags = _NOTHING
    newer_keys: frozenset[str] = frozenset()
    newer_tags: dict[str, frozenset[TypedValue]] = field(default_factory=dict[str, frozenset[TypedValue]])
    unknown_keys: frozenset[str] = frozenset()
    refused: Origin | None = None
    came: float = inf
    function: str | None = None
    program: Callable[[Any], Any] | None = None
    asking_function: str | None = None
    asking: Callable[[Any], Any] | None = None
    always: Hashable = None
    effects: Mapping[str, Hashable] = field(default_factory=dict[str, Hashable])
    label: str = ""
    _becomes: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    @property
    def is_touched(self) -> bool:
        """Whether its values are converted or refused."""
        return self.function is not None or self.refused is not None

    def has_required(self, keys: Mapping[str, Any]) -> bool:
        """Whether an object has every required key, in some spelling."""
        return all(not spellings.isdisjoint(keys) for spellings in self.required)

    def has_keys_of(self, keys: Mapping[str, Any]) -> bool:
        """Whether an object has every required key, and no other one than the known where these alone are allowed."""
        has_own = self.has_required(keys) and (not self.closed or self.has_only_own(keys))
        return has_own or self.may_be_made_of(keys)

    def is_read(self, key: str, keys: Mapping[str, Any]) -> bool:
        """Whether an object's value at a spelling of a key is read: that of a spelling that comes first is."""
        return key not in self.preferred or self.preferred[key].isdisjoint(keys)

    def has_only_own(self, keys: Mapping[str, Any]) -> bool:
        """Whether an object has no key but those that are read."""
        return keys.keys() <= self.known and all(self.is_read(key, keys) for key in self.preferred if key in keys)

    def may_be_made_of(self, keys: Mapping[str, Any]) -> bool:
        """Whether an object has a key that no arm of the union knows, of which a function may make this one's."""
        return self.beside is not None and not keys.keys() <= self.beside

    def may_form(self, leaf: Leaf) -> bool:
        """Whether a function of the app may make the value of a key of any other; a tag says which arm it is."""
        return leaf.forms or (self.formed and (leaf.values is None or leaf.values.converted))

    @property
    def never_null(self) -> frozenset[str]:
        """The keys whose values are no null, which no route leaves out for being one."""
        return frozenset(key for key, leaf in self.leaves.items() if type(None) not in leaf.types)

    def unread(self, value: dict[str, Any]) -> list[str]:
        """The keys whose values not even a server that reads leniently takes."""
        return [
            key
            for key, leaf in self.leaves.items()
            if key in value and not leaf.reads(value[key]) and not self.may_form(leaf) and self.is_read(key, value)
        ]

    def score(self, value: Any, reading: Reading) -> Score | None:
        """How well an object is read as this arm; None where it is not."""
        place = id(self), id(value)
        if place in reading.known:
            return reading.known[place]
        found: Score | None = None
        may_be_formed = not (reading.strictly or reading.in_form)
        if may_be_formed and not self._may_be(value, reading) and self.may_be_made_of(value):
            # All of its keys may be set then.
            found = Score(len(self.known), 1, sure=False)
        elif self._may_be(value, reading):
            # Even a strict reader makes an instance of the object. One frame for each level, as for a leaf.
            found = Score(0, 2 if self.is_dict else 1, self.sure)
            for key in self._scalars_first(value):
                leaf = self.leaves.get(key)
                score = Score() if leaf is None else leaf.score(value[key], reading)
                if score is None and leaf is not None and may_be_formed and self.may_form(leaf):
                    # What a function makes of another form is of the very type, if it makes anything of it.
                    score = Score(sure=False)
                if score is None:
                    found = None
                    break
                found = found.with_part(score._replace(fields=1 + (score.fields or 0)))
        reading.known[place] = found
        return found

    def _may_be(self, value: dict[str, Any], reading: Reading) -> bool:
        """Whether an object has the keys of this arm."""
        if not self.has_required(value) and not (
            reading.in_part
            and all(
                not spellings.isdisjoint(value) or reading.names_lack or not spellings <= self.never_null
                for spellings in self.required
            )
        ):
            return False
        return not self.closed or self.has_only_own(value)

    def _scalars_first(self, value: dict[str, Any]) -> list[str]:
        """The keys of an object that are read: a tag that tells an arm apart spares a look at all that is below it."""
        known = value.keys() & self.known
        if not self.preferred.keys().isdisjoint(known):
            known = {key for key in known if self.is_read(key, value)}
        nested = [key for key in value if key in known and type_of(value[key]) in (dict, list)]
        return [*known.difference(nested), *nested]

    def effects_on(self, value: Any) -> Hashable:
        """What its program does to a value, to compare arms.

        Args:
            value: the value, or an object with its keys alone.
        """
        if self.leaf.is_empty(value):
            return None
        return self._effects_at(value) if type_of(value) is dict else self.always

    def does_to(self, value: Any) -> Hashable:
        """What its program does to a value, less what it would do to what a key's value does not hold."""
        if self.leaf.holds_nothing(value):
            return None
        if type_of(value) is not dict:
            return self.always
        nothing = [key for key, leaf in self.leaves.items() if key in value and leaf.holds_nothing(value[key])]
        return self._effects_at(value.keys() - set(filter(self.is_inner, nothing)))

    def _effects_at(self, keys: Container[str]) -> Hashable:
        return self.always, frozenset((key, effect) for key, effect in self.effects.items() if key in keys)

    def is_inner(self, key: str) -> bool:
        """Whether what its program does with a key's value is done to something in it, if at all."""
        effect: Any = self.effects.get(key, (key, ()))
        if type_of(effect) is not tuple or len(effect) != 2 or effect[0] != key or type_of(effect[1]) is not tuple:
            return False
        return all(type_of(done) is tuple and done[0] == "schema" for done in effect[1])

    def makes(self, keys: Iterable[str]) -> Mapping[str, tuple[Any, Hashable]]:
        """From which key its program has each key of the result, and what it does with the value.

        Args:
            keys: those of an object.
        """
        made: dict[str, tuple[Any, Hashable]] = {}
        for key in keys:
            effect: Any = self.effects.get(key, (key, ()))
            match effect:
                case (str() as final, done) if type_of(done) is tuple:
                    made[final] = key, done
                case ("spelled", str() as wire):
                    made[wire] = key, self.effects.get(wire)
                case _:
                    # It goes no further.
                    pass
        always: Any = self.always
        filled: Iterable[Any] = always if type_of(always) is frozenset else ()
        made.update((final, (source, done)) for source, (final, done) in filled if final is not None)
        return made

    def becomes(self, key: str) -> list[str]:
        """The keys that its program makes of one."""
        if key not in self._becomes:
            self._becomes[key] = [final for final, (source, _) in self.makes((key,)).items() if source == key]
        return self._becomes[key]

    def converts(self, given: Any) -> bool:
        """Whether its program does more to a value than to call keys otherwise, so that it may suit another arm better.

        Args:
            given: what was sent, or an object with its keys.
        """
        keys = given if is_object(given) else ()
        return self.always is not None or any(_is_more(effect) for key, effect in self.effects.items() if key in keys)

    def means_the_same(self, chosen: Arm, given: Any) -> bool:
        """Whether what another arm's program makes of a value is what is made of it where it is meant as this one.

        Args:
            chosen: the other arm.
            given: what was sent, or an object with its keys.
        """
        if self.refused is not None or (is_object(given) and not self.has_keys_of(given)):
            return False
        return self.effects_on(given) == chosen.effects_on(given)

    def may_have_been_said(self, chosen: Arm, given: Any, value: Any) -> bool:
        """Whether a client can say as this arm what head reads so of a value that was converted as another one.

        Args:
            chosen: the other arm.
            given: what was sent, or an object with its keys.
            value: what was made of it, less keys that were dropped.
        """
        if not is_object(value) or self.refused is not None:
            return self.means_the_same(chosen, given)
        return self.unsayable(chosen, given).isdisjoint(value)

    def unsayable(self, chosen: Arm, given: Mapping[str, Any]) -> frozenset[str]:
        """The keys at head that no client can have set as this arm to what another arm's program makes.

        Args:
            chosen: the other arm.
            given: an object with the keys that were sent.
        """
        assert self.at_head is not None
        # What has an old name of a key is kept besides, where other keys are.
        known = self.at_head.known | self.known if self.at_head.keeps_others else self.at_head.known
        said, made = self.makes(self.known), chosen.makes(given)
        return frozenset(
            key for key in known if key not in said or said[key][1] not in ((), made.get(key, (key, ()))[1])
        )


def _is_more(effect: Any) -> bool:
    """Whether what is done with a key's value is more than to give it another key."""
    return effect != "hidden" and not (effect[0] == "spelled" or (effect[0] is not None and effect[1] == ()))


def do_the_same(one: Arm, other: Arm) -> bool:
    """Whether it makes no difference which of two arms a value is."""
    if one.refused is not None or other.refused is not None:
        return one is other
    return one.function == other.function or (one.always == other.always and one.effects == other.effects)
