"""From an app without versions to released ones: baseline, check, revision, freeze, redate, collapse."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.cli.in_folder import done, edit

BARE = """\
from fastapi import FastAPI
from pydantic import BaseModel


class Item(BaseModel):
    sku: str
    quantity: int = 1


app = FastAPI()


@app.post("/items")
async def add(item: Item) -> Item:
    return item
"""

INLINE = '''\
from fastapi import FastAPI
from pydantic import BaseModel
from timegate import Timeline, Version, VersionChange, on
from timegate.asgi import TimegateMiddleware


class Item(BaseModel):
    sku: str
    name: str = "none"


class Names(VersionChange):
    """An item has a name."""

    changes = (on(Item).added("name"),)


class Skus(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("article", to="sku"),)


timeline = Timeline(
    Version("2025-08-01", Names),
    Version("2025-06-01", Skus),
    Version("2025-01-01"),
)
app = FastAPI()


@app.post("/items")
async def add(item: Item) -> Item:
    return item


app.add_middleware(TimegateMiddleware, timeline=timeline)
'''


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """An app in a package, adopted as of a day."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").touch()
    (tmp_path / "shop" / "models.py").write_text(BARE.partition("\n\napp = ")[0] + "\n", encoding="utf-8")
    app = "from fastapi import FastAPI\n\nfrom shop.models import Item\n\napp = " + BARE.partition("\napp = ")[2]
    (tmp_path / "shop" / "main.py").write_text(app, encoding="utf-8")
    told = done(tmp_path, "baseline", "2025-01-01", "shop.main:app")
    assert "contracts/2025-01-01.json: version 2025-01-01 is frozen" in told
    lines = [
        line.strip() for line in told[told.index("    from timegate import Timeline") :].splitlines() if line.strip()
    ]
    assert lines[3].endswith('default="2025-01-01")')
    edit(tmp_path / "shop" / "main.py", "\napp = FastAPI()", "\n" + "\n".join(lines[:2]) + "\n\napp = FastAPI()")
    with (tmp_path / "shop" / "main.py").open("a", encoding="utf-8") as file:
        file.write("\n\n" + "\n".join(lines[2:]) + "\n")
    return tmp_path


def test_an_app_that_a_function_makes_is_adopted_in_that_function(tmp_path: Path) -> None:
    app = BARE.partition("\napp = ")
    made = f"{app[0]}\n\ndef create_app() -> FastAPI:\n    return app\n\n\napp = {app[2]}"
    (tmp_path / "shop.py").write_text(made, encoding="utf-8")
    told = done(tmp_path, "baseline", "2025-01-01", "shop:create_app")
    assert "the last two lines in create_app, below the routes of the app that it returns" in told
    assert 'app.add_middleware(TimegateMiddleware, timeline=versions, default="2025-01-01")' in told
    assert "create_app.add_middleware" not in told


def test_from_an_app_without_versions_to_a_release(shop: Path) -> None:
    assert done(shop, "check", "shop.main:app") == "1 frozen contract compared: nothing has changed\n"
    edit(shop / "shop" / "models.py", "    quantity", "    colour: str | None = None\n    quantity")
    assert "error: undeclared change, additive: Item.colour has come" in done(shop, "check", "shop.main:app", code=1)
    told = done(shop, "check", "shop.main:app", "--fix")
    assert "shop/versions/unreleased.py: ColourOfItemIsNew is written" in told
    assert "1 frozen contract compared: nothing has changed" in told
    told = done(shop, "freeze", "2025-06-01", "shop.main:app")
    assert "v2025_06_01.py: the unreleased version is now 2025-06-01" in told
    assert sorted(file.name for file in (shop / "shop" / "versions").glob("*.py")) == [
        "__init__.py",
        "v2025_01_01.py",
        "v2025_06_01.py",
    ]
    document = json.loads((shop / "contracts" / "2025-06-01.json").read_text(encoding="utf-8"))
    assert document["info"]["version"] == "2025-06-01"
    assert "colour" in document["components"]["schemas"]["Item"]["properties"]
    assert done(shop, "check", "shop.main:app") == "2 frozen contracts compared: nothing has changed\n"


def test_nothing_is_frozen_while_a_released_contract_would_change(shop: Path) -> None:
    edit(shop / "shop" / "models.py", "    quantity", "    weight: float\n    quantity")
    told = done(shop, "freeze", "2025-06-01", "shop.main:app", code=1)
    assert "Item.weight has come and is required" in told
    assert "nothing is frozen while a released contract would change" in told
    assert [file.name for file in (shop / "contracts").iterdir()] == ["2025-01-01.json"]


def test_a_revision_asks_for_a_decision_and_the_app_does_not_start_before(shop: Path) -> None:
    edit(shop / "shop" / "models.py", "    quantity", "    weight: float\n    quantity")
    told = done(shop, "revision", "shop.main:app", "-m", "Items are weighed")
    assert "decide: what does head take where an old client sends no `weight`?" in told
    told = done(shop, "check", "shop.main:app", code=2)
    assert re.search(r"unreleased\.py:\d+: a change is undecided: what does head take", told)
    file = shop / "shop" / "versions" / "unreleased.py"
    text = re.sub(r"undecided\([^)]*\)", "1.5", file.read_text(encoding="utf-8"))
    file.write_text(text.replace(", undecided", ""), encoding="utf-8")
    assert done(shop, "check", "shop.main:app") == "1 frozen contract compared: nothing has changed\n"


def test_a_check_names_the_command_that_writes_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(INLINE, encoding="utf-8")
    given = ["shop:timeline", "--contract", "shop:app", "--folder", "kept contracts"]
    done(tmp_path, "freeze", "all", *given)
    edit(tmp_path / "shop.py", "    sku: str", "    sku: str\n    weight: float")
    told = done(tmp_path, "check", *given, code=1).splitlines()
    assert told[-1] == (
        "to write what is missing: timegate revision shop:timeline --contract shop:app --folder 'kept contracts'"
    )
    done(tmp_path, *shlex.split(told[-1].partition(": timegate ")[2]))
    assert "undecided(" in (tmp_path / "shop.py").read_text(encoding="utf-8")


def test_a_second_change_stands_before_the_first_in_the_same_file(shop: Path) -> None:
    for name in ("colour", "label"):
        edit(shop / "shop" / "models.py", "    quantity", f"    {name}: str | None = None\n    quantity")
        done(shop, "check", "shop.main:app", "--fix")
    text = (shop / "shop" / "versions" / "unreleased.py").read_text(encoding="utf-8")
    assert re.findall(r"class (\w+)", text) == ["LabelOfItemIsNew", "ColourOfItemIsNew"]
    assert text.count("import") == 2


def test_an_accepted_difference_stays_accepted_and_has_a_reason(shop: Path) -> None:
    edit(shop / "shop" / "models.py", "    quantity", "    colour: str | None = None\n    quantity")
    findings = json.loads(done(shop, "check", "shop.main:app", "--format", "json", code=1))["findings"]
    fingerprint = findings[0]["fingerprint"]
    assert "with a reason" in done(shop, "check", "shop.main:app", "--accept", fingerprint, code=2)
    done(shop, "check", "shop.main:app", "--accept", fingerprint, "--reason", "nobody reads it strictly")
    told = done(shop, "check", "shop.main:app")
    assert "accepted: nobody reads it strictly" in told
    entry = json.loads((shop / "contracts" / "accepted.json").read_text(encoding="utf-8"))[fingerprint]
    assert (entry["place"], entry["reason"]) == ("Item.colour", "nobody reads it strictly")
    edit(shop / "shop" / "models.py", "    colour: str | None = None\n", "")
    assert "warning: needless acceptance: Item.colour" in done(shop, "check", "shop.main:app")


def test_an_edited_version_file_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(INLINE, encoding="utf-8")
    done(tmp_path, "freeze", "all", "shop:app")
    edit(tmp_path / "shop.py", '"article"', '"artikel"')
    told = done(tmp_path, "check", "shop:app", code=1)
    assert "a change of version 2025-06-01 was edited or dropped since it was released: put it back as it was" in told


def test_a_version_that_is_gone_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(INLINE, encoding="utf-8")
    done(tmp_path, "freeze", "all", "shop:app")
    edit(
        tmp_path / "shop.py", '    Version("2025-06-01", Skus),\n    Version("2025-01-01")', '    Version("2025-06-01")'
    )
    assert "error: version gone: 2025-01-01" in done(tmp_path, "check", "shop:app", code=1)


def test_without_frozen_contracts_the_check_fails(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(INLINE, encoding="utf-8")
    assert "timegate freeze all module:app" in done(tmp_path, "check", "shop:app", code=1)


class TestInline:
    @pytest.fixture
    def shop(self, tmp_path: Path) -> Path:
        """An app in one file, with two versions that are not frozen."""
        (tmp_path / "shop.py").write_text(INLINE, encoding="utf-8")
        done(tmp_path, "freeze", "2025-01-01", "shop:app")
        return tmp_path

    def test_a_version_that_is_not_frozen_gets_another_date(self, shop: Path) -> None:
        done(shop, "redate", "2025-08-01", "2025-09-01", "shop:app")
        assert 'Version("2025-09-01", Names)' in (shop / "shop.py").read_text(encoding="utf-8")
        done(shop, "redate", "2025-09-01", "unreleased", "shop:app")
        assert 'Version("unreleased", Names)' in (shop / "shop.py").read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        ("old", "new", "problem"),
        [
            ("2025-01-01", "2025-02-01", "version 2025-01-01 is frozen"),
            ("2025-08-01", "2025-05-01", "version 2025-05-01 would not be newer than 2025-06-01"),
            ("2025-06-01", "2025-09-01", "version 2025-09-01 would not be older than 2025-08-01"),
            ("2025-08-01", "soon", "'soon' is not a date like 2025-04-11"),
            ("2025-06-01", "unreleased", "only the newest may be without a date"),
        ],
    )
    def test_other_dates_are_refused(self, shop: Path, old: str, new: str, problem: str) -> None:
        assert problem in done(shop, "redate", old, new, "shop:app", code=2)
        assert (shop / "shop.py").read_text(encoding="utf-8") == INLINE

    def test_versions_that_are_not_frozen_become_one(self, shop: Path) -> None:
        assert done(shop, "collapse", "shop:app") == "version 2025-06-01 is now part of 2025-08-01\n"
        text = (shop / "shop.py").read_text(encoding="utf-8")
        assert 'Version("2025-08-01", Skus, Names),\n    Version("2025-01-01"),' in text
        done(shop, "freeze", "2025-08-01", "shop:app")
        assert "nothing can be folded" in done(shop, "collapse", "shop:app", code=2)


def test_modules_of_versions_that_are_not_frozen_become_one(shop: Path) -> None:
    versions = shop / "shop" / "versions"
    for name, value in (("colour", "v2025_06_01"), ("label", "v2025_07_01")):
        edit(shop / "shop" / "models.py", "    quantity", f"    {name}: str | None = None\n    quantity")
        class_name = name.capitalize()
        (versions / f"{value}.py").write_text(
            "from timegate import VersionChange, on\n\nfrom shop.models import Item\n\n\n"
            f'class {class_name}(VersionChange):\n    """More."""\n\n    changes = (on(Item).added("{name}"),)\n',
            encoding="utf-8",
        )
    done(shop, "collapse", "shop.main:app")
    assert sorted(file.stem for file in versions.glob("v*.py")) == ["v2025_01_01", "v2025_07_01"]
    text = (versions / "v2025_07_01.py").read_text(encoding="utf-8")
    assert re.findall(r"class (\w+)", text) == ["Colour", "Label"]
    assert "warning: not frozen: 2025-07-01" in done(shop, "check", "shop.main:app")
    done(shop, "redate", "2025-07-01", "2025-08-01", "shop.main:app")
    assert (versions / "v2025_08_01.py").read_text(encoding="utf-8") == text
