"""Wrong arguments of the middleware are refused where they are written, and not in the first request."""

from __future__ import annotations

from typing import Any, Final

from timegate.asgi.select.selectors import TOKEN
from timegate.contract import Contract, listed
from timegate.errors import DeclarationError
from timegate.gates import Gates
from timegate.observing.event import Sampling
from timegate.timeline import Timeline

_TIMELINE: Final = "timeline=Timeline(Version('2025-06-01', …), Version('2025-01-01'))"
_GATES: Final = "gates=timeline.compile(Contract.of(app))"
_CONTRACT: Final = "contract=Contract.of(app), or the app itself"
_MAX_BODY: Final = "max_body=16 * 1024 * 1024, a number of bytes"


def check_arguments(
    *,
    timeline: object,
    contract: object,
    gates: object,
    sends: object,
    receives: object,
    max_body: object,
    observer: object,
    losses: object,
    changes_field: object,
    unreleased: object,
    **functions: object,
) -> None:
    """Refuse arguments of a wrong type.

    Args:
        timeline: the versions.
        contract: a contract, an app to read it from, or None.
        gates: compiled gates, or None.
        sends: the types that leave the server without an operation.
        receives: those that reach it without one.
        max_body: how many bytes of a body are buffered at most.
        observer: gets events, or None.
        losses: who is told of losses, or None.
        changes_field: the name of a header field, or None.
        unreleased: whether the version without a date is served.
        functions: the arguments that are functions.

    Raises:
        DeclarationError: an argument is invalid.
    """
    if not isinstance(timeline, Timeline):
        raise _refusal("timeline", timeline, _TIMELINE)
    if gates is not None and not isinstance(gates, Gates):
        raise _refusal("gates", gates, _GATES)
    if contract is not None and not isinstance(contract, Contract) and not hasattr(contract, "routes"):
        raise _refusal("contract", contract, _CONTRACT)
    listed("TimegateMiddleware", sends=sends, receives=receives)
    if not isinstance(max_body, int) or isinstance(max_body, bool) or max_body <= 0:
        raise _refusal("max_body", max_body, _MAX_BODY)
    if observer is not None and not callable(observer):
        raise _refusal("observer", observer, "observer=note, a function that takes an event")
    if losses is not None and not isinstance(losses, Sampling):
        raise _refusal("losses", losses, "losses=Sampling(tell, rate=0.01)")
    if changes_field is not None and not (isinstance(changes_field, str) and TOKEN.fullmatch(changes_field)):
        raise _refusal("changes_field", changes_field, "changes_field='API-Changes', the name of a header field")
    if not isinstance(unreleased, bool):
        raise _refusal("unreleased", unreleased, "unreleased=True, or False")
    for name, function in functions.items():
        if not callable(function):
            raise _refusal(name, function, f"{name}= takes a function")


def check_sunset_status(status: object) -> None:
    """Refuse a status that tells no client that its version is gone.

    Raises:
        DeclarationError: it is no status of an error.
    """
    if not isinstance(status, int) or isinstance(status, bool) or not 400 <= status <= 599:
        raise _refusal("sunset_status", status, "sunset_status=410, a status of an error")


def paths_of(argument: str, given: Any) -> frozenset[str]:
    """The paths of operations in an argument of the middleware.

    Args:
        argument: its name.
        given: its value.

    Raises:
        DeclarationError: it is no collection of paths.
    """
    # A string is a collection of paths too, each of one character.
    if isinstance(given, str):
        raise _refusal(argument, given, f"{argument}=({_path(given)!r},)")
    remedy = f"{argument}=('/health',)"
    if isinstance(given, bytes):
        raise _refusal(argument, given, remedy)
    try:
        paths: list[Any] = list(given)
    except TypeError:
        raise _refusal(argument, given, remedy) from None
    for path in paths:
        if not isinstance(path, str):
            raise _refusal(argument, given, remedy)
        if not path.startswith("/"):
            raise _refusal(argument, given, f"a path begins with a slash: {_path(path)!r}")
    return frozenset(paths)


def _path(text: str) -> str:
    return f"/{text.lstrip('/')}"


def _refusal(name: str, given: object, remedy: str) -> DeclarationError:
    return DeclarationError(f"TimegateMiddleware({name}={given!r}): {remedy}")
