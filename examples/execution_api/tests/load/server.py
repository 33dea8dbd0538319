"""A server process to be loaded: started, watched, killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from execution_api.demo.server import kept_port, until_serving

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
    command = [sys.executable, "-m", "execution_api", "serve", "--database", database, "--secret-file", str(secret)]
    command += options
    if world is not None:
        rows.write_text(json.dumps(world))
        command += ["--world", str(rows)]
    variables = {**os.environ, "PYTHONPATH": "" if release is None else str(release)}
    with (
        kept_port() as port,
        (folder / "server.log").open("ab") as log,
        subprocess.Popen([*command, "--port", str(port)], stdout=log, stderr=log, env=variables) as process,
    ):
        try:
            server = LoadedServer(f"http://127.0.0.1:{port}", port, process)
            until_serving(server.url, process, told=lambda: (folder / "server.log").read_text()[-2000:])
            yield server
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(WAIT_SECONDS)
