"""The benchmarks measure what they report (workload, order, spread, verdicts), and a request leaves no garbage."""

import asyncio
import gc
import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import past, startup
from benchmarks.api import SIZES, Task, body_data, task_data
from benchmarks.byhand import request_by_hand, response_by_hand
from benchmarks.client import Caller, Request, started
from benchmarks.gated import timeline
from benchmarks.hosts import HEADER, RECEIVED, fastapi_app, starlette_app, under_timegate
from benchmarks.instructions import BASELINE, verdicts
from benchmarks.load import requests_in, response_to, wire_bytes
from benchmarks.started import IMPORTED, fresh_processes
from benchmarks.targets import Verdict
from benchmarks.timing import interleaved_order, spread_of, summarised, timed, widest
from timegate import Contract

OLDEST = {
    "id": "0191f4b2-7c1e-7a53-9d0e-000000000001",
    "dag_version_id_3": "0191f4b2-0000-7a53-9d0e-000000000001",
    "title_2": "load_001",
    "state": "running",
    "priority": 1,
    "queue_2": "default",
    "try_number_3": 2,
    "started_at_2": "2026-03-01T08:15:30Z",
    "note": "",
    "owner": {"name_3": "Ada", "email_2": "ada@site.org", "active": True},
    "pool_slots": 1,
    "executor": "local",
    "hostname": "worker-1",
}


class TestWorkload:
    def test_it_has_fifty_changes_of_all_kinds(self) -> None:
        kinds = Counter(type(event).__name__ for event in past.EVENTS)
        assert kinds == {
            "Renamed": 17, "Added": 14, "Removed": 14, "MemberRenamed": 3, "BecameNullable": 1, "Retyped": 1,
        }  # fmt: skip

    @pytest.mark.parametrize(("size", "about"), [("340 B", 340), ("12 KB", 12_000), ("1.2 MB", 1_200_000)])
    def test_bodies_have_the_size_in_their_name(self, size: str, about: int) -> None:
        length = len(json.dumps(body_data(size), separators=(",", ":")))
        assert about * 0.97 < length < about * 1.05
        assert set(SIZES) == {"340 B", "12 KB", "1.2 MB"}

    def test_the_oracle_agrees_with_the_converters_written_by_hand(self) -> None:
        assert past.downgraded(task_data(1), past.DEPTH) == OLDEST
        assert response_by_hand(task_data(1)) == OLDEST
        sent = past.as_sent(task_data(1), past.DEPTH)
        assert request_by_hand(sent) == past.upgraded(sent, past.DEPTH)

    def test_a_response_sent_back_reaches_head_without_the_fields_the_client_never_had(self) -> None:
        head = task_data(1)
        back = past.upgraded(past.as_sent(head, past.DEPTH), past.DEPTH)
        kept = {key: value for key, value in head.items() if key not in ("max_tries", "trigger", "labels")}
        assert back == {**kept, "note": "", "owner": {"name": "Ada", "email": "ada@site.org"}}

    @pytest.mark.parametrize("depth", past.DEPTHS)
    def test_gates_agree_with_the_oracle_at_every_depth_that_is_measured(self, depth: int) -> None:
        gates, head = timeline().compile(Contract.of(starlette_app())), task_data(3)
        version, old = past.version_at(depth), past.as_sent(head, depth)
        assert gates.downgrade(Task, head, to_version=version) == past.downgraded(head, depth)
        assert gates.upgrade(Task, old, from_version=version) == past.upgraded(old, depth)


class TestTiming:
    def test_sides_take_turns_there_and_back(self) -> None:
        assert [interleaved_order(["a", "b", "c"], turn) for turn in (0, 1)] == [["a", "b", "c"], ["c", "b", "a"]]

    def test_ratios_are_medians_of_rounds_so_that_a_drift_of_the_machine_is_not_seen(self) -> None:
        found = summarised({"one": [1.0, 2.0, 4.0, 8.0], "two": [2.0, 4.0, 8.0, 16.0]})
        assert found["two"].ratio == 2.0
        assert found["two"].fastest == 2.0
        assert found["two"].extra == 1.0
        assert found["two"].doubt == 0.0
        assert found["two"].spread == 0.0
        assert widest(found) == found["one"].spread > 0.1

    def test_the_spread_is_the_distance_between_the_quartiles_over_the_median(self) -> None:
        assert spread_of([1.0, 2.0, 3.0, 4.0, 5.0]) == pytest.approx(2 / 3)
        assert spread_of([1.0]) == 0.0

    def test_what_does_twice_as_much_takes_longer(self) -> None:
        async def one() -> None:
            sum(range(2_000))

        async def two() -> None:
            sum(range(20_000))

        found = asyncio.run(timed({"one": one, "two": two}, rounds=5, seconds=0.002))
        assert found["two"].ratio > 3
        assert found["two"].extra > 0


class TestVerdicts:
    def test_a_missed_target_shows_by_how_much(self) -> None:
        verdict = Verdict("gate", 1.5, 1.25)
        assert not verdict.met
        assert str(verdict).endswith("(at most 1.25): missed by 20%")

    def test_a_miss_within_the_measurement_error_is_no_miss(self) -> None:
        assert Verdict("gate", 1.5, 1.25, doubt=0.26).met
        assert not Verdict("gate", 1.5, 1.25, doubt=0.24).met

    def test_more_may_be_better(self) -> None:
        assert Verdict("times faster", 7.0, 6.0, at_least=True).met
        assert str(Verdict("times faster", 3.0, 6.0, at_least=True)).endswith("(at least 6): missed by 50%")

    def test_a_count_of_instructions_that_has_grown_is_named(self) -> None:
        baseline = {"a": 1000, "b": 1000}
        assert verdicts({"a": 1029, "b": 500}, baseline) == []
        assert verdicts({"a": 1031, "c": 1}, baseline) == [
            "a: 1,031 instructions, +3.1% of 1,000",
            "c: not in the baseline",
        ]

    def test_the_baseline_has_the_same_cases_for_every_interpreter(self) -> None:
        baselines: dict[str, dict[str, int]] = json.loads(Path(BASELINE).read_text(encoding="utf-8"))
        assert len({frozenset(counts) for counts in baselines.values()}) == 1


class TestSides:
    @pytest.mark.parametrize("build", [fastapi_app, starlette_app])
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_gated_request_leaves_nothing_for_the_garbage_collector(self, build: type, method: str) -> None:
        old = past.as_sent(task_data(1), past.DEPTH)
        body = json.dumps(old).encode() if method == "POST" else b""
        path = "/tasks" if method == "POST" else "/tasks/1"

        async def garbage_of_50() -> int:
            async with started(under_timegate(build())) as app:
                caller = Caller(app, Request(method, path, (HEADER, past.version_at(past.DEPTH)), body))
                for _ in range(5):
                    await caller()
                assert caller.response.status == 200
                gc.collect()
                gc.disable()
                try:
                    for _ in range(50):
                        await caller()
                    return gc.collect()
                finally:
                    gc.enable()

        # What another test has left may fall due in between; what a request leaves, it leaves each time.
        assert min(asyncio.run(garbage_of_50()) for _ in range(3)) < 50

    def test_a_handler_receives_what_the_oracle_computes_and_no_other_key(self) -> None:
        old = past.as_sent(task_data(1), past.DEPTH)

        async def post() -> bytes:
            async with started(under_timegate(fastapi_app())) as app:
                request = Request("POST", "/tasks", (HEADER, past.version_at(past.DEPTH)), json.dumps(old).encode())
                caller = Caller(app, request)
                await caller()
                return caller.response.body

        response = json.loads(asyncio.run(post()))
        received = RECEIVED[0]
        assert received is not None
        assert received.model_dump(mode="json", exclude_unset=True) == past.upgraded(old, past.DEPTH)
        assert response == {**OLDEST, "note": ""}

    @pytest.mark.parametrize("side", ["fastapi", "timegate"])
    def test_a_large_app_starts_and_responds_as_expected(self, side: str) -> None:
        taken = asyncio.run(startup.measured(side))
        assert taken["seconds"] > 0
        assert taken["mib"] > 10


class TestFreshProcesses:
    def test_a_second_start_finds_bytecode_even_where_the_environment_has_none_written(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        with fresh_processes() as run:
            written = [Path(run("-c", "import timegate; print(timegate.__cached__)").strip()) for _ in range(2)]
            assert written[0] == written[1]
            assert written[0].is_file()
        assert not written[0].exists()

    def test_a_process_that_fails_shows_why(self) -> None:
        with fresh_processes() as run, pytest.raises(RuntimeError, match="No module named 'not_there'"):
            run("-c", "import not_there")

    @pytest.mark.parametrize("name", ["pydantic", "timegate", "timegate.asgi", "fastapi"])
    def test_an_import_is_timed(self, name: str) -> None:
        with fresh_processes() as run:
            assert float(run("-c", IMPORTED[name])) > 0


class TestLoad:
    def test_requests_with_a_response_are_counted(self) -> None:
        request = Request("GET", "/tasks/1", (HEADER, "2026-03-01"))
        received = 0

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal received
            while await reader.read(len(wire_bytes(request))):
                received += 1
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            writer.close()

        async def load() -> tuple[tuple[int, bytes, int], int]:
            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            async with server:
                port: int = server.sockets[0].getsockname()[1]
                first = await response_to(port, request)
                return first, await requests_in(port, request, size=first[2], connections=2, seconds=0.05)

        first, count = asyncio.run(load())
        assert first == (200, b"{}", 40)
        assert 0 < count <= received
