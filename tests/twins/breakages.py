"""Breaks the compiler on purpose, one behaviour at a time, and asks whether the exchanges show it.

``python -m tests.twins.breakages`` copies the installed package, changes one line of it and runs the exchanges with the
copy. A breakage names the behaviour; the text that it replaces stands once in the whole package, wherever that is.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Breakage:
    """One behaviour that is broken.

    Args:
        name: what no longer happens.
        text: stands once in the package.
        instead: what stands there when it is broken.
    """

    name: str
    text: str
    instead: str


BREAKAGES = (
    Breakage(
        "a key that only head has is dropped from an open model",
        'writer.add("del v[k]")',
        'writer.add("pass")',
    ),
    Breakage(
        "the app's own handler of validation errors tells what timegate refuses",
        "    if own is not None and own.is_for(plan.head.route):\n",
        "    if own is not None and plan is None:\n",
    ),
    Breakage(
        "the app's own handler of validation errors gets the client's names",
        "        retell(scope, partial(_retelling, own, response))\n",
        "        return\n",
    ),
    Breakage(
        "a key that only head has is refused at a closed model",
        'writer.add(f"errors = unknown_key(errors, k, {told!r})")',
        'writer.add("pass")',
    ),
    Breakage(
        "a member that the client's version lacks is refused",
        "        raise UpgradeError(failures=[failure])\n",
        "        return value\n",
    ),
    Breakage(
        "an old client reads another member for a new one",
        "_Change(rest, {}, {} if seen_as is UNSET else dict.fromkeys(new, seen_as), new)",
        "_Change(rest, {}, {}, new)",
    ),
    Breakage(
        "an old client reads a renamed member by its old name",
        "return _Change(renamed, {old: new}, {new: old}, (new,))",
        "return _Change(renamed, {old: new}, {}, (new,))",
    ),
    Breakage(
        "an old client reads a value where head sends null",
        "null_to_old=value, missing_to_old=absent",
        "null_to_old=UNSET, missing_to_old=absent",
    ),
    Breakage(
        "what became required is filled where it is absent",
        "_replace(builder, place, schema, schema, missing_to_head=value)",
        "_replace(builder, place, schema, schema)",
    ),
    Breakage(
        "a value is converted on its way to an old client",
        "convert(builder, values, older, to_head=fact.to_head, to_old=fact.to_old, was=fact.was)",
        "convert(builder, values, older, to_head=fact.to_head, to_old=None, was=fact.was)",
    ),
    Breakage(
        "the items of a list are walked",
        'items, first_items = needed("items"), schema.get("prefixItems", [])',
        'items, first_items = None, schema.get("prefixItems", [])',
    ),
    Breakage(
        "an old client reads another arm for one that it does not know",
        'writer.add(f"v = copy_json({module.name(step.seen_as)})")',
        'writer.add("pass")',
    ),
    Breakage(
        "every value of a repeated parameter is kept",
        "for item in (value if is_array(value) else [value]) if",
        "for item in (value[:1] if is_array(value) else [value]) if",
    ),
    Breakage(
        "an old client gets the old status",
        "changes.setdefault(builder.boundary, []).append((fact.new, fact.was))",
        "pass",
    ),
    Breakage(
        "a 422 names the place as the client calls it",
        'converted["loc"] = self._gate.declared_place(place.location)',
        'converted["loc"] = list(location)',
    ),
    Breakage(
        "an old client reads a value for a removed field",
        "schema, fact.required is not False, fill, fact.was,",
        "schema, fact.required is not False, KeyRemoved.__dataclass_fields__['fill'].default, fact.was,",
    ),
)


def broken_copy(breakage: Breakage, folder: Path) -> Path:
    """Copy the package with one behaviour broken; gives what belongs on the path.

    Raises:
        LookupError: the text does not stand once in the package.
    """
    found = importlib.util.find_spec("timegate")
    assert found is not None
    assert found.origin is not None
    shutil.copytree(Path(found.origin).parent, folder / "timegate", ignore=shutil.ignore_patterns("__pycache__"))
    places = [path for path in (folder / "timegate").rglob("*.py") if breakage.text in path.read_text("utf-8")]
    if len(places) != 1 or places[0].read_text("utf-8").count(breakage.text) != 1:
        raise LookupError(f"{breakage.name}: its text stands at {len(places)} places, not once")
    text = places[0].read_text("utf-8")
    places[0].write_text(text.replace(breakage.text, breakage.instead), "utf-8")
    return folder


def exchanged(path: Path | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run exchanges in a process of their own, with another package first on the path."""
    before = [] if path is None else [str(path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*before, os.environ.get("PYTHONPATH", ""), "."])}
    command = [sys.executable, "-m", "tests.twins", *arguments]
    return subprocess.run(command, env=environment, text=True, capture_output=True, check=False)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.twins.breakages")
    parser.add_argument("--exchanges", default="20000")
    parser.add_argument("--seed", default="7")
    parser.add_argument("--only", help="part of a name")
    given = parser.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        known = folder / "known.txt"
        sought = ["--exchanges", given.exchanges, "--seed", given.seed, "--show", "0"]
        unbroken = exchanged(None, *sought, "--note", str(known))
        print(f"unbroken: {len(known.read_text('utf-8').splitlines())} differences; {unbroken.stdout.splitlines()[0]}")
        for index, breakage in enumerate(BREAKAGES):
            if given.only and given.only not in breakage.name:
                continue
            path = broken_copy(breakage, folder / str(index))
            ran = exchanged(path, *sought, "--known", str(known))
            seen = [line for line in ran.stdout.splitlines() if line.startswith("new:")]
            missed += not seen
            print(
                f"{'found' if seen else 'MISSED'}: {breakage.name}: {seen[0] if seen else ran.stderr[-300:]}",
                flush=True,
            )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
