"""Which operations a change touches."""

from __future__ import annotations

from timegate.gates import Gates
from timegate.gates.operation import OperationGate
from timegate.version import VersionChange
from timegate.wire.paths import plain_path


def touched_operations(gates: Gates) -> dict[type[VersionChange], tuple[str, ...]]:
    """The operations that each change touches, by method and path as the newer version has them."""
    finer, owners = gates.by_change
    served = [{gate.key: gate for gate in finer.operations(version)} for version in finer.timeline.values]
    found: dict[type[VersionChange], tuple[str, ...]] = {}
    for (_, change), newer, older in zip(owners, served, served[1:], strict=False):
        if change is not None:
            touched = (gate if gate.exists else older[key] for key, gate in newer.items() if _differ(gate, older[key]))
            found[change] = tuple(operation_name(gate) for gate in touched if gate.exists)
    return found


def operation_name(gate: OperationGate) -> str:
    """Method and path of an operation, as its version's document has them."""
    return f"{gate.method} {plain_path(gate.path)}"


def _differ(one: OperationGate, other: OperationGate) -> bool:
    """Whether two versions are served otherwise; what no change touches shares its programs from version to version."""
    return _served(one) != _served(other)


def _served(gate: OperationGate) -> tuple[object, ...]:
    programs = (gate.request, dict(gate.responses), dict(gate.apart), gate.query, gate.headers, gate.path_parameters)
    return gate.exists, gate.path, gate.rewrite, dict(gate.statuses), *programs
