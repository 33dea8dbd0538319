"""What several processes count is summed up exactly, whoever reads, and however a process ends."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.observing.days import number_of, on_one_day
from timegate.observing import Event
from timegate.observing.counts import SLOTS, Counts, journals_of
from timegate.observing.usage import NoCounts, usage

COUNTING = """
import sys
from timegate.observing import Event
from timegate.observing.counts import Counts
counts = Counts(sys.argv[1])
for number in range(int(sys.argv[2])):
    version = f"v{number % 3}"
    counts(Event(version, version, "GET /a", True, 200, "", sys.argv[3], 0.1))
print("counted", flush=True)
sys.stdin.read()
"""


def event(version: str = "v1", *, client: str = "me", status: int = 200, problem: str = "") -> Event:
    return Event(version, version, "GET /a", True, status, problem, client, 0.1)


def summed(database: Path) -> Counter[tuple[str, str, int, str]]:
    return Counter({(one.client, one.version, one.status, one.problem): one.number for one in usage(database)})


def counting(database: Path, number: int, client: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", COUNTING, str(database), str(number), client]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "counted\n"
    return process


def test_what_is_counted_is_there_at_once_and_stays(tmp_path: Path) -> None:
    database = tmp_path / "usage.sqlite"
    counts = Counts(database)
    for _ in range(3):
        counts(event())
    counts(event("unknown", status=400, problem="version-too-new"))
    expected = {("me", "v1", 200, ""): 3, ("me", "unknown", 400, "version-too-new"): 1}
    assert summed(database) == expected
    assert summed(database) == expected
    counts(event())
    expected["me", "v1", 200, ""] = 4
    assert summed(database) == expected
    del counts
    for _ in range(3):
        assert summed(database) == expected
    assert list(journals_of(database).iterdir()) == []


def test_processes_that_run_end_and_are_killed_are_summed_up_exactly(tmp_path: Path) -> None:
    database = tmp_path / "usage.sqlite"
    killed, ended, running = (counting(database, 3000, client) for client in ("killed", "ended", "running"))
    killed.kill()
    killed.communicate()
    ended.communicate("")
    expected = {(client, f"v{n}", 200, ""): 1000 for client in ("killed", "ended", "running") for n in range(3)}
    # Everybody reads at once.
    with ThreadPoolExecutor(8) as pool:
        assert all(found == expected for found in pool.map(summed, [database] * 24))
    assert len(list(journals_of(database).glob("*.keys"))) == 1
    running.communicate("")
    assert summed(database) == expected
    assert list(journals_of(database).iterdir()) == []


def test_a_process_that_was_forked_counts_apart(tmp_path: Path) -> None:
    database = tmp_path / "usage.sqlite"
    counts = Counts(database)
    counts(event())
    child = os.fork()
    if child == 0:
        counts(event(client="child"))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    counts(event())
    assert summed(database) == {("me", "v1", 200, ""): 2, ("child", "v1", 200, ""): 1}


def test_a_merge_that_is_repeated_counts_nothing_twice(tmp_path: Path) -> None:
    database = tmp_path / "usage.sqlite"
    counting(database, 30, "gone").communicate("")
    kept = {file: file.read_bytes() for file in journals_of(database).iterdir()}
    expected = summed(database)
    # As if the reader had ended between its commit and the end of the files.
    for file, content in kept.items():
        file.write_bytes(content)
    assert summed(database) == expected == {("gone", f"v{n}", 200, ""): 10 for n in range(3)}
    assert list(journals_of(database).iterdir()) == []


def test_more_keys_than_a_file_has_room_for_go_into_the_next(tmp_path: Path) -> None:
    database = tmp_path / "usage.sqlite"
    counts = Counts(database)
    for number in range(SLOTS + 10):
        counts.add((0, f"c{number}", "v", "o", 200, ""))
    counts.add((0, "c5", "v", "o", 200, ""))
    found = usage(database)
    assert (len(found), sum(one.number for one in found)) == (SLOTS + 10, SLOTS + 11)


def test_only_the_last_days_are_told(tmp_path: Path) -> None:
    def counted(today: date) -> tuple[Path, list[int]]:
        database = tmp_path / f"{today}.sqlite"
        counts = Counts(database)
        for ago in (0, 1, 2, 40):
            counts.add((number_of(today) - ago, "me", "v1", "GET /a", 200, ""))
        return database, [usage(database, days=days)[0].number for days in (1, 2, 30, 41)]

    database, numbers = on_one_day(counted)
    assert numbers == [1, 2, 3, 4]
    (whole,) = usage(database)
    assert whole.last - whole.first == timedelta(days=40)
    assert database.stem == whole.last.isoformat()


def test_where_nothing_was_counted_it_says_how_to_count(tmp_path: Path) -> None:
    with pytest.raises(NoCounts, match=r"observer=Counts\("):
        usage(tmp_path / "usage.sqlite")


def test_the_file_is_plain_sqlite(tmp_path: Path) -> None:
    database = tmp_path / "usage.sqlite"
    counts = Counts(database)
    counts(event())
    usage(database)
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("select sum(number) from counted where version = 'v1'").fetchone() == (1,)
