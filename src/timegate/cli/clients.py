"""``timegate clients``: the types with which a client of a version reads and writes payloads."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer

from timegate.cli.arguments import ContractOption, Target
from timegate.cli.load import load
from timegate.cli.progress import working
from timegate.errors import TimegateError

OPENAPI_TYPESCRIPT: Final = "openapi-typescript@7"
"""The package of npm that writes TypeScript, and the major release whose options are used here."""


class Language(StrEnum):
    """The language of a client."""

    PYTHON = "python"
    TYPESCRIPT = "typescript"


class GeneratorFailed(TimegateError):
    """A generator is missing, or failed."""


def clients(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The version that the client speaks.")],
    target: Target,
    language: Annotated[Language, typer.Option("--language", help="The language of the client.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write it.")],
    contract: ContractOption = "",
) -> None:
    """Write the types of a client of VERSION, from the contract of that version and nothing else.

    Python: pydantic models, written by datamodel-code-generator (`pip install datamodel-code-generator`).
    TypeScript: types, written by openapi-typescript, which `npx` fetches from npm.

    Example: `timegate clients 2025-04-11 shop.main:app --language python --output client/models.py`
    """
    gates = load(target, contract=contract).gates
    document = gates.contract(gates.timeline.resolve(version).value)
    with TemporaryDirectory() as folder, working(f"Writing {language.value}"):
        source = Path(folder) / "openapi.json"
        source.write_text(json.dumps(document), encoding="utf-8")
        written = Path(folder) / f"written{output.suffix or '.txt'}"
        _run(_COMMANDS[language](source, written))
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(written.read_text(encoding="utf-8"), encoding="utf-8")
    typer.echo(f"{output}: a client of {version}, in {language.value}")


def _python(source: Path, written: Path) -> Sequence[str]:
    if find_spec("datamodel_code_generator") is None:
        raise GeneratorFailed("datamodel-code-generator is missing: pip install datamodel-code-generator")
    options = (
        "--input-file-type=openapi",
        "--output-model-type=pydantic_v2.BaseModel",
        f"--target-python-version={sys.version_info.major}.{sys.version_info.minor}",
        "--use-annotated",
        "--use-double-quotes",
        "--disable-timestamp",
    )
    return (sys.executable, "-m", "datamodel_code_generator", f"--input={source}", f"--output={written}", *options)


def _typescript(source: Path, written: Path) -> Sequence[str]:
    npx = shutil.which("npx")
    if npx is None:
        raise GeneratorFailed("npx is missing: install Node.js (https://nodejs.org)")
    return (npx, "--yes", OPENAPI_TYPESCRIPT, str(source), "--output", str(written))


_COMMANDS: Final[Mapping[Language, Callable[[Path, Path], Sequence[str]]]] = {
    Language.PYTHON: _python,
    Language.TYPESCRIPT: _typescript,
}


def _run(command: Sequence[str]) -> None:
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise GeneratorFailed(f"{' '.join(command[:3])} failed:\n{(ran.stderr or ran.stdout).strip()}")
