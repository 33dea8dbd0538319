"""The commands that the README shows are run: those of the upgrade by the page on operating, those to run it here."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import httpx
from execution_api.demo.server import kept_port, until_serving

from examples.execution_api.tests.serving import MINE, SECRET

README = Path(__file__).parent.parent / "README.md"
PAGE = Path(__file__).parents[3] / "docs" / "operating.md"


def section(title: str) -> str:
    """What the README says under a heading."""
    return README.read_text(encoding="utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_command_of_the_upgrade_is_run_by_the_page_on_operating() -> None:
    shown = [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", section("Upgrading it"))]
    commands = [code for code in shown if code.startswith(("timegate ", "echo ", "--usage", "--ceiling"))]
    # The files of the page are run by its commands.
    page = PAGE.read_text(encoding="utf-8")
    assert len(commands) == 8
    assert [command for command in commands if command not in page] == []
    verbs = {command.split()[1] for command in commands if command.startswith("timegate ")}
    assert verbs == {"can-i-deploy", "usage", "guide", "retire"}


def test_the_commands_to_run_the_server_are_as_shown(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(SECRET)
    serve, token, worker = (
        [sys.executable, *shlex.split(line)[1:]]
        for line in section("Running it").partition("```sh\n")[2].partition("```")[0].splitlines()
    )
    issued = done([word.replace("TASK_INSTANCE_ID", MINE) for word in token], tmp_path)
    assert (issued.returncode, issued.stdout.count(".")) == (0, 2)
    with (
        kept_port() as port,
        (tmp_path / "log").open("w") as log,
        subprocess.Popen([*serve, "--port", str(port)], cwd=tmp_path, stdout=log, stderr=log) as server,
    ):
        try:
            until_serving(f"http://127.0.0.1:{port}", server, told=(tmp_path / "log").read_text)
            asked = {"Authorization": f"Bearer {issued.stdout.strip()}", "Airflow-API-Version": "2026-06-30"}
            url = f"http://127.0.0.1:{port}/variables/none"
            assert httpx.get(url, headers=asked, trust_env=False, timeout=60).status_code == 404
            # The environments of SDKs are another test's: here the command is understood, and finds no file.
            told = done([word.replace("TOKEN", issued.stdout.strip()) for word in worker], tmp_path)
            assert (told.returncode, told.stderr.strip()) == (2, "there is no DAG file FILE")
        finally:
            server.terminate()


def done(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
