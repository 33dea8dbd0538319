"""What timegate reads of an app that no test calls."""

from typing import Any

import pytest

from timegate import CompileError, Contract
from timegate.wire.wire import Operation

never = NotImplementedError("read, never called")


def operations(app: Any) -> dict[str, Operation]:
    """The operations at head, by their keys."""
    return {operation.key: operation for operation in Contract.of(app).wire.operations}


def problem(app: Any) -> str:
    """The one reason why an app is not read."""
    with pytest.raises(CompileError) as caught:
        Contract.of(app)
    (fault,) = caught.value.faults
    return f"{fault.place}: {fault.problem}"
