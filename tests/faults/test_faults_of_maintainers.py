"""Which tool finds which fault of a maintainer: the table of `docs/testing.md`, and no fault survives all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.planted import FAULTS, Fault
from tests.faults.table import HEADER, row, summary
from tests.faults.tools import Variants

PAGE = Path(__file__).parents[2] / "docs/testing.md"


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> Variants:
    return Variants(tmp_path_factory.mktemp("faults"), FAULTS)


@pytest.mark.timeout(1800)  # the first one makes every variant, and type-checks all of them
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_is_caught_by_the_tools_that_the_page_names(fault: Fault, variants: Variants) -> None:
    caught = variants.caught_by(fault)

    assert caught, f"{fault.name} survives every tool"
    assert row(fault, caught) in PAGE.read_text(encoding="utf-8"), row(fault, caught)


def test_the_page_has_no_other_rows_and_counts_them() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = page.partition(HEADER)[2].partition("\n\n")[0].splitlines()[2:]

    assert len(rows) == len(FAULTS) == len({fault.name for fault in FAULTS}) >= 40
    assert summary(rows) in page, summary(rows)
