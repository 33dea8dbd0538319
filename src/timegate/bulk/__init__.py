"""Stored payloads in bulk: JSON lines from an old version to head, here by processes or on an engine of your own."""

from timegate.bulk.files import Totals, upgrade_file
from timegate.bulk.lines import LineUpgrade, Rejected

__all__ = ["LineUpgrade", "Rejected", "Totals", "upgrade_file"]
