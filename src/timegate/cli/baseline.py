"""``timegate baseline``: adopt an app without versions, with today as the oldest."""

from __future__ import annotations

import sys
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Final

import typer

from timegate.asgi.serve.found import startup_of
from timegate.cli.arguments import DEFAULT_FOLDER, FolderOption
from timegate.cli.load import NotLoaded, named_object
from timegate.contract import Contract
from timegate.frozen.contract import VersionContracts
from timegate.frozen.folder import Folder
from timegate.frozen.version_file import module_name
from timegate.timeline import Timeline
from timegate.version import Version, shown

_PACKAGE: Final = '''\
"""The versions of the API, each a module that says what it changed."""
'''


_BELOW: Final = "below its models and routes, which changes will import"


def baseline(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="Today's version, such as 2025-04-11.")],
    target: Annotated[str, typer.Argument(metavar="MODULE:APP", help="A FastAPI or Starlette app without versions.")],
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """Adopt an app that has no versions yet: today is the oldest one.

    Freezes today's contract, and writes a package of version modules beside the app's module. What is left to write
    is the line that adds the middleware.
    """
    app = named_object(target)
    if startup_of(app) is not None:
        raise NotLoaded(f"{target} has versions already: timegate freeze all {target}")
    timeline = Timeline(Version(version))
    contract = Contract.of(app)
    gates = timeline.compile(contract)
    module, _, name = target.partition(":")
    package, place = _place(module)
    if place.exists():
        told = "add the middleware to the app, then"
        raise NotLoaded(f"{shown(str(place))} is there already: {told} timegate freeze all {target}")
    place.mkdir()
    (place / "__init__.py").write_text(_PACKAGE, encoding="utf-8")
    (place / f"{module_name(version)}.py").write_text(f'"""The oldest version, as of {version}."""\n', encoding="utf-8")
    file = Folder(folder).write(version, VersionContracts(contract).at(gates, version).document)
    typer.echo(f"{file}: version {version} is frozen")
    typer.echo(f"{shown(str(place))}: the package of versions")
    is_made = attrgetter(name)(sys.modules[module]) is not app
    where = f"in {name}, below the routes of the app that it returns" if is_made else _BELOW
    typer.echo(f"Add to {module}, the last two lines {where}. Clients that")
    typer.echo(f"name no version are those of today, and keep {version} after every release:\n")
    typer.echo("    from timegate import Timeline")
    typer.echo("    from timegate.asgi import TimegateMiddleware\n")
    typer.echo(f'    versions = Timeline.from_package("{package}")')
    added = f'add_middleware(TimegateMiddleware, timeline=versions, default="{version}")'
    typer.echo(f"    {'app' if is_made else name}.{added}")


def _place(module: str) -> tuple[str, Path]:
    """The name of the package of versions, and its folder."""
    found = sys.modules[module]
    parent = module if hasattr(found, "__path__") else module.rpartition(".")[0]
    file = found.__file__
    if file is None:
        raise NotLoaded(f"the module {module} has no file, so there is no place beside it")
    return f"{parent}.versions" if parent else "versions", Path(file).parent / "versions"
