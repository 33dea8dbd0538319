"""`python -m execution_api.demo [SDK …]`: real workers of several generations, on one server that knows only head.

The SDKs may also come from the environment variable `SDKS`; `all` means every one. Workers in other languages come from
the environment variable `LANGUAGES`: `go typescript`.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

from execution_api.auth import issue_token
from execution_api.demo.ledger import Ledger
from execution_api.demo.plan import (
    DAG_FILE,
    Act,
    Performance,
    Worker,
    language_performance_of,
    performance_of,
    world_of,
)
from execution_api.demo.progress import Progress
from execution_api.demo.report import render_report
from execution_api.demo.server import ServerFailed, running_server
from execution_api.demo.stage import ActResult, Player, Stage
from execution_api.demo.tally import exceptions_in
from execution_api.worker import (
    GENERATIONS,
    BuildFailed,
    EnvironmentFailed,
    Generation,
    Interpreter,
    LanguageWorker,
    NoSuitablePython,
    UnknownLanguage,
    UnknownSdk,
    build,
    find_interpreter,
    generations_of,
    language_workers_of,
    make_environment,
)
from timegate.observing.usage import losses, usage

_BROKEN_OFF: Final = 130
_DEFAULT_SDKS: Final = "1.0.0 1.3.2"
_NOT_PLAYED: Final = (
    UnknownSdk,
    UnknownLanguage,
    NoSuitablePython,
    EnvironmentFailed,
    BuildFailed,
    ServerFailed,
    FileNotFoundError,
)
# A worker mostly waits.
_WORKERS_AT_ONCE: Final = 2 * (os.cpu_count() or 1)


def main(words: Sequence[str] | None = None) -> int:
    """Play the demo.

    Args:
        words: The SDKs, as on the command line.

    Returns:
        0 if every outcome is as it must be, 1 if one is not, 2 if it could not be played, 130 if it was broken off.
    """
    given = list(sys.argv[1:] if words is None else words)
    try:
        generations = generations_of(" ".join(given) or os.environ.get("SDKS") or _DEFAULT_SDKS)
        languages = language_workers_of(os.environ.get("LANGUAGES", ""))
        performances = (
            *(performance_of(generation) for generation in generations),
            *(language_performance_of(one, partner=_partner(one, generations)) for one in languages),
        )
        if not DAG_FILE.is_file():
            raise FileNotFoundError(f"{DAG_FILE} is not there: the demo is played from a checkout")
        # Whoever ends the demo ends its server and its files with it.
        signal.signal(signal.SIGTERM, _leave)
        return _play(performances)
    except KeyboardInterrupt:
        print("demo: broken off", file=sys.stderr)
        return _BROKEN_OFF
    except _NOT_PLAYED as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2


def _leave(signal_number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _partner(worker: LanguageWorker, generations: Sequence[Generation]) -> Generation:
    """A Task SDK of another version, the newest of those that take part; if none is, the newest of all."""
    others = [one for one in generations if one.api_version != worker.api_version]
    return others[-1] if others else GENERATIONS[-1]


def _play(performances: tuple[Performance, ...]) -> int:
    threads = [(performance, thread) for performance in performances for thread in performance.threads]
    workers = tuple(dict.fromkeys(act.worker for _, thread in threads for act in thread))
    progress = Progress(steps=sum(len(thread) for _, thread in threads))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="demo-")))
        pool = ThreadPoolExecutor(_WORKERS_AT_ONCE)
        # Where one thing fails or the user has had enough, what has not begun does not begin any more.
        stack.callback(pool.shutdown, cancel_futures=True)
        ready = _make_ready(workers, pool=pool, progress=progress)
        server = stack.enter_context(running_server(folder, world=world_of(performances)))
        progress.say(f"the server listens at {server.url}")
        stage = Stage(
            server=server,
            ledger=stack.enter_context(Ledger.at(server.database)),
            # An executor gives a task a token for `/run` only; the response to it has the token to go on with.
            token=partial(issue_token, scope="workload", secret=server.secret),
            players=dict(zip(workers, ready, strict=True)),
        )
        results = _results(threads, pool=pool, stage=stage, progress=progress)
        print()
        print(
            render_report(
                results, exceptions=exceptions_in(server.log), usage=usage(server.usage), losses=losses(server.usage)
            )
        )
        return 1 if any(result.faults for result in results) else 0


def _make_ready(workers: tuple[Worker, ...], *, pool: ThreadPoolExecutor, progress: Progress) -> Iterator[Player]:
    """Begin to install and to build all workers; each is handed out when it is there."""
    interpreter = find_interpreter()

    def make(worker: Worker) -> Player:
        player = _ready(worker, interpreter=interpreter, report=progress.say)
        made = "was there" if player.seconds is None else f"made in {player.seconds:.1f} s"
        progress.say(f"{worker.name}: {made}")
        return player

    return pool.map(make, workers)


def _ready(worker: Worker, *, interpreter: Interpreter, report: Callable[[str], None]) -> Player:
    match worker:
        case Generation():
            return make_environment(worker, interpreter=interpreter, report=report)
        case LanguageWorker():
            return build(worker, report=report)


def _results(
    threads: Sequence[tuple[Performance, tuple[Act, ...]]],
    *,
    pool: ThreadPoolExecutor,
    stage: Stage,
    progress: Progress,
) -> list[ActResult]:
    def play(performance: Performance, thread: tuple[Act, ...]) -> list[ActResult]:
        return stage.play(thread, performance=performance, report=lambda result: progress.step(_line_of(result)))

    # The longest first: a thread of several acts that begins last would be waited for alone.
    order = sorted(threads, key=lambda item: -len(item[1]))
    futures = {id(item): pool.submit(play, *item) for item in order}
    return [result for item in threads for result in futures[id(item)].result()]


def _line_of(result: ActResult) -> str:
    verdict = "" if not result.faults else "  WRONG"
    return (
        f"{result.act.worker.name}, {result.act.label}: {result.outcome}"
        f" after {result.tally.requests} requests in {result.run.seconds:.1f} s{verdict}"
    )


if __name__ == "__main__":
    sys.exit(main())
