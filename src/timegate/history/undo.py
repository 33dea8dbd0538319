"""The one door for facts into the past: each kind of fact registers how it is undone."""

from __future__ import annotations

from functools import singledispatch

from timegate.changes.base import Fact
from timegate.history.builder import HistoryBuilder


@singledispatch
def undo(fact: Fact, builder: HistoryBuilder) -> None:
    """Take one fact back: edit the wire to what it was before, and record the steps payloads take.

    A third party's kind of fact registers here: ``undo.register(MyFact, my_function)``.
    """
    builder.fault(
        str(fact),
        f"no room of this package knows the kind of fact {type(fact).__name__}",
        f"register it: timegate.extend.undo.register({type(fact).__name__}, …)",
    )
