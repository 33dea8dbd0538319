"""The twenty-seven changes of Airflow 3.3.2, read from its source: what compiles, and what a person decides."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.cadwyn.airflow_models import contract, stand_in
from timegate import CompileError, DeclarationError, Timeline, Version
from timegate.cadwyn.bundle import VersionFile, read_bundle
from timegate.cli.app import application

RECORDED = Path(__file__).parents[1] / "data/apache-airflow-core-3.3.2"
BUNDLE = RECORDED / "airflow/api_fastapi/execution_api/versions"
LEFT = {
    "2025-05-20": ("downgrade_upstream_map_indexes",),
    "2026-04-06": ("convert_next_kwargs_to_base_serialization",),
}
BODIES = {
    "downgrade_upstream_map_indexes": (
        'on(TIRunContext).retyped("upstream_map_indexes", was=dict[str, int | None] | None, to_old=first_indexes)'
    ),
    "convert_next_kwargs_to_base_serialization": 'on(TIRunContext).retyped("next_kwargs", to_old=tagged)',
}
PASTED = """
from airflow.api_fastapi.execution_api.datamodels.taskinstance import TIRunContext
from timegate import on


def first_indexes(value):
    def first(indexes):
        return indexes[0] if isinstance(indexes, list) else indexes
    return None if value is None else {key: first(indexes) for key, indexes in value.items()}


def tagged(value):
    return None if value is None else {"__type": "dict", "__var": value}
"""


@pytest.fixture(scope="module")
def files() -> list[VersionFile]:
    return read_bundle(BUNDLE)


def write(folder: Path, files: list[VersionFile]) -> None:
    folder.mkdir()
    (folder / "__init__.py").touch()
    for file in files:
        (folder / file.name).write_text(file.text, encoding="utf-8")


def pasted(text: str) -> str:
    """A file with the bodies in place of the placeholders."""

    def body(match: re.Match[str]) -> str:
        question = ast.literal_eval(match[0].removeprefix("undecided").replace(",\n", "\n"))
        return next(code for name, code in BODIES.items() if f"what does {name} do" in question)

    found = re.sub(r"""undecided\((?:\s*(?:'[^\n]*'|"[^\n]*"),?)+\s*\)""", body, text)
    return found if found == text else found.replace("\n\nclass ", f"{PASTED}\n\nclass ", 1)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    stand_in(monkeypatch)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    for name in [name for name in sys.modules if name.partition(".")[0] == "converted"]:
        monkeypatch.delitem(sys.modules, name)
    return tmp_path / "converted"


def test_every_version_and_change_is_there(files: list[VersionFile]) -> None:
    counts = {file.version: len(file.changes) for file in files}
    assert counts == {
        "2026-06-30": 10, "2026-04-06": 10, "2025-11-05": 1, "2025-10-27": 1, "2025-09-23": 1, "2025-08-10": 2,
        "2025-05-20": 1, "2025-04-28": 1, "2025-04-11": 0,
    }  # fmt: skip
    assert sum(counts.values()) == 27


def test_the_bodies_of_two_converters_are_left_to_a_person(files: list[VersionFile]) -> None:
    assert {file.version: file.undecided for file in files if file.undecided} == LEFT


@pytest.mark.parametrize(
    "version", ["2025-04-28", "2025-08-10", "2025-09-23", "2025-10-27", "2025-11-05", "2026-06-30"]
)
def test_a_file_without_a_body_compiles(version: str, files: list[VersionFile], package: Path) -> None:
    write(package, files)
    file = next(one for one in files if one.version == version)
    module = importlib.import_module(f"converted.{file.name.removesuffix('.py')}")
    changes = [getattr(module, change.code.name) for change in file.changes]

    gates = Timeline(Version(version, *changes), Version("2025-01-01")).compile(contract())

    assert len(gates.timeline.head.changes) == len(file.changes)
    old, new = (gates.contract(one) for one in ("2025-01-01", version))
    assert (old["paths"], old["components"]) != (new["paths"], new["components"])


@pytest.mark.parametrize("version", list(LEFT))
def test_a_file_with_a_body_does_not_compile(version: str, files: list[VersionFile], package: Path) -> None:
    write(package, files)
    with pytest.raises(DeclarationError, match=r"a change is undecided: .*what does \w+ do"):
        importlib.import_module(f"converted.v{version.replace('-', '_')}")


def test_with_the_bodies_pasted_in_all_compile_together(files: list[VersionFile], package: Path) -> None:
    write(package, files)
    for file in package.glob("v*.py"):
        file.write_text(pasted(file.read_text(encoding="utf-8")), encoding="utf-8")
    timeline = Timeline.from_package("converted")
    try:
        gates = timeline.compile(contract())
    except CompileError as error:
        pytest.fail(str(error))

    assert gates.timeline.values == tuple(file.version for file in files)
    run = {"state": "failed", "conf": None, "start_date": None, "run_after": "2026-01-31T12:00:00Z", "note": "n"}
    old = gates.downgrade("DagRun", run, to_version="2025-04-11")
    assert old == {"conf": {}, "start_date": "2026-01-31T12:00:00Z", "run_after": "2026-01-31T12:00:00Z"}


def test_the_files_pass_the_linters(files: list[VersionFile], tmp_path: Path) -> None:
    write(tmp_path / "airflow_versions", files)
    (tmp_path / "ruff.toml").write_text(
        '[lint]\nextend-select = ["I", "F"]\n[lint.isort]\nknown-first-party = ["airflow"]\n'
    )
    for command in (["check"], ["format", "--check"]):
        ran = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_converter_that_fills_null_is_a_fact_about_the_model_that_holds_the_field(files: list[VersionFile]) -> None:
    text = next(file.text for file in files if file.version == "2025-10-27")
    assert (
        text
        == '''\
"""What version 2025-10-27 changed."""

from timegate import VersionChange, on

from airflow.api_fastapi.execution_api.datamodels.taskinstance import DagRun


class MakeDagRunConfNullable(VersionChange):
    """Make DagRun.conf field nullable to match database schema."""

    changes = (on(DagRun).became_nullable("conf", null_was={}),)
'''
    )
    text = next(file.text for file in files if file.version == "2026-04-06")
    assert 'on(DagRun).became_nullable("start_date", null_was=sibling("run_after"))' in text


def test_the_body_stands_above_its_placeholder(files: list[VersionFile]) -> None:
    text = next(file.text for file in files if file.version == "2025-05-20")
    above, _, below = text.partition("        undecided(")
    body = (
        (BUNDLE / "v2025_05_20.py").read_text(encoding="utf-8").partition("    def downgrade_upstream_map_indexes")[2]
    )
    lines = f"    def downgrade_upstream_map_indexes{body}".rstrip().splitlines()
    assert [line.removeprefix("        #").strip() for line in above.partition("# Carry over:\n")[2].splitlines()] == [
        line.strip() for line in lines
    ]
    assert "what does downgrade_upstream_map_indexes do?" in " ".join(below.replace('"', "").split())


class TestCommand:
    def test_it_writes_the_files_and_says_what_is_left(self, tmp_path: Path) -> None:
        folder = tmp_path / "versions"
        ran = CliRunner().invoke(application, ["convert", "cadwyn", str(BUNDLE), str(folder)])
        assert ran.exit_code == 0, ran.output
        assert f"{folder}/v2025_05_20.py: 1 change, left to you: downgrade_upstream_map_indexes\n" in ran.stdout
        assert f"{folder}/v2025_04_11.py: 0 changes\n" in ran.stdout
        assert "Timeline.from_package(__name__)" in (folder / "__init__.py").read_text()
        again = CliRunner().invoke(application, ["convert", "cadwyn", str(BUNDLE), str(folder)])
        assert (again.exit_code, "holds version files already" in again.stderr) == (2, True)

    def test_a_file_without_a_bundle_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "some.py").write_text("x = 1\n")
        ran = CliRunner().invoke(application, ["convert", "cadwyn", str(tmp_path / "some.py"), str(tmp_path / "o")])
        assert (ran.exit_code, ran.stderr) == (
            2,
            f"timegate: {tmp_path / 'some.py'} makes no VersionBundle: name the file that does\n",
        )
