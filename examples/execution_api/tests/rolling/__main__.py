"""`python -m examples.execution_api.tests.rolling`: an upgrade that is rolled back loses no request under a ceiling."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from execution_api.versions import timeline

from examples.execution_api.tests.load.ledger import Ledger, held_by
from examples.execution_api.tests.load.server import LoadedServer, running
from examples.execution_api.tests.load.workers import Tally, crowded_world, drive
from examples.execution_api.tests.rolling.balancer import Balancer, balancing
from examples.execution_api.tests.rolling.releases import NEWEST, OLDER, older_release, rows_before
from examples.execution_api.tests.serving import SECRET
from timegate.observing.event import UNKNOWN

UPGRADE_SECONDS = 120
"""How long workers may need at most to end the tasks that they have begun."""

ONE_EACH = httpx.Limits(max_keepalive_connections=0)
"""One connection for each request, here and by the workers: the balancer closes idle ones when it is set up anew."""

SHOWN = 5


def main() -> int:
    """Upgrade, roll back and upgrade again under a ceiling, and the first half of it without one.

    Returns:
        0 if no request failed under the ceiling, and some did without; 1 if not.
    """
    parser = argparse.ArgumentParser(prog="python -m examples.execution_api.tests.rolling", description=__doc__)
    parser.add_argument("--workers", type=int, default=200)
    parser.add_argument(
        "--seconds", type=float, default=4, help="how long the workers work in each state of the servers"
    )
    given = parser.parse_args()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="rolling-") as folder:
        release = older_release(_new(Path(folder, "older")))
        under = Roll(_new(Path(folder, "ceiling")), release, given.workers, has_ceiling=True)
        wrong += under.run(given.seconds)
        without = Roll(_new(Path(folder, "none")), release, given.workers, has_ceiling=False)
        failures = without.run(given.seconds)
    for line in wrong[:SHOWN]:
        print(f"  WRONG: {line}")
    for line in failures[:1]:
        print(f"  for example: {line}")
    if not failures:
        wrong.append("nothing failed without a ceiling")
    print("every promise was kept" if not wrong else f"{len(wrong)} things are wrong")
    return 1 if wrong else 0


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


@dataclass(slots=True)
class Roll:
    """Two servers behind a balancer, and the workers in front of it.

    Args:
        folder: where everything goes.
        release: the release before this one.
        workers: how many.
        has_ceiling: whether the servers have a ceiling.
    """

    folder: Path
    release: Path
    workers: int
    has_ceiling: bool
    offered: dict[int, str] = field(default_factory=dict[int, str])
    spoken: dict[int, str] = field(default_factory=dict[int, str])
    is_over: bool = False
    servers: list[tuple[LoadedServer, ExitStack]] = field(default_factory=list[tuple[LoadedServer, ExitStack]])

    @property
    def ceiling(self) -> Path:
        """The file that all servers read."""
        return self.folder / "ceiling"

    @property
    def database(self) -> str:
        """The one database; the release before does not know all of its columns."""
        return f"sqlite:///{self.folder / 'server.sqlite'}"

    def run(self, seconds: float) -> list[str]:
        """Let the workers work while the servers are replaced; return what went wrong."""
        self.ceiling.write_text(OLDER)
        print(f"{self.workers} workers, two servers, {'a' if self.has_ceiling else 'no'} ceiling", flush=True)
        # The release that follows adds its columns while this one works.
        with self._start(self.release, crowded=True)[1]:
            pass
        try:
            self.servers = [self._start(self.release) for _ in range(2)]
            ledger = Ledger()
            tally = asyncio.run(self._work(seconds, ledger))
        finally:
            for _, stack in self.servers:
                stack.close()
        lost = list(ledger.lost(held_by(self.database)))
        versions = sorted({version for version, _ in tally.statuses} - {UNKNOWN})
        print(f"  {tally.lives} tasks by {len(tally.seconds)} requests, from version {versions[0]} to {versions[-1]}")
        print(f"  {len(tally.unexpected)} requests failed; {len(tally.broken_off)} got no response; ", end="")
        print(f"{len(ledger.promised)} changes were promised, {len(lost)} of them are lost", flush=True)
        return [*tally.unexpected, *tally.broken_off, *lost, *self._not_shown(versions)]

    def _not_shown(self, versions: list[str]) -> Iterator[str]:
        if self.has_ceiling and NEWEST not in versions:
            yield f"no worker came to speak {NEWEST}"

    async def _work(self, seconds: float, ledger: Ledger) -> Tally:
        ports = [server.port for server, _ in self.servers]
        async with balancing(_new(self.folder / "nginx"), ports) as balancer:
            work = asyncio.create_task(
                drive(
                    balancer.url,
                    secret=SECRET,
                    workers=self.workers,
                    is_over=lambda: self.is_over,
                    ledger=ledger,
                    versions=timeline.values[1:],
                    upgraded=self._upgraded,
                    keeps_connections=False,
                )
            )
            try:
                await self._roll(balancer, seconds)
            finally:
                self.is_over = True
                tally = await work
            return tally

    def _upgraded(self, number: int) -> str | None:
        """The version that a worker speaks from its next task on; None for the one that it speaks."""
        if number in self.offered:
            self.spoken[number] = self.offered[number]
        return self.offered.get(number)

    async def _roll(self, balancer: Balancer, seconds: float) -> None:
        """Upgrade one server, then half of the clients, roll back; under a ceiling, upgrade everything in the end."""
        await asyncio.sleep(seconds)
        await self._replace(0, None, balancer)
        await self._upgrade_clients(balancer, range(0, self.workers, 2))
        await asyncio.sleep(seconds)
        await self._replace(0, self.release, balancer)
        await asyncio.sleep(seconds)
        if not self.has_ceiling:
            return
        for place in range(2):
            await self._replace(place, None, balancer)
        self.ceiling.write_text(NEWEST)
        print(f"  the ceiling is raised to {NEWEST}", flush=True)
        await self._upgrade_clients(balancer, range(1, self.workers, 2))
        await asyncio.sleep(seconds)

    async def _replace(self, place: int, release: Path | None, balancer: Balancer) -> None:
        """Replace one server by one of another release, when it has ended what it has begun."""
        old, stack = self.servers[place]
        await balancer.send_to([server.port for server, _ in self.servers if server is not old])
        await asyncio.to_thread(stack.close)
        self.servers[place] = await asyncio.to_thread(self._start, release)
        await balancer.send_to([server.port for server, _ in self.servers])
        print(f"  server {place + 1} is {'this release' if release is None else 'the release before'}", flush=True)

    async def _upgrade_clients(self, balancer: Balancer, numbers: range) -> None:
        """Let workers speak the newest version that a server offers them, from their next task on."""
        async with httpx.AsyncClient(base_url=balancer.url, limits=ONE_EACH, timeout=60, trust_env=False) as client:
            for number in numbers:
                # Which versions there are is in the problem of a version that is none.
                response = await client.get("/variables/x", headers={"Airflow-API-Version": "none"})
                self.offered[number] = response.json()["supported_versions"][0]
        for _ in range(UPGRADE_SECONDS * 10):
            if self.spoken.keys() >= set(numbers):
                break
            await asyncio.sleep(0.1)
        versions = sorted({self.offered[number] for number in numbers})
        print(f"  {len(numbers)} workers are upgraded to {' or '.join(versions)}", flush=True)

    def _start(self, release: Path | None, *, crowded: bool = False) -> tuple[LoadedServer, ExitStack]:
        stack = ExitStack()
        options = ("--ceiling", str(self.ceiling)) if self.has_ceiling else ()
        world = rows_before(crowded_world(self.workers)) if crowded else None
        place = running(self.folder, database=self.database, world=world, options=options, release=release)
        return stack.enter_context(place), stack


if __name__ == "__main__":
    sys.exit(main())
