"""Decode JSON bodies to plain data, run programs on it, encode the result."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from pydantic_core import from_json, to_json

from timegate.gates.plan.conversion import Program
from timegate.typing import is_array, is_object

Decoder: TypeAlias = Callable[[bytes], Any]
"""Turns a JSON body into plain data; an exception says that it is not JSON. Big integers must survive exactly."""


Encoder: TypeAlias = Callable[[Any], bytes]
"""Turns plain data into a JSON body in UTF-8."""


Convert: TypeAlias = Callable[[bytes], bytes]
"""Converts a JSON body by a program.

Raises ``NotJSON`` where the body is not JSON, ``NotEncodable`` where the result cannot be encoded, and what the program
raises.
"""


_I, _N = b"IN"

_NESTING: Final = 201
"""How deep pydantic's parser goes."""


class NotJSON(ValueError):
    """A body is not JSON, or exceeds what the decoder accepts; its text repeats nothing of the body."""


class Encoded(bytes):
    """A body that is encoded already."""


class NotEncodable(NotJSON):
    """The result of a program cannot be encoded as JSON."""


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
        """Encode plain data as a body, as the result of a program is encoded.

        Raises:
            NotEncodable: it cannot be encoded.
        """
        return self.around(lambda _: value)(b"null")

    def is_repeatable(self, body: bytes) -> bool:
        """Whether JSON can express what a body holds: no number overflows, and each text is one of Unicode."""
        try:
            replace(self, encode=encode_json).around(lambda value: value)(body)
        except NotJSON:
            return False
        return True

    def around(self, program: Program, *, of_app: bool = False) -> Convert:
        """A function that decodes a body, runs a program and encodes the result; one call, as it is on the hot path.

        Args:
            program: converts the plain data; it may return an `Encoded`.
            of_app: whether the body is the app's, which may be nested deeper than a request: what a client sent at the
                limit may be a part of it.
        """
        decode, encode = self.decode, self.encode

        def convert(body: bytes) -> bytes:
            try:
                value = decode(body)
            except Exception as error:
                value = _deeper(body) if of_app and decode is decode_json else None
                if value is None:
                    # The text of another decoder may repeat a part of the body.
                    raise NotJSON(str(error) if decode is decode_json else type(error).__name__) from error
            value = program(value)
            if type(value) is Encoded:
                return value
            try:
                body = encode(value)
            except Exception as error:
                raise NotEncodable(str(error) if encode is encode_json else type(error).__name__) from error
            # An overflow while decoding becomes an infinity, which encoders write out as a word. One letter is found
            # much faster than a word, and most bodies have neither.
            if ((_I in body and b"Infinity" in body) or (_N in body and b"NaN" in body)) and _has_non_finite(value):
                raise NotEncodable("a number is not finite")
            return body

        return convert


def decode_json(body: bytes) -> Any:
    """Decode with pydantic's parser: exact integers, no NaN, limited nesting and digits."""
    # Only keys are worth caching.
    return from_json(body, allow_inf_nan=False, cache_strings="keys")


def _refused(constant: str) -> Any:
    raise ValueError(constant)


def _deeper(body: bytes) -> Any:
    """What is nested deeper than pydantic's parser goes, by Python's; None where something else is wrong."""
    if body.count(b"[") + body.count(b"{") <= _NESTING:
        return None
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refused)
    except (ValueError, RecursionError):
        return None


encode_json: Final[Encoder] = to_json
"""Encodes with pydantic's serializer."""


def _has_non_finite(value: Any) -> bool:
    waiting: list[Any] = [value]
    while waiting:
        node = waiting.pop()
        if is_object(node):
            waiting.extend(node.values())
        elif is_array(node):
            waiting.extend(node)
        elif isinstance(node, float) and not math.isfinite(node):
            return True
    return False
