"""nginx, from Debian's packages, as the load balancer of several servers that come and go."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from execution_api.demo.server import kept_port

from tests.asgi.nginx.proxies import program, until_up

__all__ = ["Balancer", "balancing"]

_SECONDS: Final = 180
"""How long what is under way may need to end at most."""

_CONFIG: Final = """
worker_processes 1;
daemon off;
pid {home}/pid;
error_log {home}/error.log warn;
{user}
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {home}/bodies;
    proxy_temp_path {home}/proxied;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    upstream servers {{
{servers}
    }}
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        location / {{
            proxy_pass http://servers;
            proxy_read_timeout 120s;
        }}
    }}
}}
"""


class Balancer:
    """A load balancer that runs."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.port = port
        self.process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}"

    async def send_to(self, ports: Sequence[int]) -> None:
        """Send what comes to the servers of these ports, and wait until nothing is under way to any other.

        Raises:
            TimeoutError: something is under way for too long.
        """
        if self.process is None:
            return
        before = _workers(self.process.pid)
        self.configure(ports)
        self.process.send_signal(signal.SIGHUP)
        # A worker of nginx knows the servers that it began with, and ends with its last request.
        until = time.monotonic() + _SECONDS
        while before & _workers(self.process.pid):
            if time.monotonic() > until:
                raise TimeoutError(f"the balancer still waits for responses after {_SECONDS} s")
            await asyncio.sleep(0.05)

    def configure(self, ports: Sequence[int]) -> None:
        """Write which servers there are."""
        # Its worker needs the folder too, which is ours.
        user = "user root;" if os.geteuid() == 0 else ""
        servers = "\n".join(f"        server 127.0.0.1:{port} max_fails=0;" for port in ports)
        config = _CONFIG.format(home=self.home, port=self.port, user=user, servers=servers)
        (self.home / "nginx.conf").write_text(config)


def _workers(master: int) -> set[int]:
    """The processes of nginx that serve, by the process that began them."""
    found: set[int] = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent, *_ = stat.read_text().rpartition(")")[2].split()
            if int(parent) == master and state != "Z":
                found.add(int(stat.parent.name))
    return found


@asynccontextmanager
async def balancing(home: Path, ports: Sequence[int]) -> AsyncGenerator[Balancer]:
    """A balancer of the servers at some ports of the loopback.

    Args:
        home: where its files go.
        ports: the servers.

    Raises:
        NoNginx: it is not there, or it does not start.
    """
    command = (program(), "-e", str(home / "error.log"), "-p", str(home), "-c", str(home / "nginx.conf"))
    with kept_port() as port:
        balancer = Balancer(home, port)
        balancer.configure(ports)
        process = await asyncio.create_subprocess_exec(*command)
        try:
            await until_up(port, process, str(home))
            balancer.process = process
            yield balancer
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
