"""`python -m execution_api.worker`: run one task with one SDK, or resolve the lock files anew."""

from __future__ import annotations

import argparse
import sys

from execution_api.worker import command
from execution_api.worker.environments import relock
from execution_api.worker.sdks import GENERATIONS


def main(words: list[str] | None = None) -> int:
    """Run the command.

    Args:
        words: What stands on the command line; `relock` alone resolves every lock file anew.
    """
    given = sys.argv[1:] if words is None else words
    if given == ["relock"]:
        for generation in GENERATIONS:
            print(f"resolving {' '.join(generation.requirements)}", flush=True)
            relock(generation)
        return 0
    parser = argparse.ArgumentParser(prog="python -m execution_api.worker", description=__doc__)
    command.add_arguments(parser)
    return command.run(parser.parse_args(given))


if __name__ == "__main__":
    sys.exit(main())
