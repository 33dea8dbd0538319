"""The table of the page *Testing what old clients get*: a row for each fault, a column for each tool."""

from __future__ import annotations

from collections.abc import Sequence

from tests.faults.planted import Fault
from tests.faults.tools import TOOLS

HEADER = " | ".join(["| the maintainer …", *TOOLS]) + " |"


def row(fault: Fault, caught: Sequence[str]) -> str:
    """The row of a fault and the tools that find it."""
    return " | ".join([f"| {fault.name}", *("yes" if tool in caught else "" for tool in TOOLS)]) + " |"


def summary(rows: Sequence[str]) -> str:
    """How many faults each tool finds, and how many it finds alone."""
    caught = [[tool for tool, cell in zip(TOOLS, one.split("|")[2:], strict=False) if cell.strip()] for one in rows]
    found = {tool: sum(tool in tools for tools in caught) for tool in TOOLS}
    alone = {tool: sum(tools == [tool] for tools in caught) for tool in TOOLS}
    told = ", ".join(f"{tool} {count}" for tool, count in sorted(found.items(), key=lambda item: -item[1]))
    only = " and ".join(f"{count} by {tool} alone" for tool, count in alone.items() if count)
    return f"Of {len(rows)} faults, the tools find: {told}; {only}."
