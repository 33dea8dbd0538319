"""A file is upgraded in order by any number of processes, goes on where it was broken off, and needs little memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.bulk.parcels import NEW, OLD, Parcel, gates, read, upgraded, write
from timegate.bulk import LineUpgrade, Totals, files, upgrade_file
from timegate.bulk.checkpoint import AnotherRun, path_of
from timegate.cli.app import application

UPGRADE = LineUpgrade(gates(), Parcel, from_version=OLD)
BROKEN = (0, 700, 1999)


@pytest.mark.parametrize("workers", [1, 2])
def test_every_line_is_in_the_output_or_in_the_report(
    workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK", 4096)
    source = write(tmp_path / "in", 2000, broken=BROKEN)
    seen: list[Totals] = []

    totals = upgrade_file(
        UPGRADE, source, tmp_path / "out", report=tmp_path / "report", workers=workers, progress=seen.append
    )

    assert totals == Totals(lines=2000, rejected=3, read=source.stat().st_size, size=source.stat().st_size)
    assert (seen[-1], len(seen) > 10) == (totals, True)
    assert read(tmp_path / "out") == [upgraded(number) for number in range(2000) if number not in BROKEN]
    assert [told["line"] for told in read(tmp_path / "report")] == [1, 701, 2000]
    assert read(tmp_path / "report")[0] == {
        "line": 1,
        "problem": "the value cannot be converted",
        "pointer": "/grams",
        "change": "Weights",
        "version": NEW,
    }
    assert sorted(file.name for file in tmp_path.iterdir()) == ["in", "out", "report"]


def test_empty_lines_are_counted_and_left_out_and_the_last_line_needs_no_end(tmp_path: Path) -> None:
    source = write(tmp_path / "in", 2)
    source.write_bytes(b"\n" + source.read_bytes() + b"\r\n" + b"{")

    totals = upgrade_file(UPGRADE, source, tmp_path / "out", report=tmp_path / "report")

    assert (totals.lines, totals.rejected) == (5, 1)
    assert read(tmp_path / "out") == [upgraded(0), upgraded(1)]
    assert [told["line"] for told in read(tmp_path / "report")] == [5]


def test_without_rejected_lines_there_is_no_report(tmp_path: Path) -> None:
    upgrade_file(UPGRADE, write(tmp_path / "in", 3), tmp_path / "out", report=tmp_path / "report")

    assert not (tmp_path / "report").exists()


def test_a_run_goes_on_where_it_was_broken_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "CHUNK", 4096)
    monkeypatch.setattr(files, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    source = write(tmp_path / "in", 2000, broken=BROKEN)
    whole, once = tmp_path / "whole", tmp_path / "once"
    upgrade_file(UPGRADE, source, whole, report=tmp_path / "whole.report")

    def stop(totals: Totals) -> None:
        if totals.lines > 1000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        upgrade_file(UPGRADE, source, once, report=tmp_path / "once.report", progress=stop)
    with once.open("ab") as output:  # what was written after the last checkpoint
        output.write(b'{"half a ')
    seen: list[Totals] = []
    upgrade_file(UPGRADE, source, once, report=tmp_path / "once.report", progress=seen.append)

    assert seen[0].lines > 1000
    assert once.read_bytes() == whole.read_bytes()
    assert (tmp_path / "once.report").read_bytes() == (tmp_path / "whole.report").read_bytes()


def test_an_output_of_another_run_is_not_touched(tmp_path: Path) -> None:
    source, output = write(tmp_path / "in", 3), tmp_path / "out"
    output.write_text("mine")
    with pytest.raises(AnotherRun, match="is there already: remove it, or write to another file"):
        upgrade_file(UPGRADE, source, output, report=tmp_path / "report")

    path_of(output).write_text('{"run": "Letter of in, 9 bytes, from 2025-01-01"}')
    with pytest.raises(AnotherRun, match="of another run: Letter of in, 9 bytes, from 2025-01-01, and this is Parcel"):
        upgrade_file(UPGRADE, source, output, report=tmp_path / "report")

    assert output.read_text() == "mine"


def test_the_command_goes_on_after_it_was_killed(tmp_path: Path) -> None:
    source, output = write(tmp_path / "in", 120_000, broken=BROKEN), tmp_path / "out"
    command = [sys.executable, "-m", "timegate.cli", "upgrade", "tests.bulk.parcels:gates", str(source)]
    command += ["--model", "Parcel", "--from", OLD, "--output", str(output), "--workers", "2"]

    with subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL) as process:
        until = time.monotonic() + 240
        while not (path_of(output).exists() and json.loads(path_of(output).read_text())["lines"]):
            assert process.poll() is None, "it was done before it could be killed"
            assert time.monotonic() < until
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
    assert path_of(output).exists()
    again = subprocess.run(command, capture_output=True, text=True, check=False)

    assert again.returncode == 1, again.stderr
    assert again.stdout.splitlines()[0].startswith(f"{output}: 119,997 of 120,000 lines in ")
    assert again.stdout.splitlines()[1] == f"{output}.rejected: 3 did not pass"
    assert [line["parcel_id"] for line in read(output)] == [f"p-{n}" for n in range(120_000) if n not in BROKEN]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"--model": "Parcl"}, "nothing that reaches the server is a Parcl"),
        ({"--from": "2019-01-01"}, "is older than the oldest supported version"),
        ({"--output": "there"}, "there is there already: remove it, or write to another file"),
        ({"source": "nowhere"}, "No such file or directory"),
    ],
    ids=["model", "version", "output", "source"],
)
def test_what_cannot_be_carried_out_is_one_line_and_writes_nothing(
    changed: dict[str, str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "in", 3)
    (tmp_path / "there").touch()
    monkeypatch.chdir(tmp_path)
    given = {"source": "in", "--model": "Parcel", "--from": OLD, "--output": "out", **changed}
    options = [word for name, value in given.items() if name != "source" for word in (name, value)]

    ran = CliRunner().invoke(application, ["upgrade", "tests.bulk.parcels:gates", given["source"], *options])

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert told in ran.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["in", "there"]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    script = (
        "import resource, sys; from pathlib import Path; from tests.bulk.test_files import *;"
        "source = Path(sys.argv[1]);"
        "upgrade_file(UPGRADE, source, source.with_suffix('.out'), report=source.with_suffix('.report'));"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )

    def peak(count: int) -> int:
        """The most memory in KiB."""
        source = write(tmp_path / f"{count}.in", count)
        ran = subprocess.run([sys.executable, "-c", script, str(source)], capture_output=True, text=True, check=True)
        return int(ran.stdout)

    assert peak(200_000) - peak(20_000) < 16 * 1024
