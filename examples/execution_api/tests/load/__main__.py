"""`python -m examples.execution_api.tests.load`: proves what the server does under load, and prints the figures."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Coroutine, Iterator
from pathlib import Path

from examples.execution_api.tests.load.ledger import Ledger, held_by
from examples.execution_api.tests.load.server import LoadedServer, running
from examples.execution_api.tests.load.workers import AGENT, LIVES, Tally, after, crowded_world, drive
from examples.execution_api.tests.serving import SECRET
from timegate.observing.event import UNKNOWN
from timegate.observing.usage import usage

GROWTH_MIB = 24
"""By how much the server's memory may grow from the second quarter of the run to the last."""

SAMPLE_SECONDS = 0.5
SHOWN = 10


def main() -> int:
    """Load a server, then kill one.

    Returns:
        0 if every promise was kept; 1 if not.
    """
    parser = argparse.ArgumentParser(prog="python -m examples.execution_api.tests.load", description=__doc__)
    parser.add_argument("--workers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--kill-after", type=float, help="seconds into the second run; a quarter of the first, or 5")
    given = parser.parse_args()
    given.kill_after = given.kill_after or max(5.0, given.seconds / 4)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        for name, run in (("steady", _steady), ("killed", _killed), ("counted", _counted)):
            place = Path(folder, name)
            place.mkdir()
            found = list(run(place, given))
            wrong += found
            for line in found[:SHOWN]:
                print(f"  WRONG: {line}")
    print("every promise was kept" if not wrong else f"{len(wrong)} things are wrong")
    return 1 if wrong else 0


def _steady(folder: Path, given: argparse.Namespace) -> Iterator[str]:
    """Let the workers work until the time is over; yield what is wrong."""
    database, ledger = f"sqlite:///{folder / 'server.sqlite'}", Ledger()
    print(f"{given.workers} workers of nine versions, for {given.seconds:g} s", flush=True)
    usage_file = folder / "usage.sqlite"
    counting = ("--usage", str(usage_file))
    with running(folder, database=database, world=crowded_world(given.workers), options=counting) as server:
        began, worked = time.monotonic(), server.worked_seconds()
        tally, memory = asyncio.run(_watched(server, given, ledger))
        took, worked = time.monotonic() - began, server.worked_seconds() - worked
    _report(tally, took)
    print(f"  the server worked {worked:.1f} s, {worked / max(1, len(tally.seconds)) * 1000:.1f} ms for each request")
    yield from tally.unexpected
    yield from (f"{version} got {status}" for version, status in tally.statuses if status >= 500)
    yield from (f"a worker lost the server: {error}" for error in tally.broken_off)
    yield from _kept(ledger, database)
    yield from _agreed(tally, usage_file, AGENT)
    quarter = len(memory) // 4
    early, late = statistics.median(memory[quarter : 2 * quarter]), statistics.median(memory[-quarter:])
    figures = f"{early:.1f} MiB in the second quarter, {late:.1f} in the last, {max(memory):.1f} at most"
    print(f"  memory of the server: {figures}")
    if late - early > GROWTH_MIB:
        yield f"the memory of the server grew by {late - early:.1f} MiB"
    if tally.lives >= given.workers * LIVES:
        yield "the workers ran out of tasks"


async def _watched(server: LoadedServer, given: argparse.Namespace, ledger: Ledger) -> tuple[Tally, list[float]]:
    memory: list[float] = []
    work = asyncio.create_task(
        drive(server.url, secret=SECRET, workers=given.workers, is_over=after(given.seconds), ledger=ledger)
    )
    while not work.done():
        memory.append(server.resident_mib())
        await asyncio.wait([work], timeout=SAMPLE_SECONDS)
    return await work, memory


def _killed(folder: Path, given: argparse.Namespace) -> Iterator[str]:
    """Kill the server in the middle of the work, and start it again; yield what is wrong."""
    database, ledger = f"sqlite:///{folder / 'server.sqlite'}", Ledger()
    print(f"{given.workers} workers, and the server is killed after {given.kill_after:g} s", flush=True)
    with running(folder, database=database, world=crowded_world(given.workers)) as server:
        tally = asyncio.run(_broken_off(server, given, ledger))
    _report(tally, given.kill_after)
    yield from tally.unexpected
    if len(tally.broken_off) != given.workers:
        yield f"{given.workers - len(tally.broken_off)} workers did not notice the end of the server"
    if not ledger.promised:
        yield "nothing was promised before the end"
    with running(folder, database=database, world=None):
        print(f"  {len(ledger.asked)} writes were under way; the server responds again")
        yield from _kept(ledger, database)


async def _broken_off(server: LoadedServer, given: argparse.Namespace, ledger: Ledger) -> Tally:
    work = asyncio.create_task(
        drive(server.url, secret=SECRET, workers=given.workers, is_over=after(10 * given.kill_after), ledger=ledger)
    )
    await asyncio.sleep(given.kill_after)
    server.kill()
    return await work


def _counted(folder: Path, given: argparse.Namespace) -> Iterator[str]:
    """Let two servers count, and kill one in the middle of the work; yield where the counts are not the workers'."""
    database, usage_file = f"sqlite:///{folder / 'server.sqlite'}", folder / "usage.sqlite"
    options = ("--usage", str(usage_file))
    print(f"{given.workers} workers, two servers that count, one is killed after {given.kill_after:g} s", flush=True)
    world = crowded_world(given.workers)
    with (
        running(folder, database=database, world=world, options=options) as killed,
        running(folder, database=database, world=None, options=options) as other,
    ):
        tallies = asyncio.run(_two(killed, other, given))
    for tally, seconds in zip(tallies, (given.kill_after, given.seconds), strict=True):
        _report(tally, seconds)
        yield from tally.unexpected
    yield from _agreed(tallies[0], usage_file, "killed", open_requests=len(tallies[0].broken_off))
    yield from _agreed(tallies[1], usage_file, "other")


async def _two(killed: LoadedServer, other: LoadedServer, given: argparse.Namespace) -> tuple[Tally, Tally]:
    half = given.workers // 2
    is_over = after(given.seconds)

    def work(server: LoadedServer, agent: str, first: int) -> Coroutine[None, None, Tally]:
        return drive(
            server.url, secret=SECRET, workers=half, is_over=is_over, ledger=Ledger(), agent=agent, first=first
        )

    both = asyncio.gather(work(killed, "killed", 0), work(other, "other", half))
    await asyncio.sleep(given.kill_after)
    killed.kill()
    one, two = await both
    return one, two


def _agreed(tally: Tally, usage_file: Path, agent: str, *, open_requests: int = 0) -> Iterator[str]:
    """Yield where what a server counted is not what its workers counted.

    Args:
        tally: what the workers counted.
        usage_file: where the servers counted.
        agent: what the workers said that they are.
        open_requests: how many had no response when the server was killed: it may have counted them or not.
    """
    counted = Counter[tuple[str, int]]()
    for one in usage(usage_file):
        if one.client == f"task-sdk {agent}":
            counted[one.version, one.status] += one.number
    more = counted - tally.statuses
    requests, found = sum(tally.statuses.values()), sum(counted.values())
    print(f"  the workers counted {requests} responses, the server {found}; {open_requests} were under way at its end")
    for key in tally.statuses - counted:
        yield f"{key} was counted {counted[key]} times by the server, and {tally.statuses[key]} times by the workers"
    if sum(more.values()) > open_requests:
        yield f"the server counted {more}, which no worker saw"


def _kept(ledger: Ledger, database: str) -> list[str]:
    lost = list(ledger.lost(held_by(database)))
    print(f"  {len(ledger.promised)} changes were promised, {len(lost)} of them are lost")
    return lost


def _report(tally: Tally, seconds: float) -> None:
    requests, ordered = len(tally.seconds), sorted(tally.seconds)
    versions = len({version for version, _ in tally.statuses} - {UNKNOWN})
    by_class = Counter[int]()
    for (_, status), number in tally.statuses.items():
        by_class[status // 100] += number
    print(f"  {tally.lives} tasks by {requests} requests of {versions} versions, {requests / seconds:.0f} a second")
    print(f"  responses: {by_class[2]} of success, {by_class[4]} refusals, {by_class[5]} errors of the server")
    if ordered:
        cuts = [ordered[min(requests - 1, int(requests * part))] * 1000 for part in (0.5, 0.95, 0.99)]
        print("  milliseconds: {:.0f} in the median, {:.0f} at 95 %, {:.0f} at 99 %".format(*cuts))


if __name__ == "__main__":
    sys.exit(main())
