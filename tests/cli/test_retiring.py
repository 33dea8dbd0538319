"""The oldest version goes, with what only its clients needed, once nobody asks for it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.in_folder import edit, git, invoked
from tests.cli.shop_to_retire_from import RETIRED, SHOP
from tests.observing.days import number_of
from timegate.observing.counts import Counts

OLDEST, MIDDLE = "2025-01-01", "2025-06-01"
COUNTED_ON = datetime.now(UTC).date()
SEEN = f"none of 1 requests counted since {COUNTED_ON} asked for 2025-01-01\n"
RETIRE = ("retire", OLDEST, "shop:app", "--usage", "usage.sqlite")


def committed(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "--message", "A state")


def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
    ran = invoked(folder, *arguments)
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran.exit_code, ran.stdout, ran.stderr


def count(folder: Path, version: str, client: str = "me") -> None:
    Counts(folder / "usage.sqlite").add((number_of(COUNTED_ON), client, version, "POST /items", 200, ""))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """An app in one file, under git, with frozen contracts and snapshots, whose newer clients were seen."""
    folder = tmp_path.resolve()
    (folder / "shop.py").write_text(SHOP, encoding="utf-8")
    for version in (OLDEST, MIDDLE):
        (folder / "tests" / "snapshots" / version).mkdir(parents=True)
        (folder / "tests" / "snapshots" / version / "items.POST.json").write_text("{}\n", encoding="utf-8")
    assert run(folder, "freeze", "all", "shop:app")[0] == 0
    (folder / ".gitignore").write_text("usage.sqlite*\n", encoding="utf-8")
    git(folder, "init", "--quiet")
    committed(folder)
    count(folder, MIDDLE)
    return folder


def test_a_version_goes_with_its_facts_its_handler_its_contract_and_its_snapshots(shop: Path) -> None:
    code, patch, told = run(shop, *RETIRE, "--write")
    assert (code, patch, told) == (
        0,
        "",
        f"{SEEN}only clients of 2025-01-01 reach GET /notes: notes (shop.py:54), which goes\n"
        "the contracts of 2 other versions stay the same\n"
        "version 2025-01-01 is retired: 3 files changed\n",
    )
    assert (shop / "shop.py").read_text(encoding="utf-8") == RETIRED
    assert git(shop, "status", "--porcelain").splitlines() == [
        f" D contracts/{OLDEST}.json",
        " M shop.py",
        f" D tests/snapshots/{OLDEST}/items.POST.json",
    ]
    code, checked, _ = run(shop, "check", "shop:app")
    assert (code, checked.splitlines()[-1]) == (0, "2 frozen contracts compared: 1 note")
    assert 'told what is not so, risky: Size old clients read "small" for "huge"' in checked


def test_what_only_the_entry_of_the_version_used_goes_with_it(shop: Path) -> None:
    edit(shop / "shop.py", 'Version("2025-01-01"),', 'Version("2025-01-01", sunset=ends, links=told()),')
    before = "timeline = Timeline("
    names = 'ends = date.fromisoformat(os.environ["ENDS"]) if "ENDS" in os.environ else END\n'
    edit(
        shop / "shop.py", before, f"END = None\n\n\ndef told() -> dict[str, str]:\n    return {{}}\n\n\n{names}{before}"
    )
    edit(shop / "shop.py", "from enum import Enum\n", "import os\nfrom datetime import date\nfrom enum import Enum\n")
    committed(shop)
    code, _, told = run(shop, *RETIRE, "--write")
    assert (code, "any more" in told) == (0, False)
    assert (shop / "shop.py").read_text() == RETIRED


def test_what_nothing_uses_any_more_stays_where_it_calls_something_and_is_told(shop: Path) -> None:
    edit(shop / "shop.py", 'Version("2025-01-01"),', 'Version("2025-01-01", links=links),')
    edit(shop / "shop.py", "timeline = Timeline(", "links = dict([])\ntimeline = Timeline(")
    committed(shop)
    code, _, told = run(shop, *RETIRE, "--write")
    line = SHOP[: SHOP.index("timeline = Timeline(")].count("\n") + 1
    said = f"nothing uses links (shop.py:{line}) any more, which stays, because it calls something: yours to delete"
    assert (code, said in told.splitlines()) == (0, True)
    assert (shop / "shop.py").read_text() == RETIRED.replace("timeline = ", "links = dict([])\ntimeline = ")


def test_the_patch_is_only_printed_and_git_applies_it(shop: Path) -> None:
    code, patch, told = run(shop, *RETIRE)
    assert (code, git(shop, "status", "--porcelain")) == (0, "")
    assert told.endswith("the contracts of 2 other versions stay the same\n")
    (shop.parent / "retire.patch").write_text(patch, encoding="utf-8")
    git(shop, "apply", str(shop.parent / "retire.patch"))
    (shop.parent / "retire.patch").unlink()
    assert (shop / "shop.py").read_text(encoding="utf-8") == RETIRED
    assert not (shop / "contracts" / f"{OLDEST}.json").exists()


def test_a_version_that_was_seen_stays_and_who_asked_for_it_is_told(shop: Path) -> None:
    count(shop, OLDEST, "acme")
    code, patch, told = run(shop, *RETIRE, "--write")
    assert (code, patch) == (1, "")
    assert told == (f"acme: 1 × POST /items, last on {COUNTED_ON}: asked for 2025-01-01\ntimegate: 2025-01-01 stays\n")
    assert git(shop, "status", "--porcelain") == ""


def test_counts_without_any_request_say_nothing(shop: Path) -> None:
    Counts(shop / "nothing.sqlite").add((1, "me", MIDDLE, "POST /items", 200, ""))
    code, _, told = run(shop, "retire", OLDEST, "shop:app", "--usage", "nothing.sqlite")
    assert code == 1
    assert "no request was counted in the last 90 days, so nothing says that nobody asks for 2025-01-01" in told


@pytest.mark.parametrize("default", ["'oldest'", "'2025-01-01'"])
def test_a_version_that_requests_get_by_default_stays(shop: Path, default: str) -> None:
    edit(shop / "shop.py", "timeline=timeline)", f"timeline=timeline, default={default})")
    code, patch, told = run(shop, *RETIRE)
    assert (code, patch) == (1, "")
    assert f"default={default}: requests that name no version get 2025-01-01: name a newer one" in told


def test_a_version_that_is_the_ceiling_stays(shop: Path) -> None:
    edit(shop / "shop.py", "timeline=timeline)", "timeline=timeline, ceiling='2025-01-01')")
    code, _, told = run(shop, *RETIRE)
    assert (code, "the ceiling is 2025-01-01: raise it" in told) == (1, True)


def test_that_a_default_is_a_function_is_told(shop: Path) -> None:
    edit(shop / "shop.py", "timeline=timeline)", "timeline=timeline, default=lambda scope: '2025-06-01')")
    committed(shop)
    code, _, told = run(shop, *RETIRE)
    assert (code, "default= is a function: that it never gives 2025-01-01 is yours to see" in told) == (0, True)


@pytest.mark.parametrize(
    ("version", "problem"),
    [
        (MIDDLE, "version 2025-06-01 is not the oldest, and older ones need its facts: retire 2025-01-01 first"),
        ("2024-01-01", "Version '2024-01-01' is not a version of this API"),
    ],
)
def test_only_the_oldest_version_can_be_retired(shop: Path, version: str, problem: str) -> None:
    code, _, told = run(shop, "retire", version, "shop:app", "--usage", "usage.sqlite")
    assert (code, problem in told) == (2, True)


@pytest.mark.parametrize("use", ["kept = notes", "kept = app.url_path_for('notes')"])
def test_a_handler_that_others_use_is_left_and_the_proof_says_what_it_would_do(shop: Path, use: str) -> None:
    edit(shop / "shop.py", "timeline=timeline)\n", f"timeline=timeline)\n{use}\n")
    committed(shop)
    code, _, told = run(shop, *RETIRE, "--write")
    assert code == 1
    assert "GET /notes: notes (shop.py:54) is used in shop.py:59: delete its route" in told
    assert "version 2025-06-01 would not be the same: GET /notes has come" in told
    assert "the patch is not proven, and nothing is written" in told
    assert git(shop, "status", "--porcelain") == ""


def test_a_change_that_a_handler_asks_for_is_told_with_the_line(shop: Path) -> None:
    edit(shop / "shop.py", "    return item\n", "    return item if Skus.applies() else item\n")
    committed(shop)
    code, _, told = run(shop, *RETIRE, "--write")
    assert code == 1
    assert "Skus goes and is used in shop.py:" in told
    assert git(shop, "status", "--porcelain") == ""


def test_a_template_that_links_to_a_handler_keeps_it(shop: Path) -> None:
    (shop / "page.html").write_text("<a href=\"{{ url_for('notes') }}\">notes</a>\n", encoding="utf-8")
    committed(shop)
    code, _, told = run(shop, *RETIRE)
    assert (code, "notes (shop.py:54) is used in page.html:1: delete its route" in told) == (1, True)


def test_the_ends_of_lines_stay_and_what_is_no_module_is_no_matter(shop: Path) -> None:
    (shop / "shop.py").write_text(SHOP, encoding="utf-8", newline="\r\n")
    (shop / "data.py").write_text("this is {{ no }} Python", encoding="utf-8")
    (shop / "latin.py").write_bytes("# é".encode("latin-1"))
    git(shop, "config", "core.autocrlf", "false")
    committed(shop)
    code, _, told = run(shop, *RETIRE, "--write")
    assert code == 0, told
    assert (shop / "shop.py").read_bytes() == RETIRED.replace("\n", "\r\n").encode("utf-8")


def test_the_handlers_of_routers_go_too(shop: Path) -> None:
    edit(shop / "shop.py", "from fastapi import FastAPI\n", "from fastapi import APIRouter, FastAPI\n")
    edit(shop / "shop.py", "app = FastAPI()\n", "app = FastAPI()\nrouter = APIRouter(prefix='/old')\n")
    edit(shop / "shop.py", 'NOTES = "/notes"', 'NOTES = "/old/notes"')
    edit(shop / "shop.py", '@app.get("/notes")', '@router.get("/notes")')
    edit(shop / "shop.py", "\n\napp.add_middleware", "\n\napp.include_router(router)\napp.add_middleware")
    committed(shop)
    code, _, told = run(shop, *RETIRE, "--write")
    assert code == 0, told
    assert "only clients of 2025-01-01 reach GET /old/notes: notes (shop.py:55), which goes" in told
    assert "async def notes" not in (shop / "shop.py").read_text(encoding="utf-8")


def test_what_is_not_committed_is_not_overwritten(shop: Path) -> None:
    (shop / "README").write_text("one\n", encoding="utf-8")
    committed(shop)
    (shop / "README").write_text("two\n", encoding="utf-8")
    assert run(shop, *RETIRE)[0] == 0
    code, _, told = run(shop, *RETIRE, "--write")
    assert (code, "the work tree has changes that are not committed: commit them first" in told) == (2, True)
    edit(shop / "shop.py", "FastAPI()", "FastAPI(title='Shop')")
    code, _, told = run(shop, *RETIRE)
    assert (code, "shop.py has changes that are not committed: commit them first" in told) == (2, True)


def test_outside_of_git_nothing_is_retired(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SHOP, encoding="utf-8")
    count(tmp_path, MIDDLE)
    code, _, told = run(tmp_path, *RETIRE)
    assert (code, "git rev-parse: " in told) == (2, True)


class TestPackage:
    @pytest.fixture
    def shop(self, tmp_path: Path) -> Path:
        """An app in a folder of its own, in a package with a module for each version."""
        folder = tmp_path.resolve() / "server"
        versions = folder / "shop" / "versions"
        versions.mkdir(parents=True)
        (folder / "shop" / "__init__.py").touch()
        (folder / "shop" / "models.py").write_text(
            "from pydantic import BaseModel\n\n\nclass Item(BaseModel):\n    sku: str\n    note: str | None = None\n",
            encoding="utf-8",
        )
        (versions / "__init__.py").write_text(
            "from timegate import Timeline\n\ntimeline = Timeline.from_package(__name__)\n", encoding="utf-8"
        )
        (versions / "v2025_01_01.py").write_text('"""The oldest."""\n', encoding="utf-8")
        (versions / "v2025_06_01.py").write_text(
            '"""What June brought."""\n\nfrom datetime import date\n\nfrom shop.models import Item\n'
            "from timegate import VersionChange, on\n\nsunset = date(2099, 1, 1)\n\n\nclass Skus(VersionChange):\n"
            '    """A number is a SKU."""\n\n    changes = (on(Item).renamed("article", to="sku"),)\n',
            encoding="utf-8",
        )
        (versions / "v2025_09_01.py").write_text(
            "from shop.models import Item\nfrom timegate import VersionChange, on\n\n\nclass Notes(VersionChange):\n"
            '    """An item has a note."""\n\n    changes = (on(Item).added("note"),)\n',
            encoding="utf-8",
        )
        (folder / "shop" / "main.py").write_text(
            "from fastapi import FastAPI\nfrom timegate.asgi import TimegateMiddleware\n\n"
            "from shop.models import Item\nfrom shop.versions import timeline\n\napp = FastAPI()\n"
            'app.add_middleware(TimegateMiddleware, timeline=timeline)\n\n\n@app.post("/items")\n'
            "async def add(item: Item) -> Item:\n    return item\n",
            encoding="utf-8",
        )
        (folder / ".gitignore").write_text("usage.sqlite*\n", encoding="utf-8")
        git(tmp_path, "init", "--quiet")
        committed(tmp_path)
        count(folder, MIDDLE)
        return folder

    def test_its_module_goes_and_the_next_one_keeps_what_it_says_of_its_end(self, shop: Path) -> None:
        arguments = ("retire", OLDEST, "shop.main:app", "--usage", "usage.sqlite", "--write")
        code, _, told = run(shop, *arguments)
        assert (code, told) == (
            0,
            f"{SEEN}the contracts of 2 other versions stay the same\nversion 2025-01-01 is retired: 2 files changed\n",
        )
        versions = shop / "shop" / "versions"
        assert sorted(file.stem for file in versions.glob("v*.py")) == ["v2025_06_01", "v2025_09_01"]
        assert (versions / "v2025_06_01.py").read_text(encoding="utf-8") == (
            '"""What June brought."""\n\nfrom datetime import date\n\nsunset = date(2099, 1, 1)\n'
        )
        committed(shop.parent)
        assert run(shop, "retire", MIDDLE, "shop.main:app", "--usage", "usage.sqlite")[0] == 1

    def test_a_module_that_is_imported_elsewhere_is_told(self, shop: Path) -> None:
        (shop / "tool.py").write_text("from shop.versions.v2025_06_01 import Skus\n\nprint(Skus)\n", encoding="utf-8")
        (shop / "old.py").write_text("from shop.versions import v2025_01_01\n", encoding="utf-8")
        (shop / "another.py").write_text("from kiosk.versions import v2025_01_01\n", encoding="utf-8")
        committed(shop.parent)
        code, _, told = run(shop, "retire", OLDEST, "shop.main:app", "--usage", "usage.sqlite", "--write")
        assert code == 1
        assert "Skus goes and is used in server/tool.py:1, server/tool.py:3" in told
        assert "server/old.py:1 imports v2025_01_01, which goes: import it no more" in told
        assert "another.py" not in told

    def test_versions_that_are_packages_of_modules_go_too(self, shop: Path) -> None:
        versions = shop / "shop" / "versions"
        for name in ("v2025_01_01", "v2025_06_01"):
            text = (versions / f"{name}.py").read_text(encoding="utf-8")
            (versions / f"{name}.py").unlink()
            (versions / name).mkdir()
            (versions / name / "__init__.py").write_text('"""A version."""\n', encoding="utf-8")
            (versions / name / "skus.py").write_text(text, encoding="utf-8")
        committed(shop.parent)
        code, _, told = run(shop, "retire", OLDEST, "shop.main:app", "--usage", "usage.sqlite", "--write")
        assert code == 0, told
        assert sorted(str(file.relative_to(versions)) for file in versions.rglob("*.py")) == [
            "__init__.py",
            "v2025_06_01/__init__.py",
            "v2025_06_01/skus.py",
            "v2025_09_01.py",
        ]
        assert "Skus" not in (versions / "v2025_06_01" / "skus.py").read_text(encoding="utf-8")

    def test_the_last_version_stays(self, shop: Path) -> None:
        for name in ("v2025_01_01", "v2025_06_01"):
            (shop / "shop" / "versions" / f"{name}.py").unlink()
        (shop / "shop" / "versions" / "v2025_09_01.py").write_text("", encoding="utf-8")
        code, _, told = run(shop, "retire", "2025-09-01", "shop.main:app", "--usage", "usage.sqlite")
        assert (code, "version 2025-09-01 is the only released version" in told) == (2, True)
