"""Whether an error of a `detail` and no more is the declared model or holds it, as `HTTPException` sends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from timegate.gates.validation_lists import DETAIL
from timegate.typing import Schema, is_array, is_object
from timegate.wire.json_types import python_types
from timegate.wire.objects import ObjectShape, as_sent, object_shapes
from timegate.wire.wire import Component


@dataclass(frozen=True, slots=True)
class _Model:
    """What is known of an object's keys.

    Args:
        keys: all of them.
        required: those that it always has.
        types: the types of its `detail`; empty where it has none.
    """

    keys: frozenset[str]
    required: frozenset[str]
    types: frozenset[type]

    def lacking(self, found: Mapping[str, Any]) -> int | None:
        """How many keys an object lacks; None where it is none of the model."""
        return len(self.keys - found.keys()) if self.required <= found.keys() else None


@dataclass(frozen=True, slots=True)
class RaisedModels:
    """The models of an error that an app may raise as a detail.

    Args:
        models: those that are declared for a status.
    """

    models: tuple[_Model, ...] = ()

    @property
    def lack_detail(self) -> bool:
        """Whether a `detail` is a key of none of them, so that it is always what holds the model."""
        return bool(self.models) and not any(DETAIL in one.keys for one in self.models)

    def are_in(self, detail: object) -> bool:
        """Whether an object or a list is the model, rather than the `detail` of one: it has more of its keys."""
        if not self.models:
            return False
        if is_array(detail):
            return self.are_items_of(detail) and not any(list in one.types for one in self.models)
        if not is_object(detail):
            return False
        # A program tells nothing here: it looks only at what it converts, and misses only what must be there.
        whole = [one.lacking({DETAIL: detail}) for one in self.models if dict in one.types]
        inside = [one.lacking(detail) for one in self.models]
        best, other = (min((one for one in found if one is not None), default=None) for found in (whole, inside))
        return best is None or (other is not None and other < best)

    def are_items_of(self, details: Sequence[object]) -> bool:
        """Whether the objects in a list are such models, and there are any."""
        objects = [one for one in details if is_object(one)]
        return bool(objects) and all(any(model.required <= one.keys() for model in self.models) for one in objects)


NO_MODELS: Final = RaisedModels()


def raised_models(schema: Schema, components: Mapping[str, Component]) -> RaisedModels:
    """The models that a schema describes.

    Args:
        schema: of a response.
        components: those that it may refer to.
    """

    def model(shape: ObjectShape) -> _Model:
        found = shape.field(DETAIL, as_sent)
        return _Model(
            frozenset(key for part in shape.parts for key in part.properties),
            frozenset(key for part in shape.parts for key in part.required),
            frozenset() if found is None else python_types(found[1], components.get),
        )

    models = [model(shape) for shape in object_shapes(schema, components)]
    return RaisedModels(tuple(models)) if all(one.keys for one in models) else NO_MODELS
