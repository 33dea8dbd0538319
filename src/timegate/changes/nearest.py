"""Which of the known names was meant by one that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(wanted: object, known: Iterable[str]) -> str | None:
    """The known name that is most like a wanted one, whatever its case; None where none is alike."""
    # Imported here because only a mistake needs it, and declaring changes stays cheap.
    from difflib import get_close_matches

    names = {name.casefold(): name for name in known}
    found = get_close_matches(wanted.casefold(), names, n=1, cutoff=0.7) if isinstance(wanted, str) else []
    return names[found[0]] if found else None
