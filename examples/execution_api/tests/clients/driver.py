"""Call the methods of the client of the Task SDK that is installed here, one after the other.

This file is a program of its own: the Python of an SDK's environment starts it, where neither these tests nor what they
need is installed. So it imports the standard library alone, and the SDK by name at run time.

It reads one JSON object from its standard input, with `server`, `token` and `calls`, and prints one JSON object a line:
first what is installed and every method that its client has, then what became of each call.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any, Final, TextIO, TypeGuard

_LONGEST_MESSAGE: Final = 400


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a value is an object of JSON."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[Sequence[Any]]:
    """Whether a value is an array of JSON, or would be one."""
    return isinstance(value, list | tuple)


class Sdk:
    """The installed SDK: its client, its models, and what they exchange with the server."""

    def __init__(self, *, server: str, token: str) -> None:
        self.version: str = importlib.import_module("airflow.sdk").__version__
        self._client_module = importlib.import_module("airflow.sdk.api.client")
        generated = importlib.import_module("airflow.sdk.api.datamodels._generated")
        self.api_version: str = generated.API_VERSION
        self._models: tuple[ModuleType, ...] = (generated, importlib.import_module("airflow.sdk.execution_time.comms"))
        # The SDK's client joins paths to it as to a folder.
        self._server = server.rstrip("/")
        self._client: Any = self._client_module.Client(base_url=f"{self._server}/", token=token)
        self._exchanges: list[dict[str, Any]] = []
        # First of all hooks: a later one raises on statuses that are errors.
        self._client.event_hooks["response"].insert(0, self._record)

    def methods(self) -> list[str]:
        """Every method of the client as `group.name`."""
        client: type = self._client_module.Client
        return sorted(
            f"{group}.{name}"
            for group in vars(client)
            if not group.startswith("_") and self._is_group(group)
            for name, _ in inspect.getmembers(getattr(self._client, group), inspect.ismethod)
            if not name.startswith("_")
        )

    def call(self, name: str, method: str, args: list[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Call a method and return what became of it."""
        function = self._method(method)
        if function is None:
            return {"call": name, "ok": None, "skipped": f"not in apache-airflow-task-sdk {self.version}"}
        known = inspect.signature(function).parameters
        row: dict[str, Any] = {"call": name}
        dropped = [key for key in kwargs if key not in known]
        if dropped:
            row["dropped_kwargs"] = dropped
        self._exchanges.clear()
        try:
            result = function(
                *(self._value(arg) for arg in args),
                **{key: self._value(arg) for key, arg in kwargs.items() if key in known},
            )
        except Exception as error:
            row |= {"ok": False, "error": _error(error)}
        else:
            row |= {"ok": True, "result": _plain(result)}
        return {**row, "http": list(self._exchanges)}

    def _is_group(self, name: str) -> bool:
        return type(getattr(self._client, name)).__module__ == self._client_module.__name__

    def _method(self, method: str) -> Callable[..., Any] | None:
        group, _, name = method.partition(".")
        return getattr(getattr(self._client, group, None), name, None)

    def _value(self, argument: Any) -> Any:
        """An argument as the SDK wants it."""
        match argument:
            case {"$moment": text}:
                return datetime.fromisoformat(text)
            case {"$uuid": text}:
                return uuid.UUID(text)
            case {"$seconds": number}:
                return timedelta(seconds=number)
            case {"$member": [name, value]}:
                return self._type(name)(value)
            case {"$model": [name, fields]}:
                return self._type(name)(**self._value(fields))
            case _ if is_object(argument):
                return {key: self._value(value) for key, value in argument.items()}
            case _ if is_array(argument):
                return [self._value(value) for value in argument]
            case _:
                return argument

    def _type(self, name: str) -> Any:
        for module in self._models:
            if hasattr(module, name):
                return getattr(module, name)
        raise LookupError(f"apache-airflow-task-sdk {self.version} has no {name}")

    def _record(self, response: Any) -> None:
        response.read()
        request = response.request
        self._exchanges.append(
            {
                "method": request.method,
                "url": str(request.url).removeprefix(self._server),
                "content_type": request.headers.get("content-type"),
                "version": request.headers.get("airflow-api-version"),
                "body": request.content.decode() or None,
                "status": response.status_code,
            }
        )


def _error(error: Exception) -> dict[str, Any]:
    response = getattr(error, "response", None)
    return {
        "type": type(error).__name__,
        "message": str(error)[:_LONGEST_MESSAGE],
        "detail": _plain(getattr(error, "detail", None)),
        "status": None if response is None else response.status_code,
    }


def _plain(value: Any) -> Any:
    """A result as JSON, a model with its name."""
    if hasattr(value, "model_dump"):
        dumped = value.model_dump(mode="json")
        return {"__model__": type(value).__name__, **(dumped if is_object(dumped) else {"root": dumped})}
    if is_object(value):
        return {str(key): _plain(item) for key, item in value.items()}
    if is_array(value):
        return [_plain(item) for item in value]
    return value if isinstance(value, bool | int | float | str | None) else repr(value)


def _rows(order: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    sdk = Sdk(server=order["server"], token=order["token"])
    yield {"sdk": sdk.version, "api_version": sdk.api_version, "methods": sdk.methods()}
    for call in order["calls"]:
        yield sdk.call(call["name"], call["method"], call["args"], call["kwargs"])


def main(output: TextIO) -> int:
    """Read the order and print a row for each call."""
    order: dict[str, Any] = json.load(sys.stdin)
    # What the SDK prints is not for the reader of the rows.
    with contextlib.redirect_stdout(sys.stderr):
        for row in _rows(order):
            print(json.dumps(row), file=output, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.stdout))
