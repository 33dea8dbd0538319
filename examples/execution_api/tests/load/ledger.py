"""What successful responses promised to workers, and whether the database keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from execution_api.store import Store
from execution_api.tables import (
    DagRunRow,
    RenderedFieldsRow,
    TaskInstanceHistoryRow,
    TaskInstanceRow,
    TaskStateRow,
    VariableRow,
    XComRow,
)
from pydantic import JsonValue
from sqlalchemy import select

__all__ = ["Ledger", "Place", "held_by"]

Kind: TypeAlias = Literal["state", "rendered fields", "xcom", "variable", "dag run", "kept by task"]
Place: TypeAlias = tuple[Kind, str]
"""What was written, and the task instance (its id or its map index) or the name that it was written for."""


@dataclass(slots=True)
class Ledger:
    """What is promised at each place, and what was sent there and has no response yet."""

    promised: dict[Place, JsonValue] = field(default_factory=dict[Place, JsonValue])
    asked: dict[Place, JsonValue] = field(default_factory=dict[Place, JsonValue])

    def ask(self, place: Place, value: JsonValue) -> None:
        """A request is about to be sent."""
        self.asked[place] = value

    def settle(self, place: Place, *, success: bool) -> None:
        """The request got its response."""
        value = self.asked.pop(place)
        if success:
            self.promised[place] = value

    def lost(self, held: dict[Place, JsonValue]) -> Iterator[str]:
        """Yield each promise that is not kept; where a response never came, either value may be there."""
        for place, value in self.promised.items():
            found = held.get(place)
            if found != value and (place not in self.asked or found != self.asked[place]):
                yield f"{place[0]} of {place[1]} was promised as {value!r} and is {found!r}"


def held_by(database: str) -> dict[Place, JsonValue]:
    """Read from a database whatever may have been promised."""
    held: dict[Place, JsonValue] = {}
    store = Store(database)
    with store.reading() as session:
        for table in (TaskInstanceHistoryRow, TaskInstanceRow):
            held |= {("state", str(task)): state for task, state in session.execute(select(table.id, table.state))}
        for rendered in session.scalars(select(RenderedFieldsRow)):
            held["rendered fields", str(rendered.ti_id)] = rendered.rendered_fields
        for xcom in session.scalars(select(XComRow)):
            held["xcom", str(xcom.map_index)] = xcom.value
        for variable in session.scalars(select(VariableRow)):
            held["variable", variable.key] = variable.val
        for run in session.scalars(select(DagRunRow)):
            held["dag run", run.run_id] = run.conf
        for kept in session.scalars(select(TaskStateRow)):
            held["kept by task", str(kept.map_index)] = kept.value
    store.close()
    return held
