"""Facts about what documents say besides what is valid: titles, descriptions, examples, tags, what is deprecated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from pydantic import JsonValue
from pydantic_core import PydanticSerializationError, from_json, to_json
from typing_extensions import TypedDict

from timegate.changes.base import Fact, FieldsFact, ModelFact, kind
from timegate.changes.endpoints import EndpointFact
from timegate.changes.parameters import ChangedParameter
from timegate.errors import DeclarationError
from timegate.typing import is_object


class SchemaTexts(TypedDict, total=False):
    """What older documents said of a model, a field or a parameter; ``None`` for what they did not say."""

    title: str | None
    description: str | None
    examples: list[JsonValue] | None
    deprecated: bool | None


class OperationTexts(TypedDict, total=False):
    """What older documents said of an operation; ``None`` for what they did not say."""

    summary: str | None
    description: str | None
    tags: list[str] | None
    operationId: str | None
    deprecated: bool | None


_KINDS: Final[Mapping[str, type]] = {"examples": list, "tags": list, "deprecated": bool}
"""The types of what documents say, where it is no text."""


def _check_texts(fact: Fact, was: object, known: Mapping[str, Any]) -> None:
    """Refuse texts that documents do not have at this place, and what no document can say."""
    said: dict[str, Any] = was if is_object(was) else {}
    unknown = sorted(map(str, said.keys() - known.keys()))
    wrong = [key for key, value in said.items() if not unknown and not _can_be_said(value, _KINDS.get(key, str))]
    if not said or unknown or wrong:
        problem = f"{unknown[0]!r} is no text of it" if unknown else "it says nothing"
        problem = f"no document can say this of {wrong[0]!r}" if wrong else problem
        written = f"{fact.subject_code()}.{fact.verb}(…)"
        raise DeclarationError(f"{written}: {problem}; give was= a dict with {', '.join(known)}")


def _can_be_said(value: Any, kind: type) -> bool:
    try:
        return value is None or (isinstance(value, kind) and bool(from_json(to_json(value)) == value))
    except (ValueError, PydanticSerializationError):
        return False


@kind
class ModelDocumented(ModelFact):
    """A model of which older documents say something else.

    Args:
        was: what they say.
    """

    was: SchemaTexts

    verb: ClassVar[str] = "documented"

    def __post_init__(self) -> None:
        _check_texts(self, self.was, SchemaTexts.__annotations__)


@kind
class FieldDocumented(FieldsFact):
    """Fields of which older documents say something else.

    Args:
        was: what they say.
    """

    was: SchemaTexts

    verb: ClassVar[str] = "documented"

    def __post_init__(self) -> None:
        FieldsFact.__post_init__(self)
        _check_texts(self, self.was, SchemaTexts.__annotations__)


@kind
class EndpointDocumented(EndpointFact):
    """Operations of which older documents say something else.

    Args:
        was: what they say.
    """

    was: OperationTexts

    verb: ClassVar[str] = "documented"

    def __post_init__(self) -> None:
        _check_texts(self, self.was, OperationTexts.__annotations__)


@kind
class ParameterDocumented(ChangedParameter):
    """A parameter of which older documents say something else.

    Args:
        was: what they say.
    """

    was: SchemaTexts

    verb: ClassVar[str] = "documented"

    def __post_init__(self) -> None:
        Fact.__post_init__(self)
        _check_texts(self, self.was, SchemaTexts.__annotations__)

    def of_field(self, holder: str, field: str) -> FieldsFact:
        return FieldDocumented(models=(holder,), fields=(field,), was=self.was)
