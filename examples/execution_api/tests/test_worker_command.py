"""What the worker is handed is as old as it is, and a command that cannot be carried out says why."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from uuid import UUID

import pytest
from execution_api.models import TaskInstance
from execution_api.worker import GENERATIONS, generation_of, workload_for
from execution_api.worker.__main__ import main

_TASK_INSTANCE = TaskInstance(
    id=UUID(int=1), dag_version_id=UUID(int=2), task_id="t", dag_id="d", run_id="r", try_number=1, queue="fast"
)


def _token(claims: object) -> str:
    """A token whose signature nobody verifies."""
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.signature"


class TestWorkload:
    def test_the_first_sdk_gets_neither_the_version_of_the_dag_nor_the_queue(self) -> None:
        assert set(workload_for(generation_of("1.0.0"), _TASK_INSTANCE)) == {
            *("id", "task_id", "dag_id", "run_id", "try_number", "map_index", "hostname", "context_carrier")
        }

    @pytest.mark.parametrize(
        ("key", "since", "value"),
        [("dag_version_id", "1.1.0", str(UUID(int=2))), ("queue", "1.3.2", "fast")],
    )
    def test_each_sdk_gets_what_its_generation_knows(self, key: str, since: str, value: str) -> None:
        received = {g.sdk: workload_for(g, _TASK_INSTANCE).get(key) for g in GENERATIONS}
        assert received == {g.sdk: value if g.sdk >= since else None for g in GENERATIONS}


class TestCommand:
    @pytest.fixture
    def words(self, tmp_path: Path) -> list[str]:
        dag_file = tmp_path / "some.py"
        dag_file.touch()
        return [
            *("--dag", str(dag_file), "--task", "t", "--run-id", "r", "--server", "http://127.0.0.1:1"),
            *("--token", _token({"sub": str(UUID(int=1))}), "--sdk", "1.0.0"),
        ]

    @pytest.mark.parametrize(
        ("option", "value", "message"),
        [
            ("--sdk", "9.9.9", "there is no Task SDK '9.9.9' here; choose from 1.0.0"),
            ("--dag", "/nowhere/dag.py", "there is no DAG file /nowhere/dag.py"),
            ("--token", "no token", "the token is no JSON Web Token with a subject"),
            ("--token", _token({"aud": "somebody"}), "the token is no JSON Web Token with a subject"),
            ("--token", _token(["sub"]), "the token is no JSON Web Token with a subject"),
            ("--token", _token({"sub": 1}), "the token's subject is no text"),
        ],
    )
    def test_an_impossible_command_is_explained_and_ends_with_2(
        self, words: list[str], capsys: pytest.CaptureFixture[str], option: str, value: str, message: str
    ) -> None:
        assert main([*words, option, value]) == 2
        assert message in capsys.readouterr().err
