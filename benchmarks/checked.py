"""Measures ``timegate check`` in its own process: `python -m benchmarks.checked FOLDER`.

Freezes the contracts of an app with 200 routes and 20 versions where the folder has none; else checks the app against
them, and prints the seconds of CPU beyond building the app and its own OpenAPI document, imports of the check included.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Final

from benchmarks import large
from benchmarks.startup import large_timeline

ROUTES: Final = 200


def main(path: Path) -> float:
    """Freeze or check; returns the seconds.

    Raises:
        RuntimeError: the check compares something else than every version, or finds something.
    """
    kinds = large.models(ROUTES)
    app, timeline = large.fastapi_app(kinds), large_timeline(kinds)
    app.openapi()
    began = time.process_time()
    from timegate import Contract
    from timegate.frozen.check import Check
    from timegate.frozen.contract import VersionContracts
    from timegate.frozen.folder import Folder

    folder, contract = Folder(path), Contract.of(app)
    if not path.exists():
        gates, contracts = timeline.compile(contract), VersionContracts(contract)
        for version in timeline.supported:
            folder.write(version, contracts.at(gates, version).document)
        return 0.0
    report = Check(timeline, contract, folder).report()
    seconds = time.process_time() - began
    if report.findings or len(report.compared) != large.VERSIONS or len(app.routes) < ROUTES:
        raise RuntimeError(f"{len(report.compared)} versions compared, {len(report.findings)} findings")
    return seconds


if __name__ == "__main__":
    json.dump({"seconds": main(Path(sys.argv[1]))}, sys.stdout)
