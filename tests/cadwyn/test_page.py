"""Each of the 87 promises has a test that names it, or a row on the page for those who come from Cadwyn."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent.parent / "docs" / "coming-from-cadwyn.md"


def test_each_promise_has_a_test_or_a_row() -> None:
    names = re.findall(r"def (test_\d[a-z0-9_]*)", "".join(one.read_text("utf-8") for one in HERE.glob("test_*.py")))
    tested = {int(number) for name in names for number in re.findall(r"(?<=_)\d\d(?=_)", name)}
    rows = {int(number) for number in re.findall(r"^\| (\d+) \|", PAGE.read_text("utf-8"), re.MULTILINE)}
    assert sorted(tested | rows) == list(range(1, 88))
