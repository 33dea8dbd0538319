"""`python -m tests.suites`: whatever passes bare passes behind the middleware, or is documented."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.suites.running import MODES, SUITES, Mode, Sample, Suite, outcomes

_DIFFERENCES: Final = Path(__file__).parent / "differences.toml"


def documented(suite: Suite, mode: Mode) -> Mapping[str, str]:
    """The tests that may fail behind the middleware, and why."""
    listed = tomllib.loads(_DIFFERENCES.read_text(encoding="utf-8"))["difference"]
    return {
        test: one["why"]
        for one in listed
        if one["suite"] == suite.name and mode in one["modes"]
        for test in one["tests"]
    }


def touched(counts: Path) -> str:
    """How many components a change was at."""
    lines = [json.loads(line) for line in counts.read_text(encoding="utf-8").splitlines()] if counts.exists() else []
    if not lines:
        return ""
    return f", {sum(one['touched'] for one in lines)} of {sum(one['components'] for one in lines)} components touched"


def main() -> int:
    """Run all suites.

    Returns:
        0 if no test fails that passes bare and is not documented, and none that is documented passes; else 1.
    """
    arguments = argparse.ArgumentParser(
        description="FastAPI's and Starlette's own tests, bare and behind the middleware"
    )
    arguments.add_argument("--share", type=int, default=1, help="run one file in so many")
    arguments.add_argument("--seed", type=int, default=7, help="picks the files")
    given = arguments.parse_args()
    sample, wrong = Sample(given.share, given.seed), 0
    with tempfile.TemporaryDirectory(prefix="timegate-suites-") as name:
        folder = Path(name)
        print(f"one file in {sample.share}, picked by seed {sample.seed}")
        for suite in SUITES:
            bare = outcomes(suite, "bare", sample, folder=folder)
            good = {test for test, outcome in bare.items() if outcome == "passed"}
            print(f"{suite.folder.name}, {MODES['bare']}: {len(good)} of {len(bare)} passed", flush=True)
            for mode in suite.modes:
                behind = outcomes(suite, mode, sample, folder=folder)
                known = documented(suite, mode)
                failed = {test for test in good if behind.get(test) != "passed"}
                new, stale = failed - known.keys(), (known.keys() & good) - failed
                counts = touched(folder / f"{suite.name}-{mode}.counts")
                print(
                    f"{suite.folder.name}, {MODES[mode]}{counts}: {len(good - failed)} of {len(good)} passed,"
                    f" {len(failed & known.keys())} differ as documented",
                    flush=True,
                )
                for test in sorted(new):
                    print(f"    fails, and is not documented: {test}")
                for test in sorted(stale):
                    print(f"    is documented, and passes: {test}")
                wrong += len(new) + len(stale)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
