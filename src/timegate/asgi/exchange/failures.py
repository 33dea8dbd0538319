"""What the log says of a conversion that failed through no fault of a client: one line, and no value of a payload."""

from __future__ import annotations

from typing import Final

from timegate.asgi.message.json import NotJSON
from timegate.errors import GateError

_LONGEST: Final = 500


def reason_of(error: Exception) -> str:
    """Why a payload cannot be converted: change, version and place, as far as they are known.

    The text of an exception of the app's may repeat a value, so only its type is told, and where it was raised.
    """
    if isinstance(error, GateError):
        origin = f"{error.version} {error.change} at " if error.change else "at "
        text = f"{origin}{error.pointer or 'the root'}: {error.problem}{_raised_at(error.__cause__)}"
    elif isinstance(error, NotJSON):
        text = f"it cannot be converted as JSON: {error}"
    else:
        text = f"a function of a change failed: {type(error).__name__}{_raised_at(error)}"
    # A pointer has the client's keys, which must not begin a line of their own.
    return "".join(character if character.isprintable() else "?" for character in text[:_LONGEST])


def _raised_at(error: BaseException | None) -> str:
    """The line that raised an exception, if it is none of this package."""
    traceback = None if error is None else error.__traceback__
    if traceback is None:
        return ""
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    frame = traceback.tb_frame
    if str(frame.f_globals.get("__name__", "")).partition(".")[0] == "timegate":
        return ""
    return f" ({frame.f_code.co_filename}:{traceback.tb_lineno})"
