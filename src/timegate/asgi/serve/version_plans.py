"""Plans how the operations of a version are handled: most versions share most plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from timegate.asgi.route.entries import Entry
from timegate.asgi.route.operation import OperationPlan, Seat
from timegate.asgi.route.version import ApiVersion
from timegate.asgi.serve.version_routes import VersionRoutes
from timegate.gates.operation import OperationGate
from timegate.reading.included import original_of
from timegate.wire.paths import without_names


class VersionPlans:
    """Plans how each operation of each version is handled; most versions share most plans.

    Args:
        at_head: head's route of each operation.
    """

    __slots__ = ("_at_head", "_known", "_seats", "_shared")

    def __init__(self, at_head: Mapping[str, Entry]) -> None:
        self._at_head = at_head
        self._known: dict[tuple[int, ...], OperationPlan] = {}
        self._seats: Mapping[int, Seat] = {}
        self._shared: dict[tuple[tuple[str, OperationPlan], ...], dict[str, OperationPlan]] = {}

    def add_to(self, version: ApiVersion, gates: Mapping[str, OperationGate], routes: VersionRoutes) -> None:
        """Plan each operation of a version."""
        plans = version.plans
        for entry in routes.table.entries:
            for method, key in entry.operations.items():
                plans[key] = self._plan(version, gates[key], entry, routes.shadows(entry, method, self._at_head[key]))
        version.tagged = any(plan.converts_responses for plan in plans.values())
        version.same_tags = frozenset(_with_tags_of_head(plans))
        for found, known in ((version.by_path, routes.by_path), (version.by_prefix, routes.by_prefix)):
            for path, keys in known.items():
                by_method = {method: plans[key] for method, key in keys.items()}
                found[path] = self._shared.setdefault(tuple(by_method.items()), by_method)

    def take_seats(self, seats: Mapping[int, Seat]) -> None:
        """Note where routes stand, for the plans that there are and for those to come."""
        self._seats = seats
        for plan in self._known.values():
            self._seat(plan)

    def _seat(self, plan: OperationPlan) -> None:
        seat = self._seats.get(id(original_of(plan.head.route)))
        if seat is not None:
            plan.take(seat)

    def _plan(self, version: ApiVersion, gate: OperationGate, entry: Entry, shadows: list[Entry]) -> OperationPlan:
        # A plan keeps what it was made of, so that no other object can get the same `id`.
        made_of = (id(gate), id(entry), *map(id, shadows))
        plan = self._known.get(made_of)
        if plan is None:
            codec, head = version.settings.codec, self._at_head[gate.key]
            plan = self._known[made_of] = OperationPlan(gate, codec=codec, entry=entry, head=head, shadows=shadows)
            self._seat(plan)
        return plan


def _with_tags_of_head(plans: Mapping[str, OperationPlan]) -> Iterator[str]:
    """The keys of operations whose responses are converted, at paths where those to a GET are not.

    A condition of a request is about what a GET of its path responds with (RFC 9110, section 13.1.1).
    """
    converted = [key for key, plan in plans.items() if plan.converts_responses and not key.startswith("GET ")]
    if not converted:
        return
    got = {without_names(plan.entry.path): plan for key, plan in plans.items() if key.startswith("GET ")}
    for key in converted:
        found = got.get(without_names(plans[key].entry.path))
        if found is not None and not found.converts_responses:
            yield key
