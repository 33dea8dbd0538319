"""The changelog as Markdown, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from timegate.changelog.entries import ChangeEntry, VersionEntry


def as_markdown(entries: Iterable[VersionEntry]) -> str:
    """The changelog as Markdown, a section for each version."""
    lines = ["# API changelog", ""]
    for entry in entries:
        lines += [f"## {entry.version.value}", ""]
        end = " ".join(_lifecycle(entry))
        lines += [end, ""] if end else []
        if entry.older is None:
            lines += ["The oldest version.", ""]
        elif not entry.changes:
            lines += ["No changes to the contract.", ""]
        for change in entry.changes:
            lines += [*change_lines(change), ""]
    return "\n".join(lines).rstrip() + "\n"


def as_json(entries: Iterable[VersionEntry]) -> list[dict[str, Any]]:
    """The changelog as JSON data, an object for each version, newest first."""
    return [
        {
            "version": entry.version.value,
            "older": entry.older,
            "deprecated": _moment(entry.version.deprecated),
            "sunset": _moment(entry.version.sunset),
            "changes": [change_data(change) for change in entry.changes],
        }
        for entry in entries
    ]


def _lifecycle(entry: VersionEntry) -> list[str]:
    moments = {"Deprecated": entry.version.deprecated, "No longer served": entry.version.sunset}
    return [f"{word} from {moment.date().isoformat()}." for word, moment in moments.items() if moment is not None]


def _moment(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat()


def change_lines(change: ChangeEntry) -> Iterator[str]:
    """One change as lines of Markdown, with a heading."""
    first, _, rest = change.description.partition("\n")
    yield f"### {first}"
    yield from ("", rest.strip()) if rest.strip() else ()
    if change.why:
        yield ""
        yield from (f"- {sentence}" for sentence in change.why)
    if change.operations:
        yield ""
        yield f"Operations: {', '.join(f'`{one}`' for one in change.operations)}."
    if change.sample is not None:
        before, after = (json.dumps(one, ensure_ascii=False) for one in (change.sample.before, change.sample.after))
        yield ""
        yield f"`{change.sample.subject}` before: `{before}`, and now: `{after}`."
    yield ""
    yield f"Declared by `{change.name}`."


def change_data(change: ChangeEntry) -> dict[str, Any]:
    """One change as JSON data."""
    shown = change.sample
    return {
        "name": change.name,
        "description": change.description,
        "facts": list(change.facts),
        "why": list(change.why),
        "operations": list(change.operations),
        "sample": shown and {"of": shown.subject, "before": shown.before, "after": shown.after},
    }
