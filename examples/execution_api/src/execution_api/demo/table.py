"""A table of plain text, its columns as wide as what stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = ["render_table"]

_GAP: Final = "  "


def render_table(header: Sequence[str], rows: Sequence[Sequence[str | int]]) -> str:
    """The rows under their header, words to the left and numbers to the right.

    Args:
        header: The name of each column.
        rows: One cell for each column; a column whose every cell is an `int` is set to the right.
    """
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in header]
    numeric = [bool(cells) and all(isinstance(cell, int) for cell in cells) for cells in columns]
    widths = [
        max(len(name), *(len(str(cell)) for cell in cells), 0) for name, cells in zip(header, columns, strict=True)
    ]

    def line(cells: Sequence[str | int]) -> str:
        texts = [
            str(cell).rjust(width) if right else str(cell).ljust(width)
            for cell, width, right in zip(cells, widths, numeric, strict=True)
        ]
        return _GAP.join(texts).rstrip()

    rule = _GAP.join("-" * width for width in widths)
    return "\n".join([line(header), rule, *(line(row) for row in rows)])
