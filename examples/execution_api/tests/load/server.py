"""A server process to be loaded: started, watched, killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from examples.execution_api.tests.serving import SECRET

__all__ = ["LoadedServer", "running"]

WAIT_SECONDS = 120


@dataclass(frozen=True, slots=True)
class LoadedServer:
    """A server that is ready."""

    url: str
    port: int
    process: subprocess.Popen[bytes]

    def resident_mib(self) -> float:
        """How much memory the server holds now, in MiB."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        (kib,) = (line.split()[1] for line in lines if line.startswith("VmRSS:"))
        return int(kib) / 1024

    def worked_seconds(self) -> float:
        """How long the server has occupied a processor."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """End the server as a failing machine would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(WAIT_SECONDS)


@contextmanager
def running(
    folder: Path,
    *,
    database: str,
    world: Mapping[str, Any] | None,
    options: Sequence[str] = (),
    release: Path | None = None,
) -> Generator[LoadedServer, None, None]:
    """Start a server on a free port of 127.0.0.1; it ends in the end.

    Args:
        folder: where its files and its log lie.
        database: its URL.
        world: the rows to start from, or None.
        options: more options of its command.
        release: where another release of the server is; None for this one.
    """
    secret, rows = folder / "secret", folder / "world.json"
    secret.write_text(SECRET)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "execution_api", "serve", "--port", str(port)]
    command += ["--database", database, "--secret-file", str(secret), *options]
    if world is not None:
        rows.write_text(json.dumps(world))
        command += ["--world", str(rows)]
    variables = {**os.environ, "PYTHONPATH": "" if release is None else str(release)}
    with (
        (folder / "server.log").open("ab") as log,
        subprocess.Popen(command, stdout=log, stderr=log, env=variables) as process,
    ):
        try:
            server = LoadedServer(f"http://127.0.0.1:{port}", port, process)
            _wait_for(server, folder / "server.log")
            yield server
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(WAIT_SECONDS)


def _wait_for(server: LoadedServer, log: Path) -> None:
    until = time.monotonic() + WAIT_SECONDS
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < until and server.process.poll() is None:
            try:
                if client.get(f"{server.url}/health/ping").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
    raise RuntimeError(f"the server does not respond: {log.read_text()[-2000:]}")
