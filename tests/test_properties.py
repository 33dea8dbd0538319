"""What must hold for all models, timelines and payloads, tried on random ones.

`TIMEGATE_RANDOM_CASES=5` tries five times as many, `TIMEGATE_SHRINK=1` takes its time to make a failure smaller.
"""

from __future__ import annotations

import copy
import functools
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.oracle import Oracle
from tests.strategies import Case, Payloads, cases
from tests.strategies.payloads import damaged
from tests.strategies.timelines import TAKES_SOMETHING_AWAY
from timegate import CompileError, GateError, Gates, UpgradeError
from timegate.typing import Schema, is_array, is_object
from timegate.wire.schema import referred
from timegate.wire.wire import Component, Side

MANY = int(os.environ.get("TIMEGATE_RANDOM_CASES", "1"))

PHASES = tuple(phase for phase in Phase if phase is not Phase.shrink or "TIMEGATE_SHRINK" in os.environ)

MARKER = "smuggled"


def trying(count: int) -> Callable[[Any], Any]:
    """Try so many random cases."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    return settings(max_examples=count * MANY, suppress_health_check=slow, phases=PHASES, deadline=None, database=None)


class Bench:
    """A case with its compiled gates beside its oracle.

    Args:
        case: the models and the timeline.
        gates: compiled from them.
        random: makes the payloads.
    """

    def __init__(self, case: Case, gates: Gates) -> None:
        self.case = case
        self.gates = gates
        self.oracle = Oracle.of(case.contract.wire, case.timeline)
        self.random = Random(repr(case))
        self.versions = case.timeline.values

    @classmethod
    def of(cls, case: Case) -> Bench | None:
        """Compile a case; None where it is refused."""
        try:
            return cls(case, case.timeline.compile(case.contract))
        except CompileError:
            return None

    def root(self, side: Side) -> Schema:
        return self.case.contract.head.schema_of(side, self.case.world.root)

    def components(self, side: Side, index: int) -> dict[str, Component]:
        return dict(self.oracle.past.states[index][side])

    def answer(self, *, colliding_with: int) -> Any:
        """Make an answer of head, with keys mixed in that collide with those of older versions."""

        def strangers(component: Component) -> list[str]:
            return [] if component.closed else self.known(component, "responses", range(1, colliding_with + 1))

        payloads = Payloads(self.components("responses", 0), self.random, strangers, internal=True)
        return payloads.value(self.root("responses"))

    def request(self, index: int, **options: Any) -> Any:
        """Make a request of a version, with keys mixed in that collide with those of newer versions."""

        def strangers(component: Component) -> list[str]:
            return self.known(component, "requests", range(index))

        payloads = Payloads(self.components("requests", index), self.random, strangers, spelled=True, **options)
        return payloads.value(self.root("requests"))

    def known(self, component: Component, side: Side, indices: range) -> list[str]:
        """List the keys that other versions know and this one does not, and one that nobody knows."""
        # What a function makes of whole objects has one key where the object had a stranger's and an old field's.
        if self.case.converts_models:
            indices = range(1) if side == "requests" else range(0)
        found: set[str] = {"zz"}
        for index in indices:
            other = self.oracle.past.states[index][side][component.name]
            for key in other.properties:
                found |= set(other.accepted(key)) if index == 0 and side == "requests" else {key}
        return sorted(found - set(component.properties))

    @property
    def alike(self) -> bool:
        """Whether requests and answers have the same names, so that what an old client reads it may send."""
        sent = self.components("responses", 0)
        return all(set(c.properties) == set(sent[c.name].properties) for c in self.components("requests", 0).values())

    def upgraded(self, payload: Any, index: int) -> Any:
        return self.gates.upgrade(self.case.world.root, payload, from_version=self.versions[index])

    def downgraded(self, payload: Any, index: int) -> Any:
        return self.gates.downgrade(self.case.world.root, payload, to_version=self.versions[index])


def outcome(journey: Callable[..., Any], *arguments: Any, **options: Any) -> tuple[str, Any]:
    """Return what a journey gives: a payload, or the class of the error."""
    try:
        return "payload", journey(*arguments, **options)
    except GateError as error:
        return "error", type(error)


def agree(bench: Bench, found: tuple[str, Any], plain: Callable[..., Any], *arguments: Any) -> None:
    """Assert that a program did what the facts say, step by step."""
    expected = outcome(plain, *arguments)
    # What is dropped on the way may or may not have been converted before, and so on: `strict` notes what is left open.
    if found != expected and found[0] == "error" and expected[0] == "payload":
        expected = outcome(plain, *arguments, strict=True)
    assert found == expected, (bench.case, arguments)


def told(capsys: pytest.CaptureFixture[str], what: str, counted: Counter[str]) -> None:
    """Print shares, whatever is captured."""
    total, told = counted["cases"], sorted(counted.items())
    shares = [f"{name} {count / total:.0%}" for name, count in told if name != "cases" and "request" not in name]
    numbers = [f"{count} {name}" for name, count in told if name == "cases" or "request" in name]
    with capsys.disabled():
        print(f"\n{what}: {'; '.join([*numbers, *shares])}")


def test_the_fused_program_equals_the_facts_applied_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Both directions, every version, strange and colliding keys, other spellings; the input is left as it was."""
    counted: Counter[str] = Counter()

    @trying(90)
    @given(case=cases())
    def run(case: Case) -> None:
        counted.update(["cases", *case.world.features])
        counted["recursive, generic or with unions"] += bool(case.world.features)
        bench = Bench.of(case)
        if bench is None:
            counted["refused"] += 1
            return
        for index in range(len(bench.versions)):
            answer = bench.answer(colliding_with=index)
            untouched = copy.deepcopy(answer)
            found = outcome(bench.downgraded, answer, index)
            assert answer == untouched, "a downgrade changed its input"
            agree(bench, found, bench.oracle.downgrade, bench.root("responses"), answer, index)
            requests = [bench.request(index)]
            answered = found[0] == "payload" and bench.alike
            requests.append(found[1] if answered else damaged(requests[0], bench.random))
            for request in requests:
                untouched = copy.deepcopy(request)
                upgraded = outcome(bench.upgraded, request, index)
                assert request == untouched, "an upgrade changed its input"
                agree(bench, upgraded, bench.oracle.upgrade, bench.root("requests"), request, index)

    run()
    told(capsys, "the fused program equals the facts applied one by one", counted)
    assert counted["recursive, generic or with unions"] >= counted["cases"] / 3
    assert min(counted["recursive"], counted["generic"], counted["union"]) >= counted["cases"] / 20
    assert counted["refused"] <= counted["cases"] / 10


def test_an_old_request_comes_back_as_it_was_sent(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no fact takes anything away or fills anything in, downgrade(upgrade(x)) is x.

    A fact with `loses` may lose what an old client alone could say: there x is something that head has said before.
    """
    counted: Counter[str] = Counter()

    @trying(50)
    @given(case=cases(without=TAKES_SOMETHING_AWAY, alike=True))
    def run(case: Case) -> None:
        counted.update(["cases", *case.world.features])
        bench = Bench.of(case)
        if bench is None:
            counted["refused"] += 1
            return
        facts = [fact for version in case.timeline for change in version.changes for fact in change.changes]
        declared_loss = any(fact.loses is not None for fact in facts)
        counted["with declared loss"] += declared_loss
        for index in range(1, len(bench.versions)):
            payloads = Payloads(bench.components("requests", index), bench.random, lambda _: ["zz"])
            said = bench.downgraded(
                Payloads(bench.components("responses", 0), bench.random).value(bench.root("responses")), index
            )
            for request in [said] if declared_loss else [said, payloads.value(bench.root("requests"))]:
                counted["requests"] += 1
                kind, found = outcome(bench.upgraded, request, index)
                if kind == "error":
                    # A word that was drawn for a text is not always what the function of that field can read.
                    counted["requests refused"] += 1
                    continue
                assert outcome(bench.downgraded, found, index) == ("payload", request), (case, index, found)

    run()
    told(capsys, "an old request comes back as it was sent", counted)
    assert counted["requests refused"] <= counted["requests"] / 10
    assert counted["refused"] <= counted["cases"] / 10


def test_no_key_that_the_client_lacks_reaches_head(capsys: pytest.CaptureFixture[str]) -> None:
    """Every key that head would accept in any spelling, put where the client's contract has no such field."""
    counted: Counter[str] = Counter()

    @trying(70)
    @given(case=cases())
    def run(case: Case) -> None:
        counted.update(["cases", *case.world.features])
        bench = Bench.of(case)
        if bench is None:
            counted["refused"] += 1
            return
        for index in range(len(bench.versions)):
            forbidden = functools.partial(keys_of_head_alone, bench.components("requests", 0))
            payloads = Payloads(bench.components("requests", index), bench.random, forbidden, marker=MARKER, crowded=60)
            for request in [payloads.value(bench.root("requests")) for _ in range(4)]:
                smuggling = MARKER in json.dumps(request)
                found = outcome(bench.upgraded, request, index)
                counted["requests"] += 1
                counted["requests with keys of head"] += smuggling
                counted["requests refused"] += found[0] == "error"
                if found[0] == "payload":
                    assert MARKER not in json.dumps(found[1]), (case, index, request, found[1])
                else:
                    assert found[1] is UpgradeError

    run()
    told(capsys, "no key that the client lacks reaches head", counted)
    assert counted["requests with keys of head"] >= counted["cases"]


def keys_of_head_alone(head: dict[str, Component], component: Component) -> list[str]:
    """List every key, in any spelling, of the fields of head that a client's contract does not have."""
    own = [key for key in component.properties if key not in component.internal]
    newer = head[component.name]
    strange = [key for key in newer.properties if key not in own or key in newer.internal]
    return sorted({spelling for key in strange for spelling in newer.accepted(key)} - set(own))


def test_the_contract_of_each_version_is_what_the_facts_say() -> None:
    """Every component of every version, on both sides, has the structure that undoing fact by fact gives."""

    @trying(60)
    @given(case=cases())
    def run(case: Case) -> None:
        bench = Bench.of(case)
        if bench is None:
            return
        for index, version in enumerate(bench.versions):
            wire = bench.gates.wire(version)
            sides: tuple[Side, Side] = ("requests", "responses")
            for side in sides:
                expected, found = bench.components(side, index), wire.components(side)
                names = reachable(bench.root(side), expected)
                assert names <= set(found), (case, version, side)
                for name in sorted(names):
                    structures = structure(found[name].schema, found), structure(expected[name].schema, expected)
                    assert structures[0] == structures[1], (case, version, side, name)
                    assert found[name].display_name == expected[name].display_name

    run()


def reachable(schema: Schema, components: dict[str, Component]) -> set[str]:
    """List every component that payloads of a schema can hold."""
    found: set[str] = set()
    waiting = list(references(schema))
    while waiting:
        name = waiting.pop()
        if name not in found and components[name].exists:
            found.add(name)
            waiting.extend(references(components[name].schema))
    return found


def references(schema: Any) -> Iterator[str]:
    if is_object(schema):
        name = referred(schema)
        if name is not None:
            yield name
        for key, value in schema.items():
            if key not in ("default", "x-aside", "discriminator"):
                yield from references(value)
    elif is_array(schema):
        for value in schema:
            yield from references(value)


SAID = frozenset({"title", "description", "default", "discriminator", "x-aside"})
"""What a schema says beside its structure; the defaults and discriminators have tests of their own."""


def structure(schema: Any, components: Any) -> Any:
    """Return the structure of a schema: no texts, unions in a fixed order, a union of one is that one."""
    if not is_object(schema):
        return schema
    name = referred(schema)
    if name is not None and components[name].inline:
        return structure(components[name].schema, components)
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if key in SAID or key.startswith("x-timegate-"):
            continue
        if key == "properties":
            found[key] = {field: structure(place, components) for field, place in value.items()}
        elif key in ("anyOf", "oneOf"):
            arms = [structure(arm, components) for arm in value]
            flat = [inner for arm in arms for inner in (arm["union"] if set(arm) == {"union"} else [arm])]
            found["union"] = sorted(flat, key=lambda arm: json.dumps(arm, sort_keys=True))
        elif key == "required":
            found[key] = sorted(value)
        elif key == "const":
            found["enum"] = [value]
        elif key == "enum":
            found[key] = sorted(value, key=json.dumps)
        elif is_array(value):
            found[key] = [structure(item, components) for item in value]
        else:
            found[key] = structure(value, components)
    if not found.get("required", True):
        del found["required"]
    if set(found) == {"union"} and len(found["union"]) == 1:
        return found["union"][0]
    return found
