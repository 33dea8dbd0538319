"""What is known while a timeline is drawn, from the oldest version towards head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.twins.dice import Dice
from tests.twins.drawing import NAMES
from tests.twins.meaning import Act
from tests.twins.shapes import EnumOf, FieldShape, ModelOf, ModelShape, Operation, Type, World, parts, reached
from tests.twins.values import Drawer, Member, Obj, Pair, each, plain


@dataclass
class Scene:
    """The API right now, and choices about it.

    Args:
        dice: makes the choices.
        oldest: what the old client knows; a model's old name is written into it.
        world: the API right now; facts change it.
        busy: the models and enums that have no further fact before the next version.
        changed: the models that have a fact since the last one.
        ever_changed: the models that have a fact at any boundary.
        past: whether there was a boundary before this one.
        gone: the operations that only older clients see.
        places: where the parameters are that facts about parameters are drawn for.
        described: how many texts of documents have been told.
        focus: the models that facts are drawn for where one fits, with all that happens to them.
    """

    dice: Dice
    oldest: World
    world: World
    busy: set[str] = field(default_factory=set[str])
    changed: set[str] = field(default_factory=set[str])
    ever_changed: set[str] = field(default_factory=set[str])
    past: bool = False
    gone: set[str] = field(default_factory=set[str])
    places: frozenset[str] = frozenset({"query", "header"})
    described: int = 1
    focus: frozenset[str] = frozenset()

    def operations(self) -> list[Operation]:
        """The operations that the newest clients see."""
        return [one for one in self.world.operations.values() if one.uid not in self.gone]

    def sent(self) -> set[Type]:
        """All types in requests."""
        found: set[Type] = set()
        for one in self.world.operations.values():
            kinds: list[Type] = [one.body] if one.body else []
            kinds += [ModelOf(one.asked)] if one.asked else []
            found |= reached(self.world, *kinds, *(parameter.type for parameter in one.parameters))
        return found

    def received(self) -> set[Type]:
        """All types in responses."""
        operations = self.world.operations.values()
        failed = [one.fails for one in operations if one.fails is not None]
        return reached(self.world, *(one.response for one in operations), *failed)

    def queries(self, *places: str) -> set[str]:
        """The models of all parameters of a place, of any place where none is named."""
        return {
            one.asked for one in self.world.operations.values() if one.asked and (not places or one.asked_in in places)
        }

    def patches(self) -> set[str]:
        """The models that a PATCH takes."""
        found: set[str] = set()
        for one in self.world.operations.values():
            if one.method == "PATCH" and one.body is not None:
                found |= {kind.model for kind in reached(self.world, one.body) if isinstance(kind, ModelOf)}
        return found

    def models(self) -> list[ModelShape]:
        """The models that occur anywhere, those that others derive from included."""
        used = {kind.model for kind in self.sent() | self.received() if isinstance(kind, ModelOf)}
        return [self.world.models[uid] for uid in self.world.models if uid in used and uid not in self.busy]

    def shown(self, *, as_parameters: bool = False) -> list[ModelShape]:
        """The models that documents of today show, by name or, if wanted, as parameters."""
        kinds = [one.response for one in self.operations()]
        kinds += [one.body for one in self.operations() if one.body is not None]
        kinds += [ModelOf(one.asked) for one in self.operations() if one.asked and as_parameters]
        known = reached(self.world, *kinds)
        return [model for model in self.models() if ModelOf(model.uid) in known]

    def spot(self, fits: Callable[[ModelShape, FieldShape], bool]) -> tuple[ModelShape, FieldShape] | None:
        """Pick a field that a model declares itself."""
        found = [
            (model, one)
            for model in self.models()
            for one in model.fields
            if not self.is_tag(model, one) and fits(model, one)
        ]
        found = [(model, one) for model, one in found if model.uid in self.focus] or found
        return self.dice.pick(found) if found else None

    def filled_in_part(self, one: FieldShape, up: Act) -> Act:
        """What fills in a field of a PATCH: only what head requires, as it turns out when all is drawn."""

        def partial(fields: dict[str, Any]) -> None:
            known = (each for model in self.world.models.values() for each in model.fields)
            if any(each.born == one.born and each.required for each in known):
                up(fields)

        return partial

    def is_tag(self, model: ModelShape, one: FieldShape) -> bool:
        return one.name == "kind"

    def free_name(self, uid: str) -> str | None:
        """Pick a name that nothing of a model or of its heirs is called now, in any spelling."""
        taken: set[str] = set()
        for heir in self.world.heirs(uid):
            for one in self.world.fields(heir):
                taken |= {one.name, one.sent_as, one.received_as}
        free = [name for name in NAMES if name not in taken]
        return self.dice.pick(free) if free else None

    def value(self, kind: Type) -> Any:
        """Draw a canonical value of a type."""
        return Drawer(self.world, self.dice).value(kind)

    def constant(self, value: Any, *, sent: bool = False) -> str:
        """A canonical value as it is written in a fact: plain JSON, as a server sends it or as a client does.

        A constant has the newer shape of its boundary, so the enums in it do not change before the next version.
        """
        self._note_enums(value)
        return repr(plain(value, self.world, sent=sent))

    def _note_enums(self, value: Any) -> None:
        match value:
            case Member(enum):
                self.busy.add(enum)
            case Obj(_, fields):
                self._note_enums(fields)
            case Pair(_, items):
                self._note_enums(items)
            case list() | dict():
                each(value, self._note_enums)
            case _:
                pass

    def description(self) -> str:
        """A text that no document has had."""
        self.described += 1
        return f"As it was told {self.described} times."

    def fits_a_query(self, kind: Type, fill: Any) -> bool:
        """Whether a query can carry what is filled in: neither null nor an empty list, nor a plain enum's number."""
        for part in parts(kind):
            if isinstance(part, EnumOf):
                enum = self.world.enums[part.enum]
                if enum.kind == "plain" and isinstance(enum.members[0], int):
                    return False
        return fill is not None and not (isinstance(fill, list) and not fill)
