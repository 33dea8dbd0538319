"""The server as a process of its own, as it runs in earnest: uvicorn, a database file, a secret, a log."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import JsonValue

__all__ = ["RunningServer", "ServerFailed", "kept_port", "running_process", "running_server", "until_serving"]

_HOST: Final = "127.0.0.1"
_SECONDS_TO_START: Final = 180.0
_SECONDS_TO_STOP: Final = 60.0
_LINES_TO_SHOW: Final = 20


class ServerFailed(RuntimeError):
    """The server did not start; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that is ready.

    Attributes:
        url: Its base URL.
        database: The URL of its database.
        log: Where its log goes, one JSON object a line.
        secret: What it signs tokens with.
    """

    url: str
    database: str
    log: Path
    secret: str = field(repr=False)

    @property
    def usage(self) -> Path:
        """Where it counts who uses which version."""
        return self.log.with_name("usage.sqlite")


@contextmanager
def running_server(folder: Path, *, world: Mapping[str, JsonValue]) -> Generator[RunningServer]:
    """Start the server on a free port of this machine and stop it in the end.

    Args:
        folder: Where its files go.
        world: The rows it starts from.

    Raises:
        ServerFailed: It ended, or does not respond.
    """
    secret_file = folder / "secret"
    secret_file.touch(mode=0o600)
    secret_file.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    world_file = folder / "world.json"
    world_file.write_text(json.dumps(world), encoding="utf-8")
    with kept_port() as port:
        server = RunningServer(
            url=f"http://{_HOST}:{port}",
            database=f"sqlite:///{folder / 'server.sqlite'}",
            log=folder / "server.log",
            secret=secret_file.read_text(encoding="utf-8"),
        )
        command = [sys.executable, "-m", "execution_api", "serve", "--host", _HOST, "--port", str(port)]
        command += ["--database", server.database, "--secret-file", str(secret_file), "--world", str(world_file)]
        command += ["--usage", str(server.usage), "--sample", "1"]
        with running_process(command, server, folder=folder):
            yield server


@contextmanager
def running_process(
    command: Sequence[str | Path],
    server: RunningServer,
    *,
    folder: Path,
    variables: Mapping[str, str] | None = None,
    seconds: float = _SECONDS_TO_START,
) -> Generator[None]:
    """Start a server, wait until it responds, and stop it in the end.

    Args:
        command: What starts it.
        server: Where it will respond, and where its log goes.
        folder: The folder that it runs in.
        variables: Its environment variables; by default those of this process.
        seconds: How long it may take to start.

    Raises:
        ServerFailed: It ended, or does not respond.
    """
    with (
        server.log.open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=variables) as process,
    ):
        try:
            until_serving(server.url, process, seconds=seconds, told=lambda: _end_of(server.log))
            yield
        finally:
            _stop(process)


@contextmanager
def kept_port() -> Generator[int]:
    """A port of this machine for a server of one's own: nobody else gets it before the server listens, or after."""
    with socket.socket() as keeper:
        # Two sockets that say so may have one address as long as only one listens; who asks for any port gets another.
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind((_HOST, 0))
        yield keeper.getsockname()[1]


def until_serving(
    url: str,
    process: subprocess.Popen[bytes] | subprocess.Popen[str],
    *,
    seconds: float = _SECONDS_TO_START,
    told: Callable[[], str],
) -> None:
    """Wait until a server responds.

    Args:
        url: Its base URL.
        process: What runs it.
        seconds: How long it may take.
        told: Says what it has logged, for the error.

    Raises:
        ServerFailed: It ended, or does not respond.
    """
    # Nobody else's proxy is asked for an address of this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise ServerFailed(f"the server ended with {process.returncode}:\n{told()}")
        try:
            with opener.open(f"{url}/health", timeout=10):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise ServerFailed(f"the server does not respond after {seconds:g} s:\n{told()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LINES_TO_SHOW:])
