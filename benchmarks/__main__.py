"""Measures, prints a table, writes JSON; with `--check`, says which target is missed and fails.

python -m benchmarks                   everything
python -m benchmarks --check           what has a target
python -m benchmarks --only transform  one group: requests, transform, whole, started
"""

from __future__ import annotations

import argparse
import asyncio
import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import inprocess, rows, started, transform, whole
from benchmarks.report import as_json, machine, start_line, timing_line
from benchmarks.summary import tables
from benchmarks.targets import Results, verdicts
from benchmarks.timing import Timing

GROUPS = ("requests", "transform", "started", "whole")


def main() -> int:
    """Measure what the arguments name, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="measure what has a target, and fail if one is missed")
    parser.add_argument("--only", choices=GROUPS, action="append", help="a group to measure; all of them by default")
    parser.add_argument("--rounds", type=int, help="turns of each side: 15 by default, 30 with --check")
    parser.add_argument("--seconds", type=float, default=0.01, help="how long a turn lasts")
    parser.add_argument("--tables", action="store_true", help="print the results once more, as tables in Markdown")
    parser.add_argument("--json", type=Path, help="where the results go as JSON")
    arguments = parser.parse_args()
    if arguments.check and arguments.only:
        parser.error("--check measures everything that has a target")
    wanted: tuple[str, ...] = (
        ("requests", "transform", "started") if arguments.check else tuple(arguments.only or GROUPS)
    )
    # Cadwyn warns about its own changelog, once for each app.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    groups = asyncio.run(measured(wanted, arguments))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(as_json(groups), indent=1, sort_keys=True) + "\n")
        print(f"written to {arguments.json}")
    if arguments.tables:
        print()
        print(tables(groups))
    if not all(group in groups for group in ("requests", "transform", "start-up", "import", "check")):
        return 0
    results = Results(groups["requests"], groups["transform"], groups["start-up"], groups["import"], groups["check"])
    found = verdicts(results)
    print("\ntargets")
    for verdict in found:
        print(f"  {verdict}")
    missed = [verdict for verdict in found if not verdict.met]
    print(f"{len(found) - len(missed)} of {len(found)} targets are met")
    return 1 if arguments.check and missed else 0


async def measured(wanted: tuple[str, ...], arguments: argparse.Namespace) -> dict[str, Mapping[str, Any]]:
    """The results of the groups that are wanted."""
    rounds: int = arguments.rounds or (30 if arguments.check else 15)
    seconds: float = arguments.seconds
    groups: dict[str, Mapping[str, Any]] = {}

    def report(name: str, timings: dict[str, Timing]) -> None:
        print(timing_line(name, timings), flush=True)

    if "started" in wanted:
        print("\nstart-up: 100 routes, 100 models, 20 versions; CPU time of fresh processes")
        groups["start-up"] = started.start_up(
            max(3, rounds // 2), lambda side, taken: print(start_line(side, taken), flush=True)
        )
        print("\nimport, in CPU time, where pydantic is in use already")
        groups["import"] = started.imports(
            max(3, rounds // 3), lambda name, taken: print(f"{name:16} {taken * 1000:7.1f} ms", flush=True)
        )
        print("\ntimegate check: 200 routes, 20 versions; CPU time beyond the app and its document")
        groups["check"] = started.checks(max(3, rounds // 5))
        print(f"{groups['check']['check']:7.2f} s", flush=True)
    if "transform" in wanted:
        print("\ntransform over the parser's own load and dump, in CPU time")
        groups["transform"] = await transform.measured(rounds=rounds, seconds=seconds, report=report)
    if "requests" in wanted:
        print("\nrequests in process, in CPU time; ratios to the bare app")
        chosen = [row for row in rows.rows() if not arguments.check or rows.wanted_by_targets(row)]
        groups["requests"] = await inprocess.measured(
            chosen, rounds=rounds, seconds=seconds, report=lambda row, timings: report(row.name, timings)
        )
    if "whole" in wanted:
        print("\nwhole process: uvicorn with httptools, 8 connections; a request's share of the time")
        groups["whole"] = await whole.measured(rounds=max(3, rounds // 6), seconds=1.0, report=report)
    return groups


if __name__ == "__main__":
    raise SystemExit(main())
