"""The payload that an executor gives a worker before its first request: it, too, must fit the worker's version."""

from __future__ import annotations

from pydantic import JsonValue, TypeAdapter

from execution_api.models import TaskInstance
from execution_api.versions.serving import gates
from execution_api.worker.sdks import Generation

__all__ = ["workload_for"]

_OBJECT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


def workload_for(generation: Generation, task_instance: TaskInstance) -> dict[str, JsonValue]:
    """The payload of a task instance as an SDK of that generation knows it, by the changes that serve it over HTTP.

    Args:
        generation: Whose worker it is handed to.
        task_instance: As today's server knows it.
    """
    today = task_instance.model_dump(mode="json")
    return _OBJECT.validate_python(gates().downgrade(TaskInstance, today, to_version=generation.api_version))
