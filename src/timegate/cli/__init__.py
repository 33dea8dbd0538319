"""The command `timegate`, which the extra ``timegate[cli]`` installs what it needs for."""

from __future__ import annotations

import sys
from importlib.util import find_spec


def main() -> None:
    """Run the command with the arguments of the process; exits with 0, 1 (findings) or 2 (it cannot be done)."""
    if find_spec("typer") is None:
        print("timegate: the command line needs an extra: pip install 'timegate[cli]'", file=sys.stderr)
        sys.exit(2)
    # Imported here because without the extra it cannot be.
    from timegate.cli.app import application

    application(prog_name="timegate")
