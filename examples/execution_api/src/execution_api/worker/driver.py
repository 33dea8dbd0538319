"""Run one task instance through the supervisor of the Task SDK that is installed here.

This file is a program of its own: the Python of an SDK's environment starts it, where neither this package nor what it
needs is installed. So it imports the standard library alone, and the SDK by name at run time.

It reads one JSON object from its standard input:

- `sdk`, `api_version`: what must be installed here
- `task_instance`: the payload that an executor hands to the worker, with no key that this SDK does not know
- `dag_file`: the path of a DAG file in the folder of the bundle `worker`
- `server`, `token`: whom to speak to, and as whom
- `log`: where the task's log goes
- `traffic`: where each exchange with the server is written, one JSON object a line
- `outcome`: where the result is written when the run is over
"""

from __future__ import annotations

import importlib
import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TextIO

_BUNDLE: Final = "worker"


class WrongEnvironment(RuntimeError):
    """Another SDK is installed here than the one that was asked for."""


class WrongPayload(ValueError):
    """The payload is made for another SDK."""


def run(order: dict[str, Any]) -> int:
    """Run the task instance of an order to its end.

    Returns:
        The exit code of the task's process. It is 0 for a failed task too: the server got the task's state.
    """
    sdk = importlib.import_module("airflow.sdk")
    models = importlib.import_module("airflow.sdk.api.datamodels._generated")
    client_module = importlib.import_module("airflow.sdk.api.client")
    supervisor = importlib.import_module("airflow.sdk.execution_time.supervisor")

    installed = (sdk.__version__, models.API_VERSION)
    if installed != (order["sdk"], order["api_version"]):
        raise WrongEnvironment(f"SDK and API version are {installed}, not {order['sdk'], order['api_version']}")

    client = client_module.Client(base_url=order["server"], token=order["token"])
    with Path(order["traffic"]).open("a", encoding="utf-8", buffering=1) as traffic:
        # First of all hooks: a later one raises on statuses that are errors.
        client.event_hooks["response"].insert(0, _recorder(traffic))
        # The name changed with 1.3; both take the same arguments.
        supervise = getattr(supervisor, "supervise_task", None) or supervisor.supervise
        code = supervise(
            ti=_task_instance(models.TaskInstance, order["task_instance"]),
            bundle_info=models.BundleInfo(name=_BUNDLE, version=None),
            dag_rel_path=order["dag_file"],
            token=order["token"],
            server=order["server"],
            log_path=order["log"],
            client=client,
        )
    return int(code)


def _task_instance(model: Any, payload: dict[str, Any]) -> Any:
    """The payload as the SDK's own model, which would pass over what it does not know without a word."""
    unknown = payload.keys() - model.model_fields.keys()
    if unknown:
        raise WrongPayload(f"this SDK's task instance has no {', '.join(sorted(unknown))}")
    return model.model_validate(payload)


def _recorder(traffic: TextIO) -> Callable[[Any], None]:
    """A hook of the HTTP client that writes each exchange down as the worker saw it."""

    def record(response: Any) -> None:
        response.read()
        request = response.request
        exchange = {
            "method": request.method,
            "path": request.url.path,
            "query": request.url.query.decode(),
            "api_version": request.headers.get("airflow-api-version"),
            "correlation_id": request.headers.get("correlation-id"),
            "request": _body(request.content),
            "status": response.status_code,
            "response": _body(response.content),
        }
        traffic.write(json.dumps(exchange) + "\n")

    return record


def _body(content: bytes) -> Any:
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")


def main() -> int:
    """Read the order, run it and write the outcome, an error of the supervisor included."""
    order: dict[str, Any] = json.load(sys.stdin)
    outcome: dict[str, Any]
    try:
        outcome = {"exit_code": run(order)}
    except Exception as error:
        traceback.print_exc()
        outcome = {"error": f"{type(error).__name__}: {error}"}
    Path(order["outcome"]).write_text(json.dumps(outcome), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
