"""The states of a run, and what changed of them: one came, one was renamed, one went."""

from __future__ import annotations

from enum import Enum

from timegate import enum


class State(Enum):
    RUNNING = "running"
    DONE = "done"
    WAITING = "waiting"


STATE = (
    enum(State).grew("waiting", seen_as="running"),
    enum(State).renamed("finished", to="done"),
    enum(State).shrank("broken", read_as="done", loses="nobody asks for it"),
)
