"""The page on coverage, made of what the tests run: ``python -m tests.coverage``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Final, NamedTuple

from tests.coverage.exchanges import exchange
from tests.coverage.others import DECIDED, OUT
from tests.coverage.schemas import schema_change
from tests.coverage.typespec import PAIRS
from timegate.changes.base import UNSET, Fact

PAGE: Final = Path("docs/coverage.md")
DATA: Final = Path(__file__).parent / "data" / "kinds.tsv"

HEAD: Final = """\
# Coverage

Which changes of an API can be said, and with which fact. This page is made by the tests that it tells of
(`python -m tests.coverage`): each kind that is *mended* has a test in which the change breaks an old client, and in
which the fact mends it.

- **mended**: the fact carries the change out on data. Where the new side is narrower, somebody has to say what becomes
  of a value that it does not take: that decision is an argument of the fact.
- **decided**: nothing is converted; the author decides, with the words of the last column.
- **out of scope**: why nothing is done here.

## Kinds of breaking changes
"""

TYPESPEC: Final = """
## The decorators of TypeSpec

TypeSpec tells with seven decorators what changed between two versions. What is said here instead:

| decorator | on | here |
|---|---|---|
"""


class Row(NamedTuple):
    """One kind of change.

    Args:
        kind: its name.
        state: mended, decided or out of scope.
        fact: as a version file writes it, with its arguments in short.
        why: the decision that it needs, or why it is out of scope.
    """

    kind: str
    state: str
    fact: str
    why: str


def kinds() -> list[str]:
    """The names of all kinds."""
    lines = DATA.read_text(encoding="utf-8").splitlines()
    return [line.partition("\t")[0] for line in lines[2:]]


def row(kind: str) -> Row:
    """What can be said of a kind.

    Raises:
        KeyError: nothing.
    """
    found = schema_change(kind) or exchange(kind)
    if found is not None:
        return Row(kind, "mended", f"`{in_short(found.fact)}`", found.decision)
    if kind in DECIDED:
        return Row(kind, "decided", "", DECIDED[kind])
    return Row(kind, "out of scope", "", OUT[kind])


def in_short(fact: Fact) -> str:
    """A fact as code, with the names of its arguments alone."""
    subject = re.sub(r"^on\(.*?\)", "on(M)", fact.subject_code())
    subject = re.sub(r"^endpoint\(.*?\)", "endpoint(…)", subject)
    told = (*fact.subject, fact.positional)
    given = [one.name for one in fields(fact) if one.name not in told]
    given = [name for name in given if getattr(fact, name) not in (UNSET, None)]
    leading = [] if not fact.positional or fact.positional in fact.subject else ["…"]
    if fact.positional == "fields" and "fields" not in fact.subject:
        leading = [repr(name) for name in getattr(fact, "fields", ())]
    return f"{subject}.{fact.verb}({', '.join([*leading, *(f'{name}=…' for name in given)])})"


def lines() -> Iterator[str]:
    rows = [row(kind) for kind in kinds()]
    counts = Counter(one.state for one in rows)
    yield HEAD
    told = ", ".join(f"{counts[state]} {state}" for state in ("mended", "decided", "out of scope"))
    yield f"The {len(rows)} kinds that oasdiff 1.37 tells apart: {told}.\n"
    yield "| kind | | fact | decision, or why not |"
    yield "|---|---|---|---|"
    yield from (f"| `{one.kind}` | {one.state} | {one.fact} | {one.why} |" for one in rows)
    yield TYPESPEC.removesuffix("\n")
    yield from (f"| `{decorator}` | {target} | {here} |" for decorator, target, here in PAIRS)


def page() -> str:
    """The whole page."""
    return "\n".join(lines()) + "\n"
