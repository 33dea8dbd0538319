"""An argument of the middleware that cannot be right is refused when the middleware is made."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI

from tests.silence.exchanges import timeline_of
from timegate import DeclarationError
from timegate.asgi import TimegateMiddleware


@pytest.mark.parametrize(
    ("argument", "given", "remedy"),
    [
        *(
            ("changes_field", name, "changes_field='API-Changes', the name of a header field")
            for name in ("ü", "a b", "x\r\nSet-Cookie: a", "", 5)
        ),
        ("observer", 5, "observer=note, a function that takes an event"),
        ("losses", 5, "losses=Sampling(tell, rate=0.01)"),
        ("losses", print, "losses=Sampling(tell, rate=0.01)"),
        ("unreleased", "no", "unreleased=True, or False"),
    ],
)
def test_an_argument_that_cannot_be_right_is_refused_with_what_to_write(argument: str, given: Any, remedy: str) -> None:
    with pytest.raises(DeclarationError, match=re.escape(f"TimegateMiddleware({argument}={given!r}): {remedy}")):
        TimegateMiddleware(FastAPI(), timeline=timeline_of(), **{argument: given})
