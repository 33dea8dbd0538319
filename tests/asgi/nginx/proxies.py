"""nginx, from Debian's packages, as a cache in front of an app: started for one test and stopped with it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

CONFIG = """
worker_processes 1;
daemon off;
pid {home}/pid;
error_log {home}/error.log warn;
{user}
events {{ }}
http {{
    access_log off;
    client_body_temp_path {home}/bodies;
    proxy_temp_path {home}/proxied;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    proxy_cache_path {home}/cache keys_zone=responses:1m;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{upstream};
            proxy_cache responses;
            proxy_cache_revalidate on;
            add_header X-Cache $upstream_cache_status always;
        }}
    }}
}}
"""


class NoNginx(Exception):
    """There is no nginx on this machine."""


def program() -> str:
    """Where nginx is; Debian does not put it on everybody's path.

    Raises:
        NoNginx: it is not there.
    """
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise NoNginx("no nginx on this machine: install it, as root, on Debian by `apt-get install nginx-light`")
    return found


@contextlib.asynccontextmanager
async def caching(upstream: int) -> AsyncGenerator[int]:
    """A cache in front of a port of the loopback; gives its own port.

    Args:
        upstream: the port of the app.

    Raises:
        NoNginx: it is not there, or it does not start.
    """
    nginx = program()
    with tempfile.TemporaryDirectory(prefix="nginx-") as home, socket.socket() as kept:
        # Nobody else gets the port: nginx says so too, and only it listens.
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        port: int = kept.getsockname()[1]
        log, config = f"{home}/error.log", _configured(home, port=port, upstream=upstream)
        server = await asyncio.create_subprocess_exec(nginx, "-e", log, "-p", home, "-c", config)
        try:
            await until_up(port, server, home)
            yield port
        finally:
            if server.returncode is None:
                server.terminate()
            await server.wait()


def _configured(home: str, *, port: int, upstream: int) -> str:
    # Its worker needs the folder too, which is ours.
    user = "user root;" if os.geteuid() == 0 else ""
    config = Path(home, "nginx.conf")
    config.write_text(CONFIG.format(home=home, port=port, upstream=upstream, user=user))
    return str(config)


def _said(home: str) -> str:
    log = Path(home, "error.log")
    return log.read_text() if log.exists() else "it says nothing"


async def until_up(port: int, server: asyncio.subprocess.Process, home: str) -> None:
    """Wait until nginx listens.

    Raises:
        NoNginx: it has ended, or does not listen after a minute.
    """
    for _ in range(1200):
        if server.returncode is not None:
            break
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            await writer.wait_closed()
            return
        await asyncio.sleep(0.05)
    raise NoNginx(f"nginx does not start: {_said(home)}")
