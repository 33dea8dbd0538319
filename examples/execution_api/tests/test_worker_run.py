"""One run of a task is a process of its own, and its end is always reported."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from execution_api.worker import Environment, TaskOrder, generation_of, run_task
from execution_api.worker.traffic import Exchange, read_traffic


def _environment(folder: Path, *, script: str) -> Environment:
    """An environment whose Python is a shell script."""
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    return Environment(generation_of("1.0.0"), folder, None)


@pytest.fixture
def order(tmp_path: Path) -> TaskOrder:
    dag_file = tmp_path / "dags" / "some.py"
    dag_file.parent.mkdir()
    dag_file.touch()
    return TaskOrder(
        task_instance={"id": "01900000-0000-7000-8000-000000000001", "task_id": "t", "dag_id": "some"},
        dag_file=dag_file,
        server="http://127.0.0.1:1",
        token="a-token-to-hide",
    )


class TestRunTask:
    def test_an_environment_without_the_sdk_is_an_error_and_no_exception(
        self, tmp_path: Path, order: TaskOrder
    ) -> None:
        environment = _environment(tmp_path / "env", script=f'exec "{sys.executable}" "$@"')
        finished = run_task(environment, order)
        assert finished.error == "ModuleNotFoundError: No module named 'airflow'"
        assert finished.exit_code is None
        assert finished.exchanges == ()
        assert "Traceback" in finished.supervisor_log

    def test_a_process_that_dies_without_a_result_is_an_error(self, tmp_path: Path, order: TaskOrder) -> None:
        finished = run_task(_environment(tmp_path / "env", script="echo oh no; exit 3"), order)
        assert finished.error == "the supervisor's process ended without a result"
        assert finished.supervisor_log == "oh no\n"

    def test_a_run_that_takes_too_long_is_ended_with_all_its_children(self, tmp_path: Path, order: TaskOrder) -> None:
        child = tmp_path / "child"
        script = f"sleep 600 & echo $! > '{child}'; echo started; wait"
        finished = run_task(_environment(tmp_path / "env", script=script), order, timeout=3)
        assert finished.error == "the task was not over after 3 s and was ended"
        assert finished.supervisor_log == "started\n"
        stat = Path(f"/proc/{child.read_text().strip()}/stat")
        for _ in range(600):
            # Nobody may have asked yet for how it ended.
            if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
                break
            time.sleep(0.1)
        else:
            pytest.fail("the child still runs")

    def test_the_token_is_on_no_command_line_and_in_no_variable(self, tmp_path: Path, order: TaskOrder) -> None:
        finished = run_task(_environment(tmp_path / "env", script='env; echo "$@"'), order)
        assert "driver.py" in finished.supervisor_log
        assert order.token not in finished.supervisor_log
        assert order.token not in repr(order)

    def test_of_airflow_and_python_only_what_the_run_needs_is_set(
        self, tmp_path: Path, order: TaskOrder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", "/elsewhere")
        monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "http://elsewhere")
        monkeypatch.setenv("PYTHONPATH", "/elsewhere")
        monkeypatch.setenv("KEPT", "yes")
        finished = run_task(_environment(tmp_path / "env", script="env"), order)
        variables = dict(line.split("=", 1) for line in finished.supervisor_log.splitlines() if "=" in line)
        assert variables["KEPT"] == "yes"
        assert "/elsewhere" not in variables.values()
        assert "AIRFLOW_CONN_WAREHOUSE" not in variables
        assert str(order.dag_file.parent) in variables["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"]
        assert not Path(variables["AIRFLOW_HOME"]).exists()

    def test_the_order_reaches_the_driver_whole(self, tmp_path: Path, order: TaskOrder) -> None:
        finished = run_task(_environment(tmp_path / "env", script="cat"), order)
        assert '"api_version": "2025-04-11"' in finished.supervisor_log
        assert '"task_id": "t"' in finished.supervisor_log
        assert '"dag_file": "some.py"' in finished.supervisor_log
        assert '"server": "http://127.0.0.1:1/"' in finished.supervisor_log


class TestTraffic:
    def test_each_line_is_one_exchange(self, tmp_path: Path) -> None:
        file = tmp_path / "traffic.jsonl"
        file.write_text(
            '{"method": "PUT", "path": "/variables/a", "query": "x=1", "api_version": "2025-04-11", '
            '"correlation_id": "c", "request": {"val": "1"}, "status": 201, "response": null}\n'
        )
        assert read_traffic(file) == (
            Exchange(
                method="PUT",
                path="/variables/a",
                query="x=1",
                api_version="2025-04-11",
                correlation_id="c",
                request={"val": "1"},
                status=201,
                response=None,
            ),
        )

    def test_a_worker_that_never_spoke_has_no_traffic(self, tmp_path: Path) -> None:
        assert read_traffic(tmp_path / "traffic.jsonl") == ()


def test_the_driver_needs_nothing_of_this_package() -> None:
    driver = Path(sys.modules["execution_api.worker"].__path__[0]) / "driver.py"
    program = f"import runpy, sys; runpy.run_path({str(driver)!r}); print([m for m in sys.modules if 'execution' in m])"
    finished = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    assert finished.stdout == "[]\n"
