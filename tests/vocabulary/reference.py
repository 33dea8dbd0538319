"""The reference of every fact: what the code says of it, and what its examples do. ``python -m tests.vocabulary``."""

from __future__ import annotations

import difflib
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.vocabulary import endpoints, examples
from tests.vocabulary.endpoints import EndpointExample
from tests.vocabulary.examples import Example
from timegate.changes.base import Fact
from timegate.changes.subjects import Endpoint, Members, Models
from timegate.typing import is_object

PAGE: Final = Path("docs/vocabulary.md")
START: Final = "<!-- The rest is written by `python -m tests.vocabulary`. -->\n"

SUBJECTS: Final[dict[str, type]] = {"on(M)": Models, "enum(E)": Members, "endpoint(…)": Endpoint}

HEAD: Final = """
## Reference

One example for each fact, as it ran. A table shows what differs between an old client and head; a diff what the old
document says (`+`) in place of the newest one (`-`).
"""


def methods() -> list[str]:
    """Every fact that the vocabulary has, as ``subject.method``."""
    return [
        f"{written}.{name}"
        for written, subject in SUBJECTS.items()
        for name, method in vars(subject).items()
        if inspect.isfunction(method) and not name.startswith("_")
    ]


def reference() -> str:
    """The reference, as it stands at the end of the page."""
    return START + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield HEAD.removesuffix("\n")
    known: dict[str, list[Example] | list[EndpointExample]] = {**examples.EXAMPLES, **endpoints.EXAMPLES}
    for name in methods():
        written, _, method = name.rpartition(".")
        function = getattr(SUBJECTS[written], method)
        yield from ("", f"### `{written}.{method}`", "", _text(inspect.getdoc(function) or ""), "")
        yield f"`{_signature(function)}`"
        for example in known[name]:
            yield from _of_fact(example.fact)
            if isinstance(example, Example):
                yield from _payloads(example)
            else:
                yield from _exchange(example)
            yield from _difference(*example.documents())


def _text(docstring: str) -> str:
    """A docstring in Markdown."""
    return docstring.replace("``", "`")


def _signature(function: Any) -> str:
    found = inspect.signature(function)
    text = str(found.replace(parameters=list(found.parameters.values())[1:]))
    text = re.sub(r"(timegate\.[\w.]*|typing\.|')", "", text)
    return f"{function.__name__}{text}".replace(" | Unset = UNSET", " = …").replace(" = UNSET", " = …")


def _of_fact(fact: Fact) -> Iterator[str]:
    """A fact as code, and what its class says of its arguments."""
    yield from ("", "```py", str(fact), "```")
    classes: tuple[Any, ...] = (type(fact), *type(fact).__bases__)
    written = "\n".join(inspect.getdoc(one) or "" for one in classes if one is type(fact) or not issubclass(one, Fact))
    _, _, arguments = _text(written).partition("Args:\n")
    if arguments:
        yield ""
    for line in inspect.cleandoc(arguments).splitlines():
        name, colon, text = line.partition(": ")
        is_name = bool(colon) and re.fullmatch(r"\w+", name) is not None
        yield f"- `{name}`: {text}" if is_name else f"  {line.strip()}"


def _payloads(example: Example) -> Iterator[str]:
    rows = example.rows()
    if rows:
        yield from ("", "| | an old client | | head |", "|---|---|---|---|")
    for what, way, old, head in rows:
        shown = [_cell(value) for value in _differing(old, head)]
        yield f"| {what} | {shown[0]} | {way} | {shown[1]} |"


def _differing(old: Any, head: Any) -> tuple[Any, Any]:
    """Two objects without the members that are the same; both whole where nothing differs."""
    if not is_object(old) or not is_object(head) or old == head:
        return old, head
    return _without(old, head), _without(head, old)


def _without(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.items() if key not in other or other[key] != value}


def _cell(value: Any) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _exchange(example: EndpointExample) -> Iterator[str]:
    yield ""
    yield from (f"- {what} `{text}`" for what, text in example.exchange())


def _difference(old: Any, newest: Any) -> Iterator[str]:
    """What the old document says in place of the newest one."""
    before, after = (
        json.dumps(one, indent=1, ensure_ascii=False, sort_keys=True).splitlines() for one in (newest, old)
    )
    found = [line for line in difflib.unified_diff(before, after, n=1, lineterm="") if line[:3] not in ("---", "+++")]
    lines = [line for line in found if not line.startswith("@@")]
    if lines:
        yield from ("", "```diff", *lines, "```")
