"""Validation errors of tags and members that the client's version does not have: in pydantic's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from timegate.gates.run.runtime import MISSING


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
        key: as the client calls it; the name of a callable, with parentheses, where that says it.
        values: those that the client's version has.
        is_called: whether a callable says it.
    """

    key: str
    values: Sequence[Any]
    is_called: bool = False

    def error(self, value: Mapping[str, Any]) -> TagError:
        """What is wrong with an object that is no arm.

        Args:
            value: as the client sent it.
        """
        return tag_error(repr(self.key), value.get(self.key, MISSING), self.values)


def called(pick: object) -> str:
    """A callable discriminator as pydantic calls it."""
    return f"{getattr(pick, '__name__', type(pick).__name__)}()"


def tag_error(discriminator: str, tag: object, values: Sequence[Any]) -> TagError:
    """What is wrong with an object whose tag is none of some values.

    Args:
        discriminator: what says its tag, as errors call it.
        tag: the tag; `MISSING` for none.
        values: the tags that the client's version has.
    """
    if tag is MISSING:
        message = f"Unable to extract tag using discriminator {discriminator}"
        return TagError("union_tag_not_found", message, {"discriminator": discriminator})
    expected = ", ".join(map(repr, values))
    return TagError(
        "union_tag_invalid",
        f"Input tag '{tag}' found using {discriminator} does not match any of the expected tags: {expected}",
        {"discriminator": discriminator, "tag": str(tag), "expected_tags": expected},
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
