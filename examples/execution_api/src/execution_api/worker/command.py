"""The `worker` command: an environment for one SDK, one task, its log."""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import sys
from pathlib import Path
from typing import Final
from uuid import UUID

from execution_api.models import TaskInstance
from execution_api.worker.environments import EnvironmentFailed, make_environment
from execution_api.worker.interpreter import NoSuitablePython
from execution_api.worker.run import TaskOrder, TaskRun, run_task
from execution_api.worker.sdks import GENERATIONS, UnknownSdk, generation_of
from execution_api.worker.workload import workload_for

__all__ = ["add_arguments", "run"]

# The command line does not know it, and no task asks.
_ANY_DAG_VERSION: Final = UUID(int=0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    versions = ", ".join(generation.sdk for generation in GENERATIONS)
    parser.add_argument("--sdk", required=True, help=f"version of the Task SDK: {versions}")
    parser.add_argument("--dag", required=True, type=Path, metavar="FILE", help="the file that holds the DAG")
    parser.add_argument("--task", required=True, metavar="TASK_ID", help="the task to run")
    parser.add_argument("--run-id", required=True, help="the DAG run to run it in")
    parser.add_argument("--server", required=True, metavar="URL", help="the base URL of the execution API")
    parser.add_argument("--token", required=True, help="a token whose subject is the task instance")
    parser.add_argument("--dag-id", help="by default the name of the file without its ending")
    parser.add_argument("--try-number", type=int, default=1)
    parser.add_argument("--map-index", type=int, default=-1)


def run(arguments: argparse.Namespace) -> int:
    """Run the task, print both logs and a line of summary.

    Returns:
        0 if the supervisor did its work, whatever became of the task; 1 if it did not; 2 if it could not be started.
    """
    dag_file: Path = arguments.dag
    try:
        if not dag_file.is_file():
            raise ValueError(f"there is no DAG file {dag_file}")
        generation = generation_of(arguments.sdk)
        task_instance = TaskInstance(
            id=UUID(_subject(arguments.token)),
            dag_id=arguments.dag_id or dag_file.stem,
            task_id=arguments.task,
            run_id=arguments.run_id,
            try_number=arguments.try_number,
            map_index=arguments.map_index,
            dag_version_id=_ANY_DAG_VERSION,
        )
        order = TaskOrder(
            task_instance=workload_for(generation, task_instance),
            dag_file=dag_file,
            server=arguments.server,
            token=arguments.token,
        )
        environment = make_environment(generation, report=lambda line: print(line, file=sys.stderr, flush=True))
    except (ValueError, UnknownSdk, NoSuitablePython, EnvironmentFailed) as error:
        print(error, file=sys.stderr)
        return 2
    finished = run_task(environment, order)
    _show(finished)
    return 0 if finished.error is None else 1


def _show(finished: TaskRun) -> None:
    print("--- supervisor")
    print(finished.supervisor_log.rstrip())
    print("--- task")
    print(finished.task_log.rstrip())
    print(f"--- {len(finished.exchanges)} requests in {finished.seconds:.1f} s")
    if finished.error is not None:
        print(finished.error, file=sys.stderr)


def _subject(token: str) -> str:
    """The subject of a JSON Web Token, unverified: the server verifies it.

    Source:
        RFC 7519, section 4.1.2.
    """
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        subject = claims["sub"]
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error) as error:
        raise ValueError("the token is no JSON Web Token with a subject") from error
    if not isinstance(subject, str):
        raise ValueError("the token's subject is no text")
    return subject
