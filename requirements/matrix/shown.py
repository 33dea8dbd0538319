"""Says what a set of releases is, and that it is the installed wheel that is tested in it."""

import importlib.metadata
import sys
from pathlib import Path

import timegate

if Path(sys.prefix) not in Path(timegate.__file__).parents:
    sys.exit(f"timegate is not taken from {sys.prefix}, but from {timegate.__file__}")
releases = ("fastapi", "starlette", "pydantic", "timegate")
print(" ".join(f"{name} {importlib.metadata.version(name)}" for name in releases))
