"""Which components a fact about a model holds for: the model's own, and those of subclasses that inherit the field."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

from typing_extensions import get_original_bases, is_typeddict

from timegate.typing import Model
from timegate.wire.wire import Component


def is_about(component: Component, model: Model, field_name: str | None) -> bool:
    """Whether a fact about a model holds for a component.

    Args:
        component: as it is right after the fact.
        model: a class, or a component's name, which means that component alone.
        field_name: the field that the component's class must inherit unchanged; None for facts about the whole model.
    """
    if isinstance(model, str):
        return model in component.names
    own = component.model
    if own is not None and _inherits(own, model, field_name):
        return True
    return field_name is not None and any(
        field_name not in others and _inherits(cls, model, field_name) for cls, others in component.spread.items()
    )


def _inherits(own: Any, model: Any, field_name: str | None) -> bool:
    if own is model:
        return True
    if not (inspect.isclass(own) and inspect.isclass(model)):
        return False
    if is_typeddict(model):
        return model in _typed_dict_bases(own) and (field_name is None or _same_annotation(own, model, field_name))
    if is_typeddict(own) or not issubclass(own, model):
        return False
    annotations = [vars(cls).get("__annotations__") for cls in own.__mro__[: own.__mro__.index(model)]]
    if field_name is None:
        # A fact about the whole model holds for its parametrisations, which declare nothing of their own.
        return all(declared is None for declared in annotations)
    return not any(field_name in (declared or ()) for declared in annotations)


def declared_name(component: Component, name: str) -> str:
    """What a class declares the field with this name as; empty where only older versions have the field.

    The class may have got another field of that name since.
    """
    key = component.wire_name(name) or name
    known = key in component.renamed or any(component.python_names(key))
    return component.python_name(name) if known else ""


def declared_anew(component: Component, model: Model, field_name: str) -> type[Any] | None:
    """The class that declares a field of a model anew, for a component whose class inherits from the model.

    Args:
        component: as it is right after the fact.
        model: a class, or a component's name, which has no subclasses.
        field_name: the field's Python name.

    Returns:
        The component's class or the nearest base of it that declares the field; None where the model itself is that
        base, or does not have the field.
    """
    own = component.model
    if isinstance(model, str) or own is model or not (inspect.isclass(own) and inspect.isclass(model)):
        return None
    if is_typeddict(own):
        anew = model in _typed_dict_bases(own) and not _same_annotation(own, model, field_name)
        return own if anew and field_name in inspect.get_annotations(model) else None
    if not issubclass(own, model) or not any(_declares(cls, field_name) for cls in model.__mro__):
        return None
    return next((cls for cls in own.__mro__[: own.__mro__.index(model)] if _declares(cls, field_name)), None)


def _declares(cls: type, field_name: str) -> bool:
    return field_name in (vars(cls).get("__annotations__") or ())


def lineage(cls: Any) -> Iterable[Any]:
    """A component's class and every class that it inherits from."""
    if not inspect.isclass(cls):
        return () if cls is None else (cls,)
    return (cls, *_typed_dict_bases(cls)) if is_typeddict(cls) else cls.__mro__


def _typed_dict_bases(cls: type) -> set[Any]:
    # A TypedDict's `__mro__` knows no other TypedDict.
    bases = {base for base in get_original_bases(cls) if is_typeddict(base)} if is_typeddict(cls) else set[Any]()
    return bases.union(*map(_typed_dict_bases, bases))


def _same_annotation(own: type, base: type, field_name: str) -> bool:
    return inspect.get_annotations(own).get(field_name) == inspect.get_annotations(base).get(field_name)
