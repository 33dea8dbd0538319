"""The placeholder that a tool writes into a version file where a person has to decide."""

from __future__ import annotations

from typing import Any

from timegate.errors import DeclarationError
from timegate.version import place_of_caller, shown


def undecided(question: str) -> Any:
    """Stand for a value or a fact that is still to be decided; the app does not start before it is.

    Args:
        question: what is to be decided.

    Raises:
        DeclarationError: always; it has the question.
    """
    raise DeclarationError(
        f"{shown(place_of_caller())}: a change is undecided: {question} Write the decision in place of undecided(…)"
    )
