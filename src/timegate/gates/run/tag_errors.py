"""Validation errors of tags and members that the client's version does not have: in pydantic's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class TagError(NamedTuple):
    """What a validation error says.

    Args:
        kind: its type.
        message: its text.
        context: its ``ctx``.
    """

    kind: str
    message: str
    context: Mapping[str, Any]


class ExpectedTags(NamedTuple):
    """By which key the arms of a union are told apart, and by which values.

    Args:
        key: as the client calls it.
        values: those that the client's version has.
    """

    key: str
    values: Sequence[Any]

    def error(self, value: Mapping[str, Any]) -> TagError:
        """What is wrong with an object that is no arm.

        Args:
            value: as the client sent it.
        """
        key = repr(self.key)
        if self.key not in value:
            return TagError(
                "union_tag_not_found", f"Unable to extract tag using discriminator {key}", {"discriminator": key}
            )
        tag, expected = str(value[self.key]), ", ".join(map(repr, self.values))
        return TagError(
            "union_tag_invalid",
            f"Input tag '{tag}' found using {key} does not match any of the expected tags: {expected}",
            {"discriminator": key, "tag": tag, "expected_tags": expected},
        )


def listed(values: Sequence[Any]) -> str:
    """Values as pydantic lists them: ``'a', 'b' or 'c'``."""
    texts = [repr(value) for value in values]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}"


def no_member(members: Sequence[tuple[type, Any]], *, is_enum: bool) -> TagError:
    """What is wrong with a value that is no member of an enum, or of a ``Literal``.

    Args:
        members: the members of the client's version, in order, each with its type.
        is_enum: whether an enum has them.
    """
    expected = listed([member for kind, member in members if kind is not type(None)] or [None])
    return TagError("enum" if is_enum else "literal_error", f"Input should be {expected}", {"expected": expected})
