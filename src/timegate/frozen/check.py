"""Checks an app against its frozen contracts: what was promised is derived again and compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from timegate.contract import Contract
from timegate.errors import CompileError, Fault
from timegate.frozen.acceptances import Acceptances
from timegate.frozen.compare import differences
from timegate.frozen.contract import ContractPair, VersionContract, VersionContracts
from timegate.frozen.difference import Difference, Severity
from timegate.frozen.finding import Finding, Level, Report
from timegate.frozen.folder import Folder
from timegate.frozen.judging import is_tolerated, level_of
from timegate.frozen.proposal import Proposal
from timegate.frozen.proposals import proposals
from timegate.frozen.source_places import place_of
from timegate.frozen.upkeep import ended, forgotten_twins, hazards, losses, never_firing, newly_listed, untruths
from timegate.frozen.wording import told
from timegate.gates import Gates
from timegate.timeline import Timeline
from timegate.typing import Document
from timegate.version import shown

_GRAVEST: Final = {level: rank for rank, level in enumerate(Level)}
_WORST: Final[Mapping[Severity | None, int]] = {None: 0, **{one: rank for rank, one in enumerate(Severity)}}


@dataclass(frozen=True, slots=True)
class Compared:
    """A frozen contract beside what today's app makes of it.

    Args:
        version: its version.
        frozen: the frozen contract.
        today: the contract of the same version, derived from today's app.
        differences: what differs.
    """

    version: str
    frozen: Document
    today: VersionContract
    differences: tuple[Difference, ...]

    @property
    def proposals(self) -> list[Proposal]:
        """What to declare, so that nothing differs."""
        return proposals(self.differences, ContractPair(self.frozen, self.today))


@dataclass(slots=True)
class Check:
    """Checks an app.

    Args:
        timeline: the versions.
        contract: what is on the wire at head.
        folder: the frozen contracts.
        against: the revision of git whose frozen contracts the folder keeps; empty for none.
        handlers: by the key of an operation of head, the function that serves it, as far as the app shows them.
        gates: the compiled changes; None where they cannot be carried out.
        faults: why they cannot.
        compared: the frozen contracts, newest first.
    """

    timeline: Timeline
    contract: Contract
    folder: Folder
    against: str = ""
    handlers: Mapping[str, Any] = field(default_factory=dict[str, Any])
    gates: Gates | None = None
    faults: tuple[Fault, ...] = ()
    compared: list[Compared] = field(default_factory=list[Compared])

    def __post_init__(self) -> None:
        frozen = [version.value for version in self.timeline.released if self.folder.has(version.value)]
        try:
            self.gates = self.timeline.compile(self.contract)
        except CompileError as error:
            self.faults = error.faults
            # The newest frozen contract is still comparable, unless changes lie between it and head.
            index = self.timeline.index(frozen[0]) if frozen else 0
            newer = self.timeline.versions[:index]
            if any(version.changes for version in newer):
                return
            frozen = frozen[:1]
        contracts = VersionContracts(self.contract)
        for version in frozen:
            today = contracts.of_head(version) if self.gates is None else contracts.at(self.gates, version)
            document = self.folder.read(version)
            self.compared.append(Compared(version, document, today, differences(document, today.document)))

    def to_declare(self) -> list[Proposal]:
        """What to declare between the newest frozen contract and head, without what is promised or accepted."""
        return [one for one in self._wrong() if one.facts]

    def beyond_facts(self) -> list[Proposal]:
        """What differs there and no fact declares."""
        return [one for one in self._wrong() if not one.facts]

    def _wrong(self) -> list[Proposal]:
        wrong = {one.told for one in self.report().findings if one.told and one.level is Level.ERROR}
        newest = self.compared[0].proposals if self.compared else []
        return [one for one in newest if not wrong.isdisjoint(one.fingerprints)]

    def report(self) -> Report:
        """What was found."""
        found = [*self._changed_files(), *self._unfrozen(), *self._faults(), *self._differences(), *self._upkeep()]
        applied = Acceptances.of(self.folder.path).applied(found)
        applied.sort(key=lambda one: (_GRAVEST[one.level], _WORST[one.severity]))
        return Report(tuple(applied), tuple(one.version for one in self.compared))

    def _upkeep(self) -> Iterator[Finding]:
        yield from ended(self.timeline)
        if self.compared:
            newest = self.compared[0]
            yield from newly_listed(newest.frozen, self.contract)
        if self.gates is not None:
            yield from never_firing(self.gates)
            yield from hazards(self.gates)
            unfrozen = [version for version in self.timeline if not self.folder.has(version.value)]
            yield from untruths(self.gates, unfrozen)
            yield from forgotten_twins(self.gates, unfrozen)
            yield from losses(self.timeline)

    def _changed_files(self) -> Iterator[Finding]:
        """The frozen contracts that are not what they were at the revision that they are compared with."""
        for file, now in self.folder.changed().items():
            yield Finding(
                level=Level.ERROR,
                rule="frozen contract gone" if now is None else "frozen contract edited",
                place=shown(str(file)),
                message=f"was frozen at {self.against} and is {'not here' if now is None else 'another one here'}",
                remedy=f"git checkout {self.against} -- {shown(str(file))}",
            )

    def _unfrozen(self) -> Iterator[Finding]:
        known = {version.value for version in self.timeline.released}
        if not any(map(self.folder.has, known)):
            yield Finding(
                level=Level.ERROR,
                rule="nothing frozen",
                place=str(self.folder.path),
                message="no released version is frozen, so there is nothing to compare with",
                remedy="timegate freeze all module:app",
            )
            return
        for version in self.timeline.released:
            if not self.folder.has(version.value):
                yield Finding(
                    level=Level.WARNING,
                    rule="not frozen",
                    place=version.value,
                    message="the version has a date and is not frozen: nothing holds its contract",
                    versions=(version.value,),
                    remedy=f"timegate freeze {version.value} module:app",
                )
        for gone in self.folder.others(known):
            yield Finding(
                level=Level.ERROR,
                rule="version gone",
                place=gone,
                message="its contract is frozen, and the timeline does not have it",
                versions=(gone,),
                remedy=f"put it back; or, if it is no longer served, remove {self.folder.file(gone)}",
            )

    def _faults(self) -> Iterator[Finding]:
        for fault in self.faults:
            yield Finding(
                level=Level.ERROR,
                rule="does not compile",
                place=" ".join(filter(None, [fault.version, fault.change, fault.place])),
                message=fault.problem,
                remedy=fault.remedy,
                at=fault.at,
            )

    def _differences(self) -> Iterator[Finding]:
        """The differences of all versions; one that several versions have, once."""
        versions: dict[str, list[str]] = {}
        first: dict[str, tuple[Difference, Compared]] = {}
        for compared in self.compared:
            for one in compared.differences:
                versions.setdefault(one.fingerprint, []).append(compared.version)
                first.setdefault(one.fingerprint, (one, compared))
        newest = self.compared[0].proposals if self.compared else []
        remedies = {one: proposal.told for proposal in newest for one in proposal.fingerprints}
        for fingerprint, (one, compared) in first.items():
            level = level_of(one, self.timeline.promises, open_enums=self._open_enums(compared.today))
            component = compared.today.component(one.component) if one.component else None
            level = Level.NOTE if is_tolerated(one, component, self.timeline) else level
            yield Finding(
                level=level,
                rule="undeclared change" if level is Level.ERROR else "open door" if _opens(one) else "text changed",
                place=one.place,
                message=told(one),
                versions=tuple(versions[fingerprint]),
                severity=one.severity,
                remedy=remedies.get(fingerprint) or (self._remedy(compared) if level is Level.ERROR else ""),
                at=place_of(self._code(one, compared) if component is None else component.model),
                told=fingerprint,
            )

    def _code(self, difference: Difference, compared: Compared) -> Any:
        """The handler of the operation that a difference is about; None where there is none any more."""
        return self.handlers.get(compared.today.keys.get(difference.operation, ""))

    def _remedy(self, compared: Compared) -> str:
        """What to do about what only older versions than the newest frozen one have."""
        newer = [one for one in self.compared[: self.compared.index(compared)] if one.differences]
        if newer:
            return f"declare first what is told of version {newer[0].version}, and check again"
        boundary = self.timeline.versions[self.timeline.index(compared.version) - 1]
        return (
            f"a change of version {boundary.value} was edited or dropped since it was released: put it back as it was"
        )

    def _open_enums(self, contract: VersionContract) -> frozenset[str]:
        models: list[Any] = [*self.timeline.promises.open_enums]
        names = {name for side in contract.identities.values() for name in side}
        components = ((name, contract.component(name)) for name in names)
        return frozenset(
            name for name, one in components if one is not None and (one.model in models or one.name in models)
        )


def _opens(difference: Difference) -> bool:
    return difference.severity is not Severity.TEXT
