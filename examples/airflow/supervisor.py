"""What a supervisor exchanges with a task's process, which may be of another age: gates without HTTP.

The Task SDK does this with a migrator of its own that drives Cadwyn (`airflow/sdk/execution_time/schema/migrator.py`).
Nothing here imports FastAPI or Starlette, and no class is made for an older version.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk.execution_time.schema import registered_models_by_name, resolve_body_class
from pydantic import BaseModel

from timegate import Contract, Gates, Timeline

__all__ = ["Migrator"]


class Migrator:
    """Converts every body that Airflow registers, towards the task's process and back.

    Args:
        timeline: what changed in the bodies.

    Raises:
        CompileError: a change cannot be carried out.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._gates: Gates = timeline.compile(Contract.of_types(*registered_models_by_name().values()))

    def downgrade(self, message: BaseModel, version: str) -> dict[str, Any]:
        """What a process of the version reads as the message."""
        body: dict[str, Any] = self._gates.downgrade(type(message), message.model_dump(mode="json"), to_version=version)
        return body

    def upgrade(self, body: dict[str, Any], version: str) -> BaseModel:
        """The message that a process of the version has sent.

        Raises:
            LookupError: no body is registered by this `type`.
            UpgradeError: the version does not know what is in it.
        """
        model = resolve_body_class(body)
        if model is None:
            raise LookupError(f"no body is registered as {body.get('type')!r}")
        return model.model_validate(self._gates.upgrade(model, body, from_version=version))
