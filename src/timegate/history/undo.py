"""The dispatch of facts: each kind of fact registers the function that undoes it."""

from __future__ import annotations

from functools import singledispatch

from timegate.changes.base import Fact
from timegate.history.builder import HistoryBuilder


@singledispatch
def undo(fact: Fact, builder: HistoryBuilder) -> None:
    """Undo one fact: edit the wire to that of the older version, and record the steps that payloads take.

    A third party's kind of fact registers here: ``undo.register(MyFact, my_function)``.
    """
    builder.fault(
        str(fact),
        f"nothing is registered that undoes facts of the kind {type(fact).__name__}",
        f"register it: timegate.extend.undo.register({type(fact).__name__}, …)",
    )
