"""Plants every fault and prints the table: ``python -m tests.faults``."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.planted import FAULTS
from tests.faults.table import HEADER, row, summary
from tests.faults.tools import TOOLS, Variants


def main() -> None:
    """Print the summary and the table."""
    with TemporaryDirectory() as folder:
        variants = Variants(Path(folder), FAULTS)
        rows = [row(fault, variants.caught_by(fault)) for fault in FAULTS]
    print("\n".join([summary(rows), "", HEADER, "|---" * (len(TOOLS) + 1) + "|", *rows]))


if __name__ == "__main__":
    main()
