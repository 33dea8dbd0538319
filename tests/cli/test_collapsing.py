"""Folding versions that are not frozen: what their modules hold comes along; what would mean something else is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.in_folder import done, edit
from tests.cli.test_releasing import shop

__all__ = ["shop"]

OLDER = '''\
"""What June changed."""

from __future__ import annotations

import math
from typing import Any as Anything

from shop.models import Item
from timegate import VersionChange, on

# A quantity was counted in dozens.
DOZEN: int = 12


def pieces(quantity: Anything) -> int:
    return math.floor(quantity * DOZEN)


# The first of two.
class Pieces(VersionChange):
    """A quantity is counted in pieces."""

    changes = (on(Item).retyped("quantity", to_head=pieces, to_old=lambda value: value // DOZEN),)
'''
NEWER = '''\
"""What July changed."""

from shop.models import Item
from timegate import VersionChange, on

from .v2025_06_01 import DOZEN


class Colours(VersionChange):
    """An item has a colour."""

    changes = (on(Item).added("colour"),)


SOLD_IN = DOZEN
'''


@pytest.fixture
def versions(shop: Path) -> Path:
    """The folder of two versions that are not frozen."""
    edit(shop / "shop" / "models.py", "    quantity", "    colour: str | None = None\n    quantity")
    folder = shop / "shop" / "versions"
    (folder / "v2025_06_01.py").write_text(OLDER, encoding="utf-8")
    (folder / "v2025_07_01.py").write_text(NEWER, encoding="utf-8")
    return folder


def test_functions_constants_comments_and_imports_come_along(shop: Path, versions: Path) -> None:
    assert done(shop, "collapse", "shop.main:app") == "version 2025-06-01 is now part of 2025-07-01\n"
    text = (versions / "v2025_07_01.py").read_text(encoding="utf-8")
    assert not (versions / "v2025_06_01.py").exists()
    order = [
        "import math",
        "# A quantity was",
        "DOZEN: int",
        "def pieces",
        "# The first",
        "class Pieces",
        "class Colours",
    ]
    assert sorted(order, key=text.index) == order
    assert "v2025_06_01" not in text
    assert '"""What June changed."""' not in text
    assert text.count("from __future__ import annotations") == 1
    ruff = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length=120", "--diff"]
    ran = subprocess.run([*ruff, str(versions / "v2025_07_01.py")], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
    (shop / "sent.json").write_text('{"sku": "tea", "quantity": 2}', encoding="utf-8")
    read = done(shop, "explain", "Item", "shop.main:app", "--from", "2025-01-01", "--file", "sent.json")
    assert "24" in read


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("v2025_07_01.py", "Colours", "Pieces", "both have a name Pieces: give one of them another name first"),
        ("v2025_07_01.py", "SOLD_IN = DOZEN", "def pieces() -> None: ...", "both have a name pieces"),
        ("v2025_07_01.py", "from shop.models import Item", "from shop.main import Item", "both have a name Item"),
        ("v2025_07_01.py", "import DOZEN", "import DOZEN as TWELVE", "DOZEN is imported as TWELVE"),
    ],
)
def test_what_would_mean_something_else_is_told_and_nothing_is_written(
    file: str, old: str, new: str, problem: str, shop: Path, versions: Path
) -> None:
    edit(versions / file, old, new)
    if "TWELVE" in new:
        edit(versions / file, "SOLD_IN = DOZEN", "SOLD_IN = TWELVE")
    before = {one.name: one.read_text(encoding="utf-8") for one in versions.glob("*.py")}
    assert problem in done(shop, "collapse", "shop.main:app", code=2)
    assert {one.name: one.read_text(encoding="utf-8") for one in versions.glob("*.py")} == before


def test_what_would_not_start_is_put_back_as_it_was(shop: Path, versions: Path) -> None:
    june = 'any(one.endswith("v2025_06_01") for one in __import__("sys").modules)'
    edit(versions / "v2025_07_01.py", "SOLD_IN = DOZEN", f'if not {june}:\n    raise OSError("June is gone")')
    before = {one.name: one.read_text(encoding="utf-8") for one in versions.glob("*.py")}
    told = done(shop, "collapse", "shop.main:app", code=2)
    assert "nothing is folded:\nthe app would not start:" in told
    assert "June is gone" in told
    assert {one.name: one.read_text(encoding="utf-8") for one in versions.glob("*.py")} == before


def test_a_version_that_says_when_it_ends_is_not_folded(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(
        """\
from fastapi import FastAPI

from timegate import Timeline, Version
from timegate.asgi import TimegateMiddleware

timeline = Timeline(
    Version("2025-08-01"),
    Version("2025-06-01", sunset="2026-01-01"),
    Version("2025-01-01"),
)
app = FastAPI()


@app.get("/items")
async def get() -> int:
    return 1


app.add_middleware(TimegateMiddleware, timeline=timeline)
""".replace('sunset="2026-01-01"', "sunset=date(2026, 1, 1)").replace(
            "from fastapi import", "from datetime import date\n\nfrom fastapi import", 1
        ),
        encoding="utf-8",
    )
    done(tmp_path, "freeze", "2025-01-01", "shop:app")
    assert "shop.py:10: sunset= of this version would be lost" in done(tmp_path, "collapse", "shop:app", code=2)
