"""Run exchanges: ``python -m tests.twins --exchanges 20000 --seed 7 --seconds 60``."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from tests.twins.compare import judged
from tests.twins.pairs import Pair, listening
from tests.twins.requests import Request
from tests.twins.running import PER_PAIR, Found, Report, run
from tests.twins.shrinking import shrunk
from timegate import CompileError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.twins", description="An old app beside today's.")
    parser.add_argument("--exchanges", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=None)
    parser.add_argument("--size", type=int, choices=(0, 1, 2), default=None, help="of all pairs")
    parser.add_argument("--first", type=int, default=0, help="the number of the first pair")
    parser.add_argument("--each", type=int, default=PER_PAIR, help="exchanges with one pair")
    parser.add_argument("--show", type=int, default=12, help="so many differences")
    parser.add_argument("--code", action="store_true", help="show the code of both apps with each")
    parser.add_argument("--pair", help="show the code of one pair, as it is printed with a difference")
    parser.add_argument("--only", type=int, help="and exchange this one request with it")
    parser.add_argument("--note", type=Path, help="write down where each difference was seen")
    parser.add_argument("--known", type=Path, help="end at the first difference that is not written down there")
    given = parser.parse_args()
    if given.pair:
        pair = Pair.of(given.pair, given.size)
        print(pair if isinstance(pair, CompileError) else pair.source())
        if isinstance(pair, Pair) and given.only is not None:
            asyncio.run(again(pair, given.only))
        return 0
    known = set(given.known.read_text("utf-8").splitlines()) if given.known else set[str]()

    def enough(report: Report) -> bool:
        return given.known is not None and any(key not in known for key in report.keys)

    report = asyncio.run(
        run(
            seed=given.seed,
            exchanges=given.exchanges,
            seconds=given.seconds,
            size=given.size,
            first=given.first,
            each=given.each,
            enough=enough,
        )
    )
    if given.note:
        given.note.write_text("\n".join(report.keys), "utf-8")
    if enough(report):
        key = next(key for key in report.keys if key not in known)
        print(f"new: {key}, after {report.exchanges} exchanges")
    show(report, most=given.show, code=given.code)
    return 1 if report.different or report.errors or report.overused() else 0


def show(report: Report, *, most: int, code: bool) -> None:
    """Print what a run has shown."""
    rate = report.exchanges / report.seconds if report.seconds else 0
    print(f"seed {report.seed}: {report.exchanges} exchanges with {report.pairs} pairs, {rate:.0f} a second")
    print("kinds:", ", ".join(f"{kind} {count}" for kind, count in sorted(report.kinds.items())))
    print("facts:", ", ".join(f"{kind} {count}" for kind, count in sorted(report.verbs.items())))
    print("laws:", ", ".join(f"{law} {count}" for law, count in sorted(report.laws.items())))
    for (law, name), count in sorted(report.excused.items()):
        print(f"excused: {law}: {name} {count} ({100 * count / report.laws[law]:.1f} %)")
    for law in report.overused():
        print(f"FAULT of the generator: {law} is excused in more than 5 % of its cases")
    print(f"responses that no old app can build: {sum(report.unbuilt.values())}")
    for error, count in report.unbuilt.most_common(3):
        print(f"  {count} {' '.join(error.split())}")
    print(f"timelines refused: {sum(report.refused.values())}")
    for fault, count in report.refused.most_common():
        print(f"  {count} {fault}\n      {report.refused_at[fault]}")
    for error, count in report.errors.most_common():
        print(f"ERROR {count} times, at pair {report.errors_at[error]}: {error}")
    print(f"exchanges that differ: {report.different}, in {len(report.counts)} ways")
    for key, count in report.counts.most_common(most):
        found = report.found[key]
        print(
            f"\n{count} x {' | '.join(key)}\n  pair {found.pair} exchange {found.number}: {asyncio.run(small(found))}"
        )
        print("\n".join(f"    {fact}" for fact in found.facts))
        print(f"  {found.difference.details}")
        if code:
            print("\n".join(f"    {line}" for line in found.source.splitlines()))


async def again(pair: Pair, number: int) -> None:
    """Exchange one request, and print all that is known of it."""
    exchange = await pair.exchange(number)
    if exchange is None:
        return
    print(f"# {exchange.request}")
    print(f"# old {exchange.old_response.status} {exchange.old_response.body!r}")
    print(f"# new {exchange.new_response.status} {exchange.new_response.body!r} {exchange.log}")
    for law, difference in judged(exchange, pair.own, pair.heads):
        print(f"# {law}: {'holds' if difference is None else difference.details}")


async def small(found: Found) -> Request | str:
    """The request of a difference, made smaller."""
    pair = Pair.of(found.pair, found.size)
    drawn = None if isinstance(pair, CompileError) else pair.request(found.number)
    if isinstance(pair, CompileError) or drawn is None:
        return found.request
    return await shrunk(pair, *drawn, found.difference.law, found.difference.what)


if __name__ == "__main__":
    with listening():
        sys.exit(main())
