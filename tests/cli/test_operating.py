"""Commands for operators: who uses what, whether a build may go live, and what a client has to do."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from tests.cli.stalls import MIDDLE, NEWEST, OLDEST, stall
from tests.cli.stalls import middle as middle_version
from tests.cli.stalls import newest as newest_version
from tests.cli.stalls import oldest as oldest_version
from tests.observing.days import number_of, on_one_day
from timegate.asgi import Scope
from timegate.cli.app import application
from timegate.observing.counts import Counts

STALLS = "tests.cli.stalls"


GUIDE = """\
# old: from 2025-01-01 to 2025-09-01

2 of 3 changes touch you.

## An article number is called SKU. (2025-06-01)

- Clients of 2025-01-01 know `article` of `Item`, which is `sku` now.
- Clients of 2025-01-01 know `POST /articles`, which is at `/items` now.

Operations: `POST /items`.

`Item` before: `{"article": "sku"}`, and now: `{"sku": "sku"}`.

Declared by `Skus`.

You use: `POST /items`.

## An item has a note. (2025-09-01)

- Clients of 2025-06-01 do not know `note` of `Item`.

Operations: `POST /items`.

`Item` before: `{}`, and now: `{"note": "note"}`.

Declared by `Notes`.

You use: `POST /items`.
"""


def agent(scope: Scope) -> str | None:
    return next((value.decode() for name, value in scope["headers"] if name == b"user-agent"), None)


def count(database: Path) -> None:
    """Let a server count: an old client that adds items, a newer one that asks for prices, a newest one lost."""
    app = stall(newest_version, middle_version, oldest_version, observer=Counts(database), client=agent)
    client = TestClient(app)

    def ask(who: str, method: str, url: str, version: str, times: int, body: object = None) -> None:
        for _ in range(times):
            client.request(method, url, headers={"User-Agent": who, "API-Version": version}, json=body)

    ask("old", "POST", "/articles", OLDEST, 3, {"article": "tea"})
    ask("old", "GET", "/open", OLDEST, 2)
    ask("new", "GET", "/prices", NEWEST, 4)
    ask("early", "GET", "/prices", "2027-01-01", 5)
    ask("old", "POST", "/articles", OLDEST, 1, {"wrong": 1})


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a server counted on the day that the file is called."""

    def counted(day: date) -> Path:
        database = tmp_path_factory.mktemp("usage") / f"{day}.sqlite"
        count(database)
        return database

    return on_one_day(counted)


@pytest.fixture
def day(file: Path) -> str:
    return file.stem


def run(*arguments: str) -> tuple[int, str]:
    ran = CliRunner().invoke(application, list(arguments))
    return ran.exit_code, ran.output


def test_usage_says_who_asked_for_which_version(file: Path, day: str) -> None:
    assert run("usage", str(file)) == (
        0,
        "client  version     requests  refused  failed  last\n"
        f"early   unknown     5         5        0       {day}\n"
        f"new     2025-09-01  4         0        0       {day}\n"
        f"old     2025-01-01  6         0        0       {day}\n",
    )


def test_usage_says_which_operations(file: Path) -> None:
    code, text = run("usage", str(file), "--operations")
    rows = [line.split()[:5] for line in text.splitlines()[1:]]
    assert code == 0
    assert rows == [
        ["early", "unknown", "GET", "/prices", "5"],
        ["new", NEWEST, "GET", "/prices", "4"],
        ["old", OLDEST, "GET", "/open", "2"],
        ["old", OLDEST, "POST", "/items", "4"],
    ]


def test_usage_is_json_for_programs(file: Path, day: str) -> None:
    code, text = run("usage", str(file), "--format", "json")
    rows = json.loads(text)
    assert code == 0
    assert sum(row["number"] for row in rows) == 15
    assert rows[0] == {
        "client": "early",
        "version": "unknown",
        "operation": "GET /prices",
        "status": 400,
        "problem": "version-too-new",
        "number": 5,
        "first": day,
        "last": day,
    }


def test_a_build_that_serves_what_was_seen_may_be_deployed(file: Path) -> None:
    assert run("can-i-deploy", f"{STALLS}:app", "--usage", str(file), "--days", "30") == (
        0,
        "yes: 9 requests of 2 clients at 2 versions in 30 days would be served as before\n",
    )


@pytest.mark.parametrize(
    ("build", "told"),
    [
        ("lowered", [f"new: 4 × GET /prices, last on DAY: version {NEWEST} is above the ceiling, {MIDDLE}"]),
        (
            "ended",
            [
                f"old: 2 × GET /open, last on DAY: version {OLDEST} is past its sunset",
                f"old: 3 × POST /items, last on DAY: version {OLDEST} is past its sunset",
            ],
        ),
        ("ending", [f"old: 2 × GET /open, last on DAY: version {OLDEST} is past its sunset"]),
        (
            "retired",
            [
                f"old: 2 × GET /open, last on DAY: version {OLDEST} is not in this build",
                f"old: 3 × POST /items, last on DAY: version {OLDEST} is not in this build",
            ],
        ),
    ],
)
def test_a_build_that_does_not_may_not(file: Path, day: str, build: str, told: list[str]) -> None:
    code, text = run("can-i-deploy", f"{STALLS}:{build}", "--usage", str(file))
    assert code == 1
    *broken, verdict = text.splitlines()
    assert broken == [line.replace("DAY", day) for line in told]
    lost = sum(int(line.split()[1]) for line in told)
    assert verdict == f"no: {lost} requests of the last 90 days would fail; {9 - lost} would not"


def test_a_ceiling_may_be_said_where_the_target_has_none(file: Path) -> None:
    code, text = run("can-i-deploy", f"{STALLS}:app", "--usage", str(file), "--ceiling", MIDDLE)
    assert (code, f"version {NEWEST} is above the ceiling, {MIDDLE}" in text) == (1, True)


def test_an_operation_that_is_gone_is_told(file: Path, tmp_path: Path) -> None:
    database = tmp_path / "usage.sqlite"
    counts = Counts(database)
    today = number_of(datetime.now(UTC).date())
    for operation in ("GET /prices", "GET /nowhere/{id}", "POST /articles"):
        counts.add((today, "me", MIDDLE, operation, 200, ""))
    code, text = run("can-i-deploy", f"{STALLS}:app", "--usage", str(database))
    assert code == 1
    assert [line.partition(": version")[2] for line in text.splitlines()[:-1]] == [
        f" {MIDDLE} has no GET /nowhere/{{id}}",
        f" {MIDDLE} has no GET /prices",
    ]


def test_a_guide_has_the_changes_that_touch_a_client(file: Path) -> None:
    code, text = run("guide", f"{STALLS}:app", "--usage", str(file), "--client", "old", "--to", NEWEST)
    assert (code, text) == (0, GUIDE)


def test_a_guide_is_json_for_programs_and_goes_into_a_file(file: Path, tmp_path: Path) -> None:
    guide = tmp_path / "guide.json"
    arguments = ("--usage", str(file), "--client", "old", "--to", MIDDLE, "--format", "json", "--output", str(guide))
    assert run("guide", f"{STALLS}:app", *arguments) == (0, f"{guide}: 1 of 1 changes\n")
    found = json.loads(guide.read_text())
    assert (found["client"], found["from"], found["to"], found["changes"]) == ("old", [OLDEST], MIDDLE, 1)
    (met,) = found["met"]
    assert (met["version"], met["name"], met["used"]) == (MIDDLE, "Skus", ["POST /items"])
    assert (met["sample"]["before"], met["sample"]["after"]) == ({"article": "sku"}, {"sku": "sku"})


@pytest.mark.parametrize(
    ("client", "to", "said"),
    [
        ("nobody", NEWEST, "'nobody' was not seen at any version of this build"),
        ("new", NEWEST, "'new' needs no guide: it speaks 2025-09-01, and shall speak 2025-09-01"),
        ("old", "2020-01-01", "Version '2020-01-01' is not a version of this API"),
    ],
)
def test_a_guide_that_cannot_be_is_refused(file: Path, client: str, to: str, said: str) -> None:
    code, text = run("guide", f"{STALLS}:app", "--usage", str(file), "--client", client, "--to", to)
    assert code == 2
    assert said in text


def test_where_nothing_was_counted_each_command_says_so(tmp_path: Path) -> None:
    missing = str(tmp_path / "usage.sqlite")
    for arguments in (["usage", missing], ["can-i-deploy", f"{STALLS}:app", "--usage", missing]):
        code, text = run(*arguments)
        assert (code, "nothing was counted in" in text) == (2, True)
