"""`python -m execution_api.demo [SDK …]`: real workers of several generations, on one server that knows only head.

The SDKs may also come from the environment variable `SDKS`; `all` means every one.
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
from execution_api.demo.plan import DAG_FILE, Act, Performance, performance_of, world_of
from execution_api.demo.progress import Progress
from execution_api.demo.report import render_report
from execution_api.demo.server import RunningServer, ServerFailed, running_server
from execution_api.demo.stage import ActResult, play_thread
from execution_api.demo.tally import exceptions_in
from execution_api.worker import (
    Environment,
    EnvironmentFailed,
    NoSuitablePython,
    UnknownSdk,
    find_interpreter,
    generations_of,
    make_environment,
)

_BROKEN_OFF: Final = 130
_DEFAULT_SDKS: Final = "1.0.0 1.3.2"
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
        performances = tuple(
            performance_of(generation)
            for generation in generations_of(" ".join(given) or os.environ.get("SDKS") or _DEFAULT_SDKS)
        )
        if not DAG_FILE.is_file():
            raise FileNotFoundError(f"{DAG_FILE} is not there: the demo is played from a checkout")
        # Whoever ends the demo ends its server and its files with it.
        signal.signal(signal.SIGTERM, _leave)
        return _play(performances)
    except KeyboardInterrupt:
        print("demo: broken off", file=sys.stderr)
        return _BROKEN_OFF
    except (UnknownSdk, NoSuitablePython, EnvironmentFailed, ServerFailed, FileNotFoundError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2


def _leave(signal_number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _play(performances: tuple[Performance, ...]) -> int:
    threads = [(performance, thread) for performance in performances for thread in performance.threads]
    progress = Progress(steps=sum(len(thread) for _, thread in threads))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="demo-")))
        pool = ThreadPoolExecutor(_WORKERS_AT_ONCE)
        # Where one thing fails or the user has had enough, what has not begun does not begin any more.
        stack.callback(pool.shutdown, cancel_futures=True)
        making = _make_environments(performances, pool=pool, progress=progress)
        server = stack.enter_context(running_server(folder, world=world_of(performances)))
        progress.say(f"the server listens at {server.url}")
        environments = {environment.generation.sdk: environment for environment in making}
        ledger = stack.enter_context(Ledger.at(server.database))
        results = _results(
            threads, pool=pool, environments=environments, server=server, ledger=ledger, progress=progress
        )
        print()
        print(render_report(results, exceptions=exceptions_in(server.log)))
        return 1 if any(result.faults for result in results) else 0


def _make_environments(
    performances: tuple[Performance, ...], *, pool: ThreadPoolExecutor, progress: Progress
) -> Iterator[Environment]:
    """Begin to make all environments; each is handed out when it is there."""
    interpreter = find_interpreter()

    def make(performance: Performance) -> Environment:
        environment = make_environment(performance.generation, interpreter=interpreter, report=progress.say)
        made = "was there" if environment.seconds is None else f"made in {environment.seconds:.1f} s"
        progress.say(f"Task SDK {environment.generation.sdk}: environment {made}")
        return environment

    return pool.map(make, performances)


def _results(
    threads: Sequence[tuple[Performance, tuple[Act, ...]]],
    *,
    pool: ThreadPoolExecutor,
    environments: dict[str, Environment],
    server: RunningServer,
    ledger: Ledger,
    progress: Progress,
) -> list[ActResult]:
    # An executor gives a task a token for `/run` only; the response to it has the token to go on with.
    token: Callable[[str], str] = partial(issue_token, scope="workload", secret=server.secret)

    def play(performance: Performance, thread: tuple[Act, ...]) -> list[ActResult]:
        return play_thread(
            thread,
            performance=performance,
            environment=environments[performance.generation.sdk],
            server=server,
            ledger=ledger,
            token=token,
            report=lambda result: progress.step(_line_of(result)),
        )

    # The longest first: a thread of two acts that begins last would be waited for alone.
    order = sorted(threads, key=lambda item: -len(item[1]))
    futures = {id(item): pool.submit(play, *item) for item in order}
    return [result for item in threads for result in futures[id(item)].result()]


def _line_of(result: ActResult) -> str:
    verdict = "" if not result.faults else "  WRONG"
    return (
        f"Task SDK {result.performance.generation.sdk}, {result.act.label}: {result.outcome}"
        f" after {result.tally.requests} requests in {result.run.seconds:.1f} s{verdict}"
    )


if __name__ == "__main__":
    sys.exit(main())
