"""The public `Gates`: checks a timeline against head, compiles every program, and converts payloads."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from timegate.changes.base import UNSET, name_of
from timegate.documents.of_app import Documents
from timegate.errors import DeclarationError, DowngradeError, UnknownVersion, UpgradeError
from timegate.gates.check.idle import idle_facts
from timegate.gates.compiling import compiled
from timegate.gates.defaults import OldDefaults
from timegate.gates.explain import Explanation, Owner, explained, named_versions, one_change_each
from timegate.gates.hazards import Hazard, hazards
from timegate.gates.losses import counting_gates
from timegate.gates.merge import NO_KEYS, Merge
from timegate.gates.merged_lists import check_lists
from timegate.gates.operation import OperationGate
from timegate.gates.payloads import head_payload, payload_program, sent_payload
from timegate.gates.plan.conversion import Conversion, client_conversion
from timegate.gates.plan.reach import Reach
from timegate.gates.touching import Touch, of_operation, touching
from timegate.gates.twins import ForgottenTwin, forgotten_twins, kept_twins
from timegate.gates.untruths import Untruth, untruths
from timegate.history.history import History, history
from timegate.history.steps import Origin
from timegate.history.vouched import vouched_head
from timegate.reading.declared import refuse_endless
from timegate.reading.head import Head
from timegate.timeline import Timeline
from timegate.typing import Document, Schema, type_of
from timegate.wire.objects import as_sent, is_closed, never, with_wire_names
from timegate.wire.schema import referred
from timegate.wire.wire import SIDES, Component, Side, Wire


class Gates:
    """The gates between head and every version of a timeline.

    Args:
        timeline: the versions and their changes.
        head: what was read from the app.
        check: whether what changes vouch for is tried on examples, which runs the app's models: for development.

    Raises:
        CompileError: a declared change cannot be carried out; all faults at once.
    """

    def __init__(self, *, timeline: Timeline, head: Head, check: bool = False) -> None:
        self.timeline: Timeline = timeline
        self.head: Head = head
        self._vouched, faults = vouched_head(head, timeline)
        with refuse_endless("the types of the contract"):
            self._history: History = history(self._vouched.wire, timeline, reserved=head.reserved, mounts=head.mounts)
            self._vouched = self._vouched.with_operations(self._history.wires[0].operations)
            self._reach: dict[Side, Reach] = {side: Reach(side, self._history) for side in SIDES}
            self._operations = compiled(timeline, self._reach, faults, check=check)
            for reach in self._reach.values():
                reach.forget()
            self._programs: dict[tuple[Side, str, Conversion], Callable[[Any], Any] | None] = {}
            self._documents: dict[str, Document] = {}
            self._touching: dict[str, Mapping[str, tuple[Touch, ...]]] = {}
            self._merged_lists: set[tuple[object, ...]] = set()

    def __repr__(self) -> str:
        gates = [gate for gates in self._operations.values() for gate in gates]
        return f"<Gates: {self.timeline!r}, {len(gates)} operation gates, {sum(gate.gated for gate in gates)} convert>"

    def __reduce__(self) -> tuple[Any, ...]:
        return functools.partial(Gates, timeline=self.timeline, head=self.head), ()

    @functools.cached_property
    def _of_app(self) -> Documents:
        return Documents(self.head.wire, self.head.texts)

    @property
    def history(self) -> History:
        """The wire of each version, and what happens to payloads between them."""
        return self._history

    def wire(self, version: str) -> Wire:
        """What is on the wire at a version of the timeline."""
        return self._history.wires[self.timeline.index(version)]

    @functools.cached_property
    def idle(self) -> tuple[Origin, ...]:
        """The facts about objects that no client of a version older than theirs sends or gets."""
        return idle_facts(self._history)

    def operations(self, version: str) -> tuple[OperationGate, ...]:
        """The gate of each operation of head's contract, in the order of the app, for the clients of a version."""
        self.timeline.index(version)
        return self._operations[version]

    def contract(self, version: str) -> Document:
        """The OpenAPI document of a version."""
        document = self._documents.get(version)
        if document is None:
            document = self._documents[version] = self._of_app.document(self.described(version), version)
        return document

    @functools.cached_property
    def _old_defaults(self) -> OldDefaults:
        return OldDefaults(self._history)

    def described(self, version: str) -> Wire:
        """What is on the wire at a version, with defaults in its clients' words, as documents have them."""
        return self._old_defaults.wire(self.timeline.index(version))

    def upgrade(
        self,
        kind: Any,
        data: Any,
        *,
        from_version: str | date,
        onto: Any = None,
        read: Any = UNSET,
        by: Mapping[str, str] = NO_KEYS,
    ) -> Any:
        """Convert an old client's payload to head; with ``onto``, merge it onto what head has now.

        A merge is for a client that reads, changes and writes back the whole (`PUT`): what it did not change stays as
        it is now, and so does what its version cannot say.

        Args:
            kind: the type, as the contract knows it.
            data: what the client sent, as plain JSON data; it is not changed.
            from_version: the version that the client speaks; the closest older one of the timeline is used.
            onto: the state that the client has read, as `downgrade` takes it; None for no merge. The result has those
                of its keys that head's requests of this type have.
            read: the type that the client has read it as; by default that of an instance that is sent, else ``kind``.
            by: the key that tells a list's items apart, by the dotted path of the list, in wire names of head; a list
                without one is replaced as a whole.

        Raises:
            UpgradeError: the payload is no plain JSON data, or it cannot be converted.
            DowngradeError: the state cannot be converted to what the client has read, or not back.
            DeclarationError: ``by`` names no list, or a key that its items do not have.
            SelectionError: the version cannot be served.
        """
        index = self._index(from_version)
        sent, conversion = sent_payload(data), client_conversion("requests", index)
        if onto is None:
            return self._convert("requests", kind, sent, conversion)
        schema = self.sent_schema(kind)
        root, components = self._root_at("requests", schema, index), self._history.wires[index].requests
        sent = with_wire_names(sent, root, components, spelled=as_sent, keeps=is_closed)
        upgraded = self._convert("requests", kind, sent, conversion)
        base, current = self.before_and_now(kind, onto, version=from_version, read=read)
        return self.merge(by, schema).value(base, upgraded, current, schema)

    def sent_schema(self, kind: Any) -> Schema:
        """The schema at head of a type that clients send."""
        return self._vouched.schema_of("requests", kind)

    def merge(self, by: Mapping[str, str], schema: Schema) -> Merge:
        """A merge of what clients send, at head; ``by`` as `upgrade` takes it, of lists in a body of the schema."""
        components = self._history.wires[0].requests
        known = (repr(schema), *by.items())
        if by and known not in self._merged_lists:
            check_lists(by, schema, components)
            self._merged_lists.add(known)
        return Merge(components, by)

    def before_and_now(self, kind: Any, current: Any, *, version: str | date, read: Any = UNSET) -> tuple[Any, Any]:
        """What a client would send, converted to head, if it changed nothing; and what is so now.

        Args:
            kind: the type that the client sends.
            current: the state that it has read.
            version: the version that it speaks.
            read: the type that it has read it as.

        Raises:
            DowngradeError: the state cannot be converted to what the client has read, or not back.
        """
        index, schema = self._index(version), self.sent_schema(kind)
        known = self._type_read(kind, current) if read is UNSET else read
        seen = self.downgrade(known, current, to_version=version)
        versions = ((seen, index), (head_payload(current), 0))
        base, now = (
            with_wire_names(
                value,
                self._root_at("requests", schema, at),
                self._history.wires[at].requests,
                spelled=Component.wire_name,
                keeps=never,
            )
            for value, at in versions
        )
        try:
            return self._convert("requests", kind, base, client_conversion("requests", index)), now
        except UpgradeError as error:
            raise DowngradeError(f"what the client has read could not be sent back: {error}") from error

    def _type_read(self, kind: Any, current: Any) -> Any:
        """The type of a state: the class of an instance that the server sends, else the one that the client sends.

        An operation that responds with that class is preferred to it: a fact may be about the operation alone.
        """
        found: list[tuple[Any, str | None]] = []
        for known in (type_of(current), kind):
            try:
                name = referred(self._vouched.schema_of("responses", known))
            except DeclarationError:
                continue
            whole = self._history.wires[0].responses.get(name or "")
            found.append((known, name if whole is None else referred(whole.schema) or name))
        if found:
            same = all(model == found[0][1] for _, model in found)
            return found[-1 if same else 0][0]
        raise DeclarationError(f"nothing that leaves the server is a {name_of(kind)}: read=T says what the client read")

    def counting(self, version: str) -> tuple[OperationGate, ...]:
        """The gates of `operations`, of programs that also tell what they lose; compiled at each call."""
        return counting_gates(self._reach, self.timeline.index(version))

    def touching(self, version: str) -> Mapping[str, tuple[Touch, ...]]:
        """The changes that touch each operation for the clients of a version, newest first, by the operation's key."""
        if version not in self._touching:
            self._touching[version] = touching(self.timeline, self._history, self.timeline.index(version))
        return self._touching[version]

    def touches(self, operation: str, version: str | date, *, newer: str | date | None = None) -> bool:
        """Whether a change between two versions touches an operation; if none does, its callers may speak either.

        Args:
            operation: its method and path at head (``"GET /items/{id}"``), with or without convertors.
            version: the older version.
            newer: the newer version; by default head.

        Raises:
            DeclarationError: head has no such operation.
            SelectionError: a version cannot be served.
        """
        touches = of_operation(self.touching(self.timeline.values[self._index(version)]), operation)
        since = 0 if newer is None else self._index(newer)
        return any(self.timeline.index(one.version) >= since for one in touches)

    @functools.cached_property
    def hazards(self) -> tuple[Hazard, ...]:
        """Where old clients that read and write back lose what they cannot know, by version, operation and field."""
        return tuple(hazards(self._reach["requests"]))

    @functools.cached_property
    def untruths(self) -> tuple[Untruth, ...]:
        """What old clients are told that is not so, newest version first."""
        return tuple(untruths(self._reach["responses"]))

    @functools.cached_property
    def twins(self) -> tuple[ForgottenTwin, ...]:
        """Models that a change may have forgotten: with a field that changed in a model that is akin to them."""
        return forgotten_twins(self.timeline, self._reach)

    @functools.cached_property
    def kept_twins(self) -> tuple[ForgottenTwin, ...]:
        """Models whose field is still as it was before a change of a model that is akin to them."""
        return kept_twins(self.timeline, self._reach)

    def downgrade(self, kind: Any, data: Any, *, to_version: str | date) -> Any:
        """Convert head's payload for an old client.

        Args:
            kind: the type, as the contract knows it.
            data: plain JSON data under the names of the wire; instances of models and dataclasses in it are dumped. It
                is not changed.
            to_version: the version that the client speaks; the closest older one of the timeline is used.

        Raises:
            DowngradeError: the payload is no plain JSON data, or it cannot be converted.
            SelectionError: the version cannot be served.
        """
        conversion = client_conversion("responses", self._index(to_version))
        return self._convert("responses", kind, head_payload(data, of=kind), conversion)

    def _index(self, requested: str | date) -> int:
        """The index of the version that serves what a client asks for."""
        written = requested.isoformat() if isinstance(requested, date) else requested
        # A caller without a type checker may give anything.
        given: Any = written
        if not isinstance(given, str):
            raise UnknownVersion(repr(given), self.timeline.values)
        return self.timeline.index(self.timeline.resolve(written).value)

    def _convert(self, side: Side, kind: Any, data: Any, conversion: Conversion) -> Any:
        """A payload, converted; it may be changed in place."""
        schema = self._vouched.schema_of(side, kind)
        key = (side, repr(schema), conversion)
        if key not in self._programs:
            root, values = self._root_at(side, schema, conversion.src), self.timeline.values
            self._programs[key] = payload_program(self._reach[side], root, conversion, values, name_of(kind))
        program = self._programs[key]
        return data if program is None else program(data)

    def _root_at(self, side: Side, schema: Schema, version: int) -> Schema:
        """The schema of a payload at a version: changes of unions affect it too."""
        newest, old = (self._history.wires[index].payloads(side) for index in (0, version))
        return next((other for one, other in zip(newest, old, strict=True) if one == schema), schema)

    @functools.cached_property
    def by_change(self) -> tuple[Gates, Sequence[Owner]]:
        """The gates of a timeline in which each change has a version of its own, and whose each of these is."""
        finer, owners = one_change_each(self.timeline)
        return Gates(timeline=finer, head=self.head), owners

    def explain(
        self, kind: Any, data: Any, *, to_version: str | date | None = None, from_version: str | date | None = None
    ) -> Explanation:
        """Each change that affects a payload, with the payload before and after it.

        Args:
            kind: the type, as the contract knows it, or an operation: ``"GET /items"``, ``"GET /items 404"``.
            data: head's payload with ``to_version``, as `downgrade` takes it; a client's with ``from_version``.
            to_version: explain the downgrade to this version.
            from_version: explain the upgrade from this version.
        """
        requested = to_version if from_version is None else from_version
        if requested is None or (to_version is not None and from_version is not None):
            raise DeclarationError("explain(…) wants either to_version=… or from_version=…")
        upgrades = from_version is not None
        version = self.timeline.versions[self._index(requested)].value
        read = sent_payload if upgrades else head_payload
        given = read(data)
        gates, owners = self.by_change
        client = next(index for index, (owner, _) in enumerate(owners) if owner == version)
        side: Side = "requests" if upgrades else "responses"
        payloads: list[Any] = []
        with named_versions(owners):
            for index in range(client + 1):
                # What no client gets is in no shape of a response: no change is to blame for its absence.
                sent = Conversion(client, index, from_client=True)
                conversion = sent if upgrades else client_conversion("responses", index)
                payloads.append(gates._convert(side, kind, read(given), conversion))
        return explained(payloads, owners, upgrades=upgrades)
