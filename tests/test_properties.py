"""Properties of all models, timelines and payloads, tested with random ones.

`TIMEGATE_RANDOM_CASES=5` tests five times as many cases, `TIMEGATE_SHRINK=1` shrinks a failure, which takes long.
"""

from __future__ import annotations

import copy
import functools
import json
import os
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.many import MANY
from tests.oracle import Oracle
from tests.oracle.reading import Refusals
from tests.oracle.structures import reachable, structure
from tests.strategies import Case, Payloads, cases
from tests.strategies.payloads import damaged
from tests.strategies.timelines import NOT_REVERSIBLE
from timegate import CompileError, GateError, Gates, UpgradeError
from timegate.changes.base import UNSET
from timegate.changes.values import BecameNullable, BecameOptional, Retyped
from timegate.typing import Schema
from timegate.wire.wire import Component, Side

PHASES = tuple(phase for phase in Phase if phase is not Phase.shrink or "TIMEGATE_SHRINK" in os.environ)

MARKER = "smuggled"

MANY_ENOUGH = 40
"""Of fewer cases, one that is refused is no share."""


def random_cases(count: int) -> Callable[[Any], Any]:
    """Run a test with this number of random cases; one that is drawn again is not tried again."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    many = settings(max_examples=count * MANY, suppress_health_check=slow, phases=PHASES, deadline=None, database=None)

    def decorate(test: Any) -> Any:
        run, tried = test.hypothesis.inner_test, set[str]()

        @functools.wraps(run)
        def once(*, case: Case) -> None:
            drawn = case.described()
            if drawn not in tried:
                run(case=case)
                # One that fails is run again.
                tried.add(drawn)

        test.hypothesis.inner_test = once
        return many(test)

    return decorate


class CompiledCase:
    """A case with its compiled gates and its oracle.

    Args:
        case: the models and the timeline.
        gates: the gates compiled from them.
        random: makes the payloads.
    """

    def __init__(self, case: Case, gates: Gates) -> None:
        self.case = case
        self.gates = gates
        self.oracle = Oracle.of(case.contract.wire, case.timeline)
        self.random = Random(repr(case))
        self.versions = case.timeline.values

    @classmethod
    def of(cls, case: Case) -> CompiledCase | None:
        """Compile a case; None where it is refused."""
        try:
            return cls(case, case.timeline.compile(case.contract))
        except CompileError:
            return None

    def root(self, side: Side) -> Schema:
        return self.case.contract.head.schema_of(side, self.case.world.root)

    def components(self, side: Side, index: int) -> dict[str, Component]:
        return dict(self.oracle.history.states[index][side])

    def response(self, *, colliding_with: int) -> Any:
        """Make a response of head, with extra keys that collide with those of older versions."""

        def extra_keys(component: Component) -> list[str]:
            return [] if component.closed else self.known(component, "responses", range(1, colliding_with + 1))

        payloads = Payloads(self.components("responses", 0), self.random, extra_keys, internal=True)
        return payloads.value(self.root("responses"))

    def request(self, index: int, **options: Any) -> Any:
        """Make a request of a version, with extra keys that collide with those of newer versions."""

        def extra_keys(component: Component) -> list[str]:
            return self.known(component, "requests", range(index))

        payloads = Payloads(
            self.components("requests", index), self.random, extra_keys, other_spellings=True, **options
        )
        return payloads.value(self.root("requests"))

    def known(self, component: Component, side: Side, indices: range) -> list[str]:
        """List the keys that other versions have and this one lacks, and one that no version has."""
        # The result of a function of a whole object has one key where an extra key collides with an old field.
        if self.case.converts_models:
            indices = range(1) if side == "requests" else range(0)
        found: set[str] = {"zz"}
        for index in indices:
            other = self.oracle.history.states[index][side][component.name]
            for key in other.properties:
                found |= set(other.accepted(key)) if index == 0 and side == "requests" else {key}
        return sorted(found - set(component.properties))

    @property
    def same_names(self) -> bool:
        """Whether requests and responses have the same names, so that an old client may send what it reads."""
        sent = self.components("responses", 0)
        return all(set(c.properties) == set(sent[c.name].properties) for c in self.components("requests", 0).values())

    def upgraded(self, payload: Any, index: int) -> Any:
        return self.gates.upgrade(self.case.world.root, payload, from_version=self.versions[index])

    def downgraded(self, payload: Any, index: int) -> Any:
        return self.gates.downgrade(self.case.world.root, payload, to_version=self.versions[index])


def explained(case: CompiledCase, payload: Any, found: tuple[str, Any], **version: str) -> None:
    """Assert that an explanation leads change by change to the result of a conversion.

    What the client may not send is dropped before the first change.
    """
    # An explanation compiles the timeline once more, so only that of the oldest version is asked for.
    oldest = case.versions[-1] in version.values()
    steps = (
        [] if found[0] == "error" or not oldest else list(case.gates.explain(case.case.world.root, payload, **version))
    )
    for step, following in pairwise(steps):
        assert step.after == following.before, (case.case, payload, step)
    assert not steps or steps[-1].after == found[1], (case.case, payload)


def outcome(convert: Callable[..., Any], *arguments: Any) -> tuple[str, Any]:
    """Return the result of a conversion: a payload, or the class of the error."""
    try:
        return "payload", convert(*arguments)
    except GateError as error:
        return "error", type(error)


def agree(compiled: CompiledCase, found: tuple[str, Any], plain: Callable[..., Any], *arguments: Any) -> None:
    """Assert that a program converts as the oracle does, step by step."""
    refusals = Refusals()
    expected = outcome(plain, *arguments, refusals)
    # The design leaves open whether a dropped value is converted before, and which of several errors is raised.
    if found != expected and found[0] == "error" and found[1] in {type(error) for error in refusals}:
        return
    assert found == expected, (compiled.case, arguments)


def print_shares(capsys: pytest.CaptureFixture[str], what: str, counted: Counter[str]) -> None:
    """Print how many cases and requests of each kind were tested, even where output is captured."""
    total, counts = counted["cases"], sorted(counted.items())
    shares = [f"{name} {count / total:.0%}" for name, count in counts if name != "cases" and "request" not in name]
    numbers = [f"{count} {name}" for name, count in counts if name == "cases" or "request" in name]
    with capsys.disabled():
        print(f"\n{what}: {'; '.join([*numbers, *shares])}")


def test_the_fused_program_equals_the_facts_applied_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Both directions, every version, extra and colliding keys, other spellings; the input is not modified."""
    counted: Counter[str] = Counter()

    @random_cases(90)
    @given(case=cases())
    def run(case: Case) -> None:
        counted.update(["cases", *case.world.features])
        counted["recursive, generic or with unions"] += bool(case.world.features)
        compiled = CompiledCase.of(case)
        if compiled is None:
            counted["refused"] += 1
            return
        for index in range(len(compiled.versions)):
            response = compiled.response(colliding_with=index)
            untouched = copy.deepcopy(response)
            found = outcome(compiled.downgraded, response, index)
            assert response == untouched, "a downgrade changed its input"
            agree(compiled, found, compiled.oracle.downgrade, compiled.root("responses"), response, index)
            explained(compiled, response, found, to_version=compiled.versions[index])
            requests = [compiled.request(index)]
            readable = found[0] == "payload" and compiled.same_names
            requests.append(found[1] if readable else damaged(requests[0], compiled.random))
            for request in requests:
                untouched = copy.deepcopy(request)
                upgraded = outcome(compiled.upgraded, request, index)
                assert request == untouched, "an upgrade changed its input"
                agree(compiled, upgraded, compiled.oracle.upgrade, compiled.root("requests"), request, index)
                explained(compiled, request, upgraded, from_version=compiled.versions[index])

    run()
    print_shares(capsys, "the fused program equals the facts applied one by one", counted)
    assert counted["recursive, generic or with unions"] >= counted["cases"] / 3
    assert min(counted["recursive"], counted["generic"], counted["union"]) >= counted["cases"] / 20
    assert counted["refused"] <= max(counted["cases"], MANY_ENOUGH) / 10


def test_an_old_request_comes_back_as_it_was_sent(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no fact removes or adds a value, downgrade(upgrade(x)) is x.

    A fact with `loses` may lose what only an old client can send: there x is a downgraded response of head.
    """
    counted: Counter[str] = Counter()

    @random_cases(50)
    @given(case=cases(without=NOT_REVERSIBLE, same_names=True))
    def run(case: Case) -> None:
        counted.update(["cases", *case.world.features])
        compiled = CompiledCase.of(case)
        if compiled is None:
            counted["refused"] += 1
            return
        facts = [fact for version in case.timeline for change in version.changes for fact in change.changes]
        declared_loss = any(fact.loses is not None for fact in facts)
        counted["with declared loss"] += declared_loss
        for index in range(1, len(compiled.versions)):
            payloads = Payloads(compiled.components("requests", index), compiled.random, lambda _: ["zz"])
            from_head = compiled.downgraded(
                Payloads(compiled.components("responses", 0), compiled.random).value(compiled.root("responses")), index
            )
            for request in [from_head] if declared_loss else [from_head, payloads.value(compiled.root("requests"))]:
                counted["requests"] += 1
                kind, found = outcome(compiled.upgraded, request, index)
                if kind == "error":
                    # The function of a field cannot always read the word that was drawn for its text.
                    counted["requests refused"] += 1
                    continue
                back = outcome(compiled.downgraded, found, index)
                if back != ("payload", request) and is_a_constant_written_otherwise(compiled, back, index):
                    counted["requests with a constant that a function writes otherwise"] += 1
                    continue
                assert back == ("payload", request), (case, index, found)

    run()
    print_shares(capsys, "an old request comes back as it was sent", counted)
    assert counted["requests refused"] <= counted["requests"] / 10
    assert counted["requests with a constant that a function writes otherwise"] <= counted["requests"] / 20
    assert counted["refused"] <= max(counted["cases"], MANY_ENOUGH) / 10


def is_a_constant_written_otherwise(compiled: CompiledCase, back: tuple[str, Any], index: int) -> bool:
    """Whether a version file gives old clients a constant that a function of it, with a loss, writes otherwise.

    No response of head is such a constant, and what comes back in its place comes back as it is.
    """
    facts = [fact for version in compiled.case.timeline for change in version.changes for fact in change.changes]
    given = [fact.null_was for fact in facts if isinstance(fact, BecameNullable)]
    given += [fact.missing_was for fact in facts if isinstance(fact, BecameOptional)]
    loses = any(isinstance(fact, Retyped) and fact.loses is not None for fact in facts)
    if not loses or back[0] == "error" or all(one is UNSET for one in given):
        return False
    again = outcome(compiled.upgraded, back[1], index)
    return again[0] == "payload" and outcome(compiled.downgraded, again[1], index) == back


def test_no_key_that_the_client_lacks_reaches_head(capsys: pytest.CaptureFixture[str]) -> None:
    """Extra keys are those that head accepts, in any spelling, where the client's contract has no such field."""
    counted: Counter[str] = Counter()

    @random_cases(70)
    @given(case=cases())
    def run(case: Case) -> None:
        counted.update(["cases", *case.world.features])
        compiled = CompiledCase.of(case)
        if compiled is None:
            counted["refused"] += 1
            return
        for index in range(len(compiled.versions)):
            forbidden = functools.partial(keys_of_head_alone, compiled.components("requests", 0))
            payloads = Payloads(
                compiled.components("requests", index), compiled.random, forbidden, marker=MARKER, extra_percent=60
            )
            for request in [payloads.value(compiled.root("requests")) for _ in range(4)]:
                counted["requests"] += 1
                counted["requests with keys of head"] += MARKER in json.dumps(request)
                try:
                    assert MARKER not in json.dumps(compiled.upgraded(request, index)), (case, index, request)
                except UpgradeError:
                    counted["requests refused"] += 1
                except GateError as error:
                    counted["requests that a function fails on"] += 1
                    assert_tells_no_value(error)

    run()
    print_shares(capsys, "no key that the client lacks reaches head", counted)
    assert counted["requests with keys of head"] >= counted["cases"]


def assert_tells_no_value(error: GateError) -> None:
    """Assert that an error is that of a function of a version file, and that nothing of the request is in it."""
    assert type(error) is GateError
    assert error.change
    assert MARKER not in f"{error} {error.failures}"


def keys_of_head_alone(head: dict[str, Component], component: Component) -> list[str]:
    """List every key, in any spelling, of the fields of head that a client's contract does not have."""
    own = [key for key in component.properties if key not in component.internal]
    newer = head[component.name]
    newer_keys = [key for key in newer.properties if key not in own or key in newer.internal]
    return sorted({spelling for key in newer_keys for spelling in newer.accepted(key)} - set(own))


def test_the_contract_of_each_version_is_what_the_facts_say() -> None:
    """Every component of every version, on both sides, has the structure that the oracle derives fact by fact."""

    @random_cases(60)
    @given(case=cases())
    def run(case: Case) -> None:
        compiled = CompiledCase.of(case)
        if compiled is None:
            return
        for index, version in enumerate(compiled.versions):
            wire = compiled.gates.wire(version)
            sides: tuple[Side, Side] = ("requests", "responses")
            for side in sides:
                expected, found = compiled.components(side, index), wire.components(side)
                names = reachable(compiled.root(side), expected)
                assert names <= set(found), (case, version, side)
                for name in sorted(names):
                    structures = structure(found[name].schema, found), structure(expected[name].schema, expected)
                    assert structures[0] == structures[1], (case, version, side, name)
                    assert found[name].display_name == expected[name].display_name

    run()
