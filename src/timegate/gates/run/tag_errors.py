"""Validation errors of an object whose tag leads to no arm: in pydantic's words, with the client's tags."""

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
