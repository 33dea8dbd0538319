"""The command `timegate`: how it finds an app, how it ends, and that it needs its extra alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from timegate.cli.app import COMMANDS, application

ROOT = Path(__file__).resolve().parents[2]
SHOP = "tests.cli.shop"


def command(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "timegate.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )


class TestTargets:
    @pytest.mark.parametrize("target", [f"{SHOP}:{name}" for name in ("app", "wrapped", "gates", "made")])
    def test_an_app_the_middleware_gates_and_a_factory_are_found(self, target: str, tmp_path: Path) -> None:
        ran = CliRunner().invoke(application, ["freeze", "2025-01-01", target, "--folder", str(tmp_path)])
        assert ran.exit_code == 0, ran.output
        document = json.loads((tmp_path / "2025-01-01.json").read_text(encoding="utf-8"))
        assert list(document["components"]["schemas"]["Item"]["properties"]) == ["article", "quantity"]
        assert document["info"]["version"] == "2025-01-01"

    @pytest.mark.parametrize("contract", ["bare", "contract"])
    def test_a_timeline_takes_its_contract_from_an_app_or_a_contract(self, contract: str, tmp_path: Path) -> None:
        arguments = [f"{SHOP}:timeline", "--contract", f"{SHOP}:{contract}", "--folder", str(tmp_path)]
        ran = CliRunner().invoke(application, ["freeze", "2025-06-01", *arguments])
        assert ran.exit_code == 0, ran.output
        assert (tmp_path / "2025-06-01.json").is_file()

    @pytest.mark.parametrize(
        ("target", "message"),
        [
            ("shop", "'shop' is no name of an app: write module:name, such as shop.main:app"),
            ("nowhere.at.all:app", "there is no module 'nowhere' in"),
            (f"{SHOP}:nothing", f"the module {SHOP} has no 'nothing'"),
            (f"{SHOP}:timeline", "which does not say what is on the wire: --contract=module:app"),
            (f"{SHOP}:bare", "an object of FastAPI without TimegateMiddleware: app.add_middleware("),
            (f"{SHOP}:asgi", "an object of function without TimegateMiddleware"),
            (f"{SHOP}:Item", "the class Item without TimegateMiddleware"),
            (f"{SHOP}:failing", "RuntimeError: the database is down ("),
        ],
    )
    def test_what_cannot_be_read_is_told_without_a_traceback(self, target: str, message: str, tmp_path: Path) -> None:
        ran = CliRunner().invoke(application, ["freeze", "2025-06-01", target, "--folder", str(tmp_path)])
        assert ran.exit_code == 2
        assert message in ran.stderr
        assert "Traceback" not in ran.output
        assert list(tmp_path.iterdir()) == []

    def test_the_app_is_found_from_the_working_directory(self, tmp_path: Path) -> None:
        (tmp_path / "shop.py").write_text((ROOT / "tests/cli/shop.py").read_text(encoding="utf-8"), encoding="utf-8")
        ran = command("freeze", "2025-06-01", "shop:app", cwd=tmp_path)
        assert (ran.returncode, ran.stderr) == (0, "")
        assert ran.stdout == "contracts/2025-06-01.json: version 2025-06-01 is frozen\n"

    def test_a_module_below_src_is_told_how_to_be_found(self, tmp_path: Path) -> None:
        (tmp_path / "src").mkdir()
        (tmp_path / "src/kiosk.py").touch()
        ran = command("status", "kiosk:app", cwd=tmp_path)
        told = f"timegate: kiosk:app: there is no module 'kiosk' in {tmp_path}; it is in src: set PYTHONPATH=src\n"
        assert (ran.returncode, ran.stderr) == (2, told)

    def test_a_module_that_a_package_lacks_is_not_looked_for_in_src(self, tmp_path: Path) -> None:
        for folder in ("kiosk", "src/kiosk"):
            (tmp_path / folder).mkdir(parents=True)
            (tmp_path / folder / "__init__.py").touch()
        ran = command("status", "kiosk.mian:app", cwd=tmp_path)
        told = f"timegate: kiosk.mian:app: there is no module 'kiosk.mian' in {tmp_path}\n"
        assert (ran.returncode, ran.stderr) == (2, told)


class TestEndings:
    def test_a_version_that_there_is_not_is_an_error(self, tmp_path: Path) -> None:
        ran = command("freeze", "2024-01-01", f"{SHOP}:app", "--folder", str(tmp_path))
        assert (ran.returncode, ran.stdout) == (2, "")
        supported = "Supported: 2025-06-01, 2025-01-01."
        assert ran.stderr == f"timegate: Version '2024-01-01' is not a version of this API. {supported}\n"

    def test_wrong_usage_ends_with_two(self) -> None:
        assert command("freeze").returncode == 2

    def test_every_command_is_listed_with_its_first_sentence(self) -> None:
        listed = CliRunner().invoke(application, ["--help"]).output
        assert [name for name in COMMANDS if name not in listed] == []

    def test_without_the_extra_it_says_what_to_install(self) -> None:
        program = """
import sys

class Absent:
    "Finds no typer, and leaves every other module to those that follow."
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            raise AssertionError("imported")

import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "typer" else found(name, package)
sys.meta_path.insert(0, Absent())
import timegate.cli
timegate.cli.main()
"""
        ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert ran.returncode == 2
        assert ran.stderr == "timegate: the command line needs an extra: pip install 'timegate[cli]'\n"


class TestContinuousIntegration:
    @pytest.mark.parametrize(("place", "file"), [("", "shop.py"), ("backend", "backend/shop.py")])
    def test_the_action_checks_an_app_and_marks_its_lines(self, place: str, file: str, tmp_path: Path) -> None:
        folder = tmp_path / place
        folder.mkdir(exist_ok=True)
        (folder / "shop.py").write_text((ROOT / "tests/cli/shop.py").read_text(encoding="utf-8"), encoding="utf-8")
        command("freeze", "all", "shop:app", cwd=folder)
        text = (folder / "shop.py").read_text(encoding="utf-8")
        (folder / "shop.py").write_text(text.replace("quantity: int = 1", "quantity: int = 12"), encoding="utf-8")
        ran = acted(folder, workspace=tmp_path)
        assert ran.returncode == 1, ran.stderr
        assert ran.stdout.startswith(
            f"::error file={file},line=16,title=timegate%3A undeclared change::Item.quantity has"
        )

    def test_the_action_marks_the_handler_of_an_operation(self, tmp_path: Path) -> None:
        text = (ROOT / "tests/cli/shop.py").read_text(encoding="utf-8")
        (tmp_path / "shop.py").write_text(text, encoding="utf-8")
        command("freeze", "all", "shop:app", cwd=tmp_path)
        (tmp_path / "shop.py").write_text(text.replace('"/items")', '"/items", status_code=201)'), encoding="utf-8")
        ran = acted(tmp_path, workspace=tmp_path)
        line = text.splitlines().index('    @api.post("/items")') + 1
        assert ran.stdout.startswith(
            f"::error file=shop.py,line={line},title=timegate%3A undeclared change::POST /items 201 responds with 201"
        )

    def test_a_revision_that_was_not_fetched_is_told_with_how_to_fetch_it(self, tmp_path: Path) -> None:
        (tmp_path / "shop.py").write_text((ROOT / "tests/cli/shop.py").read_text(encoding="utf-8"), encoding="utf-8")
        subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
        ran = acted(tmp_path, workspace=tmp_path, against="origin/main")
        assert ran.returncode == 2
        assert ran.stderr == (
            "timegate: git knows no revision 'origin/main' here: fetch it first; in a workflow of GitHub, "
            "check out with fetch-depth: 0\n"
        )

    def test_the_hook_of_pre_commit_is_a_command(self) -> None:
        hook = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
        (entry,) = (line.removeprefix("  entry: ") for line in hook.splitlines() if line.startswith("  entry: "))
        assert entry.split()[0] == "timegate"
        assert entry.split()[1] in COMMANDS
        assert "\n  always_run: true\n" in hook

    def test_what_the_page_prints_for_them_is_a_whole_file_with_their_names(self) -> None:
        page = (ROOT / "docs/testing.md").read_text(encoding="utf-8")
        hook, workflow = (part.partition("```")[0] for part in page.split("```yaml\n")[1:])
        action = (ROOT / "action.yml").read_text(encoding="utf-8")
        (known,) = re.findall(r"^- id: (\S+)$", (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"), re.M)
        assert hook.splitlines()[1] == "repos:"
        assert re.findall(r"- id: (\S+)", hook) == [known]
        given = workflow.partition("timegate/timegate@")[2].partition("with:\n")[2]
        assert set(re.findall(r"^ +(\S+):", given, re.M)) <= set(re.findall(r"^  (\S+):$", action, re.M))
        assert "fetch-depth: 0" in workflow


def acted(folder: Path, *, workspace: Path, against: str = "") -> subprocess.CompletedProcess[str]:
    """What the script of the action does in a folder of a checkout."""
    script = (ROOT / "action.yml").read_text(encoding="utf-8").partition("run: |\n")[2]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    given = {"APP": "shop:app", "CONTRACT": "", "FOLDER": "contracts", "AGAINST": against, "PATH": path}
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder, env={**given, "GITHUB_WORKSPACE": str(workspace)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
