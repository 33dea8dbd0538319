"""Snapshots of what old clients send and receive: one file each, and those of released versions stay as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SHOP = (Path(__file__).parent / "shop.py").read_text(encoding="utf-8")
TEST = """
def test_the_shop(old_client, each_version, exchange_snapshots):
    client = old_client(each_version)
    client.post("/items", json={"article" if each_version == "2025-01-01" else "sku": "a"})
    client.get("/items/a")
    client.get("/nowhere")
    exchange_snapshots.match(client.exchanges)
"""
ADD = "2025-01-01/items.POST.json"


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(shop=SHOP, test_it=TEST)
    pytester.makefile(".ini", pytest="[pytest]\ntimegate_app = shop:app\npythonpath = .\n")
    return pytester


@pytest.fixture
def written(project: pytest.Pytester) -> pytest.Pytester:
    """A project whose snapshots are written."""
    run(project, "--snapshot-update").assert_outcomes(passed=2)
    return project


def run(project: pytest.Pytester, *options: str) -> pytest.RunResult:
    return project.runpytest("-p", "no:cacheprovider", *options)


def break_the_app(project: pytest.Pytester) -> None:
    """Head names the price too, and no change says that old clients do not."""
    project.makepyfile(shop=SHOP.replace("quantity: int = 1", "quantity: int = 1\n    price: int = 0"))


def snapshots(project: pytest.Pytester) -> dict[str, str]:
    folder = project.path / "snapshots"
    return {str(file.relative_to(folder)): file.read_text() for file in sorted(folder.rglob("*.json"))}


def test_each_version_and_operation_has_a_file_that_reads_well(written: pytest.Pytester) -> None:
    files = snapshots(written)

    assert list(files) == [
        "2025-01-01/items.POST.json",
        "2025-01-01/items.sku.GET.json",
        "2025-01-01/not-in-this-version.json",
        "2025-06-01/items.POST.json",
        "2025-06-01/items.sku.GET.json",
        "2025-06-01/not-in-this-version.json",
    ]
    assert json.loads(files[ADD]) == {
        "operation": "POST /items",
        "exchanges": [
            {
                "sends": {
                    "method": "POST",
                    "path": "/items",
                    "headers": {"API-Version": "2025-01-01", "Content-Type": "application/json"},
                    "json": {"article": "a"},
                },
                "receives": {
                    "status": 200,
                    "headers": {"content-type": "application/json"},
                    "json": {"article": "a", "quantity": 1},
                },
            }
        ],
    }
    run(written).assert_outcomes(passed=2)


def test_without_a_file_the_test_fails_and_says_how_to_write_it(project: pytest.Pytester) -> None:
    result = run(project)

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*If it is right: pytest --snapshot-update*"])


def test_a_difference_is_told_with_the_steps_of_the_gates(written: pytest.Pytester) -> None:
    break_the_app(written)
    result = run(written, "-k", "2025-01-01")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*--- 2025-01-01/items.POST.json*",
            '*+     "price": 0',
            "*2025-01-01 is released, and its clients stay as they are. If this change does not*--accept-released*",
            "*- timegate: what the gates did -*",
            "POST /items as 2025-01-01: 200",
        ]
    )


def test_an_update_leaves_released_versions_as_they_are(written: pytest.Pytester) -> None:
    before = snapshots(written)
    break_the_app(written)
    result = run(written, "--snapshot-update")

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*--snapshot-update leaves this file as it is.*"])
    assert snapshots(written) == before


def test_an_update_changes_an_unreleased_version(project: pytest.Pytester) -> None:
    unreleased = SHOP.replace('"2025-06-01"', '"unreleased"').replace(
        "timeline=timeline", "timeline=timeline, unreleased=True"
    )
    test = TEST.replace("each_version", "'unreleased'").replace("'unreleased', ", "", 1)
    project.makepyfile(shop=unreleased, test_it=test)
    run(project, "--snapshot-update").assert_outcomes(passed=1)
    project.makepyfile(shop=unreleased.replace("quantity: int = 1", "quantity: int = 2"))
    run(project).assert_outcomes(failed=1)
    run(project, "--snapshot-update").assert_outcomes(passed=1)
    run(project).assert_outcomes(passed=1)

    assert '"quantity": 2' in snapshots(project)["unreleased/items.POST.json"]


def test_an_update_deletes_no_file(written: pytest.Pytester) -> None:
    before = snapshots(written)
    written.makepyfile(test_it=TEST.replace('    client.get("/nowhere")\n', ""))
    run(written, "--snapshot-update").assert_outcomes(passed=2)

    assert snapshots(written) == before


def test_an_accepted_version_changes_and_leaves_a_trace(written: pytest.Pytester) -> None:
    before = snapshots(written)
    break_the_app(written)
    result = run(written, "--accept-released", "2025-01-01: prices are ignored by the only client")

    result.assert_outcomes(passed=1, failed=1)
    after = snapshots(written)
    assert {name for name in after if after[name] != before[name]} == {ADD, "2025-01-01/items.sku.GET.json"}
    assert json.loads(after[ADD])["exchanges"][0]["receives"]["json"] == {"article": "a", "quantity": 1, "price": 0}
    trace = [json.loads(line) for line in (written.path / "accepted-snapshots.jsonl").read_text().splitlines()]
    assert [(line["version"], line["snapshot"], line["reason"]) for line in trace] == [
        ("2025-01-01", "2025-01-01/items.POST", "prices are ignored by the only client"),
        ("2025-01-01", "2025-01-01/items.sku.GET", "prices are ignored by the only client"),
    ]
    assert all(line["before"] != line["after"] for line in trace)
    run(written, "-k", "2025-01-01").assert_outcomes(passed=1, deselected=1)


def test_the_order_of_keys_does_not_count_and_a_type_does(written: pytest.Pytester) -> None:
    before = snapshots(written)
    file = written.path / "snapshots" / ADD
    file.write_text(json.dumps(json.loads(before[ADD]), sort_keys=True))
    run(written, "--accept-released", "2025-01-01: why").assert_outcomes(passed=2)
    assert not (written.path / "accepted-snapshots.jsonl").exists()
    assert '"quantity": 1\n' in before[ADD]
    file.write_text(before[ADD].replace('"quantity": 1\n', '"quantity": 1.0\n'))
    run(written).assert_outcomes(passed=1, failed=1)


def test_an_acceptance_without_a_reason_is_refused(written: pytest.Pytester) -> None:
    result = run(written, "--accept-released", "2025-01-01")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--accept-released '2025-01-01' says no reason: write 'VERSION: why'*"])


def test_two_tests_cannot_write_one_file(written: pytest.Pytester) -> None:
    other = TEST.replace("test_the_shop", "test_another")
    written.makepyfile(test_it=TEST + other)
    result = run(written, "-k", "2025-01-01")

    result.assert_outcomes(passed=1, failed=1, deselected=2)
    result.stdout.fnmatch_lines(["*2025-01-01/items.POST.json belongs to test_it.py::test_the_shop?2025-01-01?: give*"])
    written.makepyfile(test_it=TEST + other.replace("exchanges)", "exchanges, name='another')"))
    run(written, "-k", "2025-01-01", "--snapshot-update").assert_outcomes(passed=2, deselected=2)
    assert "2025-01-01/another/items.POST.json" in snapshots(written)


def test_what_differs_each_time_is_replaced(written: pytest.Pytester) -> None:
    written.makepyfile(
        test_it=TEST.replace(
            "match(client.exchanges)",
            "match(client.exchanges, name='r', headers=['API-Version'], replaced=lambda one: {**one, 'sends': '…'})",
        )
    )
    run(written, "-k", "2025-01-01", "--snapshot-update").assert_outcomes(passed=1, deselected=1)

    (exchange,) = json.loads(snapshots(written)["2025-01-01/r/items.POST.json"])["exchanges"]
    assert exchange["sends"] == "…"
    assert exchange["receives"]["headers"] == {"content-type": "application/json", "api-version": "2025-01-01"}


BIRTHS = """
import uuid
from datetime import datetime, timezone

from fastapi import FastAPI
from timegate import Timeline, Version
from timegate.asgi import TimegateMiddleware

app = FastAPI()
app.add_middleware(TimegateMiddleware, timeline=Timeline(Version("2025-01-01")))

@app.post("/births")
def births() -> dict:
    one, other = str(uuid.uuid4()), str(uuid.uuid4())
    at = datetime.now(timezone.utc)
    return {"id": one, "other": f"/births/{other}", "by": {one: 1}, "at": at, "day": "2025-01-01"}
"""
TEST_BIRTHS = """
from timegate.testing import steady

def test_births(old_client, exchange_snapshots):
    client = old_client("2025-01-01")
    client.post("/births")
    exchange_snapshots.match(client.exchanges, replaced=steady)
"""


def test_ids_and_moments_are_the_same_each_time_where_they_are_replaced(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(shop=BIRTHS, test_it=TEST_BIRTHS.replace(", replaced=steady", ""))
    pytester.makefile(".ini", pytest="[pytest]\ntimegate_app = shop:app\npythonpath = .\n")
    run(pytester, "--snapshot-update").assert_outcomes(passed=1)
    told = run(pytester)
    told.assert_outcomes(failed=1)
    told.stdout.fnmatch_lines(
        ["*Only ids and moments differ: delete the file, and write it with match(*replaced=steady)"]
    )
    assert "--accept-released" not in told.stdout.str()

    (pytester.path / "snapshots" / "2025-01-01" / "births.POST.json").unlink()
    pytester.makepyfile(test_it=TEST_BIRTHS)
    run(pytester, "--snapshot-update").assert_outcomes(passed=1)
    run(pytester).assert_outcomes(passed=1)
    (exchange,) = json.loads(snapshots(pytester)["2025-01-01/births.POST.json"])["exchanges"]
    assert exchange["receives"]["json"] == {
        "id": "ID-1",
        "other": "/births/ID-2",
        "by": {"ID-1": 1},
        "at": "MOMENT",
        "day": "2025-01-01",
    }
