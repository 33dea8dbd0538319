"""Finds what a command is about, named as ``module:name``: its timeline, its contract and its gates."""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from timegate.asgi.serve.found import startup_of
from timegate.asgi.serve.startup import Startup
from timegate.contract import Contract
from timegate.errors import TimegateError
from timegate.gates import Gates
from timegate.timeline import Timeline


class NotLoaded(TimegateError):
    """What a command is about cannot be found or read."""


@dataclass(frozen=True)
class Loaded:
    """What a command is about.

    Args:
        timeline: the versions.
        contract: what is on the wire at head.
        newest: the index of the newest version on offer, below the ceiling of the app's middleware.
        startup: what the app's middleware does at its start; None where there is no app.
    """

    timeline: Timeline
    contract: Contract
    newest: int = 0
    startup: Startup | None = None

    @functools.cached_property
    def gates(self) -> Gates:
        """The compiled gates.

        Raises:
            CompileError: a declared change cannot be carried out.
        """
        return self.timeline.compile(self.contract)

    @functools.cached_property
    def handlers(self) -> dict[str, Any]:
        """The handler of each operation of head, by its key, as far as the app shows them."""
        return {} if self.startup is None else self.startup.handlers(one.key for one in self.contract.wire.operations)


def load(target: str, *, contract: str = "") -> Loaded:
    """Import what a command is about.

    Args:
        target: ``module:name`` of an app with the middleware, of gates, of a timeline, or of a function without
            arguments that returns one.
        contract: ``module:name`` of a contract or of an app to read it from; for a timeline.

    Raises:
        NotLoaded: it cannot be imported, or it is something else.
        TimegateError: it cannot be read.
    """
    found = named_object(target)
    if isinstance(found, Timeline):
        if not contract:
            raise NotLoaded(f"{target} is a timeline, which does not say what is on the wire: --contract=module:app")
        return Loaded(found, _contract(contract))
    if contract:
        raise NotLoaded(f"{target} has a contract already: leave --contract out, or name a timeline")
    if isinstance(found, Gates):
        return Loaded(found.timeline, Contract(found.head))
    startup = startup_of(found)
    if startup is None:
        raise NotLoaded(
            f"{target} is {_described(found)} without TimegateMiddleware: app.add_middleware(TimegateMiddleware, "
            "timeline=timeline), or name a timeline with --contract, or gates"
        )
    return Loaded(startup.timeline, startup.contract_of_app(), startup.top.newest(), startup)


def _contract(target: str) -> Contract:
    found = named_object(target)
    return found if isinstance(found, Contract) else Contract.of(found)


def named_object(target: str) -> Any:
    """Import ``module:name``; where it is a function without arguments, call it.

    Raises:
        NotLoaded: there is no such object, or importing or calling it fails.
    """
    module_name, colon, name = target.partition(":")
    if not (module_name and colon and name):
        raise NotLoaded(f"{target!r} is no name of an app: write module:name, such as shop.main:app")
    # As a server that is started here would find it.
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = importlib.import_module(module_name)
        for part in name.split("."):
            found = getattr(found, part)
        return found() if _is_factory(found) else found
    except TimegateError:
        raise
    except ModuleNotFoundError as error:
        if f"{module_name}.".startswith(f"{error.name}."):
            below = any(Path(here, "src", name).exists() for name in (str(error.name), f"{error.name}.py"))
            hint = "; it is in src: set PYTHONPATH=src" if below else ""
            raise NotLoaded(f"{target}: there is no module {error.name!r} in {here}{hint}") from error
        raise NotLoaded(f"{target} cannot be imported: {_told(error)}") from error
    except AttributeError as error:
        module = sys.modules.get(module_name)
        if module is not None and error.obj is module:
            raise NotLoaded(f"{target}: the module {module_name} has no {error.name!r}") from error
        raise NotLoaded(f"{target} cannot be imported: {_told(error)}") from error
    except Exception as error:
        raise NotLoaded(f"{target} cannot be imported: {_told(error)}") from error


def _is_factory(found: Any) -> bool:
    """Whether an object is called without arguments; an ASGI app is called with three."""
    if not callable(found) or isinstance(found, type):
        return False
    try:
        inspect.signature(found).bind()
    except (TypeError, ValueError):
        return False
    return True


def _described(found: object) -> str:
    return f"the class {found.__qualname__}" if isinstance(found, type) else f"an object of {type(found).__qualname__}"


def _told(error: Exception) -> str:
    """An error of the user's code, with the line that it comes from."""
    frames = traceback.extract_tb(error.__traceback__)
    text = "".join(traceback.format_exception_only(error)).strip()
    return f"{text} ({frames[-1].filename}:{frames[-1].lineno})" if frames else text
