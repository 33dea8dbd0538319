"""A file of lines, cut into chunks of whole lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

__all__ = ["chunks"]


def chunks(file: BinaryIO, *, size: int) -> Iterator[bytes]:
    """Yield what is left of a file, in chunks that end with a line.

    Args:
        file: the file, at the beginning of a line.
        size: bytes of a chunk, about; a longer line is a chunk of its own.
    """
    while chunk := file.read(size):
        yield chunk if chunk.endswith(b"\n") else chunk + file.readline()
