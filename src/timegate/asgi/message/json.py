"""JSON bodies to plain data and back."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeGuard

from pydantic_core import from_json, to_json

from timegate.gates.operation import Program

Decoder: TypeAlias = Callable[[bytes], Any]
"""Turns a JSON body into plain data; an exception says that it is not JSON. Big integers must survive exactly."""


Encoder: TypeAlias = Callable[[Any], bytes]
"""Turns plain data into a JSON body in UTF-8."""


Convert: TypeAlias = Callable[[bytes], bytes]
"""Takes a JSON body through a program.

Raises ``NotJSON`` where it is none, ``NotCarried`` where what comes out has none, and what the program raises.
"""


_I, _N = b"IN"


class NotJSON(ValueError):
    """A body is not JSON within the bounds of what can be carried."""


class Encoded(bytes):
    """A body that is encoded already."""


class NotEncodable(NotJSON):
    """What a program made of a body has no JSON."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How bodies become plain data and back.

    Args:
        decode: from bytes.
        encode: to bytes.
    """

    decode: Decoder
    encode: Encoder

    def encoded(self, value: Any) -> bytes:
        """The body of plain data: that of a program which gives it whatever comes in.

        Raises:
            NotCarried: it has none.
        """
        return self.around(lambda _: value)(b"null")

    def around(self, program: Program) -> Convert:
        """What takes a whole body through a program, in one call, because every gated body goes through it.

        Args:
            program: what is done to the plain data; it may give an `Encoded`.
        """
        decode, encode = self.decode, self.encode

        def convert(body: bytes) -> bytes:
            try:
                value = decode(body)
            except Exception as error:
                raise NotJSON(str(error)) from error
            value = program(value)
            if type(value) is Encoded:
                return value
            try:
                body = encode(value)
            except Exception as error:
                raise NotEncodable(str(error)) from error
            # An overflow while decoding becomes an infinity, which encoders write out as a word. One letter is found
            # much faster than a word, and most bodies have neither.
            if ((_I in body and b"Infinity" in body) or (_N in body and b"NaN" in body)) and _has_non_finite(value):
                raise NotEncodable("a number is not finite")
            return body

        return convert


def decode_json(body: bytes) -> Any:
    """Decode with pydantic's parser: exact integers, no NaN, nesting and digits bounded."""
    # Only keys are worth caching.
    return from_json(body, allow_inf_nan=False, cache_strings="keys")


encode_json: Final[Encoder] = to_json
"""Encodes with pydantic's serializer."""


def _has_non_finite(value: Any) -> bool:
    waiting: list[Any] = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, float) and not math.isfinite(node):
            return True
        waiting.extend(_inside(node))
    return False


def _inside(node: Any) -> Iterable[Any]:
    if is_object(node):
        return node.values()
    return node if is_list(node) else ()


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether plain data is a JSON object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether plain data is a JSON array."""
    return isinstance(value, list)
