"""A PostgreSQL server of our own, from Debian's packages: started for one command, and stopped when it has ended.

`python -m examples.execution_api.tests.postgresql COMMAND …` runs a command with the server's URL in its environment.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from execution_api.demo.server import kept_port
from sqlalchemy import URL

from examples.execution_api.tests.databases import SERVER

__all__ = ["PostgresqlFailed", "main", "programs", "running_postgresql"]

DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian and Ubuntu put the programs of each version, which they do not put on the path."""

USER = "tests"
AS_TESTS_NEED = ("--auth=password", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
WAIT_SECONDS = 180
INSTALL_SECONDS = 1800


class PostgresqlFailed(Exception):
    """There is no PostgreSQL server, and why."""


@contextmanager
def running_postgresql(*, found: Path = DEBIAN) -> Generator[str, None, None]:
    """Start a server on a free port of 127.0.0.1, with its data in a folder that ends with it; yield its URL.

    Args:
        found: where the programs are looked for.

    Raises:
        PostgresqlFailed: there is none, or it does not start.
    """
    folder = programs(found)
    password = secrets.token_urlsafe(16)
    with tempfile.TemporaryDirectory(prefix="postgresql-") as home, kept_port() as port:
        data, words, log = Path(home, "data"), Path(home, "password"), Path(home, "log")
        words.write_text(password)
        user = _hand_over(Path(home))
        _make_cluster(folder / "initdb", data, words, user)
        with log.open("w") as lines:
            server = subprocess.Popen(
                [folder / "postgres", "-D", data, *_settings(port)],
                stdout=lines,
                stderr=lines,
                stdin=subprocess.DEVNULL,
                cwd=home,
                user=user,
                extra_groups=None if user is None else [],
            )
        url = URL.create("postgresql+psycopg", USER, password, "127.0.0.1", port, "postgres")
        try:
            _wait_for(server, url, log)
            yield url.render_as_string(hide_password=False)
        finally:
            server.send_signal(signal.SIGINT)  # ends its sessions, and then itself
            server.wait(WAIT_SECONDS)


def programs(found: Path = DEBIAN) -> Path:
    """Return the folder of the newest server's programs; root installs one where there is none.

    Raises:
        PostgresqlFailed: there is none, and it cannot be installed.
    """
    if (folder := _newest(found)) is not None:
        return folder
    if os.geteuid() != 0 or shutil.which("apt-get") is None or found != DEBIAN:
        raise PostgresqlFailed(
            f"no PostgreSQL server in {found}: install one, as root, on Debian by `apt-get install postgresql`"
        )
    print("postgresql: installing Debian's package", file=sys.stderr, flush=True)
    # At this runlevel the package does not start a server of its own.
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for words in (["update", "-qq"], ["install", "-qq", "--no-install-recommends", "postgresql"]):
        ran = subprocess.run(
            ["apt-get", "-y", *words], env=quiet, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
        if ran.returncode != 0:
            raise PostgresqlFailed(f"`apt-get {' '.join(words)}` failed: {ran.stderr.strip()}")
    if (folder := _newest(found)) is None:
        raise PostgresqlFailed(f"Debian's package was installed, and there is still no server in {found}")
    return folder


def _newest(found: Path) -> Path | None:
    folders = [initdb.parent for initdb in found.glob("*/bin/initdb") if (initdb.parent / "postgres").exists()]
    return max(folders, key=lambda folder: float(folder.parent.name), default=None)


def _hand_over(home: Path) -> str | None:
    """PostgreSQL refuses to run as root: hand the folder over to somebody else, and say to whom."""
    if os.geteuid() != 0:
        return None
    user = "postgres" if "postgres" in {entry.pw_name for entry in pwd.getpwall()} else "nobody"
    for path in (home, *home.iterdir()):
        shutil.chown(path, user)
    return user


def _make_cluster(initdb: Path, data: Path, password: Path, user: str | None) -> None:
    ran = subprocess.run(
        [initdb, "-D", data, "-U", USER, "--pwfile", password, *AS_TESTS_NEED],
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
        check=False,
        cwd=data.parent,
        user=user,
        extra_groups=None if user is None else [],
    )
    if ran.returncode != 0:
        raise PostgresqlFailed(f"initdb failed: {ran.stderr.strip()}")


def _settings(port: int) -> list[str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "max_connections": 300,
        "fsync": "off",  # the machine may not crash, it is the application that the tests kill
    }
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _wait_for(server: subprocess.Popen[bytes], url: URL, log: Path) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            psycopg.connect(
                host=url.host, port=url.port, user=url.username, password=str(url.password), dbname=url.database
            ).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise PostgresqlFailed(f"PostgreSQL did not start: {log.read_text().strip()}")


def main(command: list[str]) -> int:
    """Run a command beside a server.

    Returns:
        what the command returned; 2 if there is no server.
    """
    try:
        with running_postgresql() as url:
            return subprocess.run(command, env={**os.environ, SERVER: url}, check=False).returncode
    except PostgresqlFailed as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
