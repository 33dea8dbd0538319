"""Writes programs that tell, beside their work, which objects they convert: a second build, for what is sampled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from timegate.gates.plan.conversion import Conversion
from timegate.gates.run.runtime import Call
from timegate.gates.source.module import Module
from timegate.gates.source.writer import Writer
from timegate.history.steps import Origin


class CountingModule(Module):
    """A module whose programs show each object and each member of an enum to a function before they convert it.

    Attributes:
        watches: makes the function, from the component and the conversion.
        replaces: makes the function that is called where something stands in for an arm, from the fact.
        judges: makes the function that is called in the place of a declared one, which tells what that one loses.
    """

    watches: Callable[[str, Conversion], Callable[[Any], None]]
    replaces: Callable[[Origin], Callable[[], None]]
    judges: Callable[[Call], Callable[[Any], Any]]
    settles = False

    def called(self, calls: tuple[Call, ...], writer: Writer) -> tuple[Call, ...]:
        return calls if writer.is_asking else tuple(call._replace(function=self.judges(call)) for call in calls)

    def watched(self, writer: Writer, component: str, var: str, conversion: Conversion) -> None:
        if not conversion.asking:
            writer.add(f"{self.name(self.watches(component, conversion), 'w')}({var})")

    def replaced(self, writer: Writer, origin: Origin) -> None:
        writer.add(f"{self.name(self.replaces(origin), 'w')}()")
