"""The commands of the README's upgrade are run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

from execution_api import create_app
from starlette.testclient import TestClient
from typer.testing import CliRunner

from examples.execution_api.tests.serving import SECRET
from timegate.cli.app import application

README = Path(__file__).parent.parent / "README.md"


def test_a_release_is_asked_whether_it_serves_what_was_counted(tmp_path: Path) -> None:
    (command,) = re.findall(r"`timegate (can-i-deploy [^`]*)`", README.read_text(encoding="utf-8"))
    usage = tmp_path / "usage.sqlite"
    with TestClient(create_app(database="sqlite://", secret=SECRET, usage=usage)) as client:
        for version, path in (("2025-04-11", "/health"), ("2026-04-06", "/health/ping")):
            client.get(path, headers={"Airflow-API-Version": version})
        words = command.replace("usage.sqlite", str(usage)).split()
        fine = CliRunner().invoke(application, words)
        client.get("/health", headers={"Airflow-API-Version": "2026-06-30"})
        above = CliRunner().invoke(application, words)
    assert (fine.exit_code, fine.output.partition(":")[0]) == (0, "yes")
    assert above.exit_code == 1
    assert "version 2026-06-30 is above the ceiling, 2026-04-06" in above.output
