"""One edit of head without a declared change, and what a check has to say of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """An edit of head without a change.

    Args:
        name: what is done.
        old: the text that is replaced, in the models or in the app.
        new: the text instead.
        place: where the check tells it.
        severity: what it means to old clients.
        fact: the fact to write, up to what a person decides; empty where there is nothing to declare.
        decided: whether the fact needs no decision.
        appears: whether it may appear under ``additive``.
        settled: the facts that a person writes in place of the placeholder, as code.
        given: what they need besides, as code.
    """

    name: str
    old: str
    new: str
    place: str
    severity: str
    fact: str
    decided: bool = False
    appears: bool = False
    settled: str = ""
    given: str = ""
