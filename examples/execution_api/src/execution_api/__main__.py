"""`python -m execution_api`: serve the API, issue a token, or run one task with one SDK."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from execution_api.app import create_app
from execution_api.auth import issue_token
from execution_api.request_log import JsonFormatter
from execution_api.worker import command as worker

__all__ = ["app_from_environment", "main"]

# These environment variables configure the processes that uvicorn starts.
NAMES = ("DATABASE", "SECRET_FILE", "WORLD", "CEILING", "USAGE", "SAMPLE")
DATABASE, SECRET_FILE, WORLD, CEILING, USAGE, SAMPLE = (f"EXECUTION_API_{name}" for name in NAMES)

KEEP_ALIVE_SECONDS = 75
"""How long an idle connection is kept: longer than by clients, whose request fails on one that is being closed."""


def main(words: list[str] | None = None) -> int:
    """Run the command.

    Args:
        words: the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m execution_api", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    _serve_arguments(commands.add_parser("serve", help="serve the API"))
    _token_arguments(commands.add_parser("token", help="issue a token"))
    worker.add_arguments(commands.add_parser("worker", help="run one task with one SDK"))
    given = parser.parse_args(words)
    return {"serve": _serve, "token": _token, "worker": worker.run}[given.command](given)


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--database", metavar="URL", default="sqlite:///execution_api.db")
    parser.add_argument("--secret-file", metavar="F", type=Path, required=True, help="holds the secret of the tokens")
    parser.add_argument("--world", metavar="FILE", type=Path, help="rows to start from, if the database is empty")
    parser.add_argument("--ceiling", metavar="FILE", type=Path, help="holds the newest version to offer")
    parser.add_argument("--usage", metavar="FILE", type=Path, help="where requests are counted, by SDK")
    parser.add_argument("--sample", type=float, default=0.01, help="in which share of them losses are counted")
    parser.add_argument("--processes", type=int, default=1)


def _token_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("subject", help="the id of a task instance or of a connection test, or queue:NAME")
    parser.add_argument("--secret-file", metavar="F", type=Path, required=True)
    parser.add_argument("--scope", choices=("execution", "workload"), default="execution")


def _serve(given: argparse.Namespace) -> int:
    os.environ[DATABASE] = given.database
    os.environ[SECRET_FILE] = str(given.secret_file)
    os.environ[WORLD] = str(given.world or "")
    os.environ[CEILING] = str(given.ceiling or "")
    os.environ[USAGE] = str(given.usage or "")
    os.environ[SAMPLE] = str(given.sample)
    _secret(given.secret_file)  # fail here if it is missing or unreadable, not in each process
    uvicorn.run(
        "execution_api.__main__:app_from_environment",
        factory=True,
        host=given.host,
        port=given.port,
        workers=given.processes,
        access_log=False,
        log_config=None,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    return 0


def _token(given: argparse.Namespace) -> int:
    print(issue_token(given.subject, given.scope, secret=_secret(given.secret_file)))
    return 0


def app_from_environment() -> Starlette:
    """Make the application of one server process."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    world, ceiling, usage = (os.environ.get(name) for name in (WORLD, CEILING, USAGE))
    return create_app(
        database=os.environ[DATABASE],
        secret=_secret(Path(os.environ[SECRET_FILE])),
        world=json.loads(Path(world).read_text()) if world else None,
        ceiling=Path(ceiling) if ceiling else None,
        usage=Path(usage) if usage else None,
        sample=float(os.environ.get(SAMPLE, "0.01")),
    )


def _secret(file: Path) -> str:
    return file.read_text().strip()


if __name__ == "__main__":
    sys.exit(main())
