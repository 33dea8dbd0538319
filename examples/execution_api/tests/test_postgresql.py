"""Where there is no PostgreSQL server, `make test-postgres` says so and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from examples.execution_api.tests.postgresql import PostgresqlFailed, programs


def installed(folder: Path, *versions: str) -> Path:
    for version in versions:
        (folder / version / "bin").mkdir(parents=True)
        for program in ("initdb", "postgres"):
            (folder / version / "bin" / program).touch()
    return folder


def test_the_newest_server_is_taken(tmp_path: Path) -> None:
    assert programs(installed(tmp_path, "9.6", "15", "17")) == tmp_path / "17" / "bin"


def test_a_client_alone_is_no_server(tmp_path: Path) -> None:
    (installed(tmp_path, "15", "16") / "16" / "bin" / "postgres").unlink()

    assert programs(tmp_path) == tmp_path / "15" / "bin"


def test_without_a_server_the_package_to_install_is_named(tmp_path: Path) -> None:
    with pytest.raises(PostgresqlFailed, match="as root, on Debian by `apt-get install postgresql`"):
        programs(tmp_path)
