"""The laws of a merge, for random models, timelines and states."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import pytest
from hypothesis import given

from tests.strategies import Case, Payloads, cases
from tests.test_properties import CompiledCase, outcome, print_shares, random_cases
from timegate.typing import is_object


def state_of(compiled: CompiledCase) -> Any:
    """Make a state of head, without keys that no field has."""
    payloads = Payloads(compiled.components("responses", 0), compiled.random, internal=True)
    return payloads.value(compiled.root("responses"))


def merged(compiled: CompiledCase, sent: Any, index: int, state: Any) -> Any:
    version = compiled.versions[index]
    return compiled.gates.upgrade(compiled.case.world.root, sent, from_version=version, onto=state)


def test_merging_an_unchanged_read_gives_the_current_state_exactly(capsys: pytest.CaptureFixture[str]) -> None:
    counted: Counter[str] = Counter()

    @random_cases(40)
    @given(case=cases(same_names=True))
    def run(case: Case) -> None:
        counted.update(["cases", *case.world.features])
        compiled = CompiledCase.of(case)
        for index in range(0 if compiled is None else len(compiled.versions)):
            assert compiled is not None
            state = state_of(compiled)
            kind, read = outcome(compiled.downgraded, state, index)
            if kind == "error" or outcome(compiled.upgraded, read, index)[0] == "error":
                counted["requests that cannot be made"] += 1
                continue
            counted["requests"] += 1
            untouched = copy.deepcopy((state, read))
            assert merged(compiled, read, index, state) == state, (case, index, read)
            assert (state, read) == untouched, "a merge changed its input"

    run()
    print_shares(capsys, "merging an unchanged read", counted)
    assert counted["requests"] > counted["cases"]


def test_merging_a_changed_read_changes_what_the_client_changed(capsys: pytest.CaptureFixture[str]) -> None:
    """Where the client's value is that of its read, the state stays; every other value that is no object is its own."""
    counted: Counter[str] = Counter()

    @random_cases(40)
    @given(case=cases(same_names=True))
    def run(case: Case) -> None:
        counted["cases"] += 1
        compiled = CompiledCase.of(case)
        for index in range(0 if compiled is None else len(compiled.versions)):
            assert compiled is not None
            state = state_of(compiled)
            kind, read = outcome(compiled.downgraded, state, index)
            other = Payloads(compiled.components("requests", index), compiled.random).value(compiled.root("requests"))
            if kind == "error" or not is_object(read) or not is_object(other) or not is_object(state):
                continue
            keys = sorted({*read, *other})
            if not keys:
                continue  # There is nothing that the client could change.
            key = compiled.random.choice(keys)
            sent = {**read, key: other[key]} if key in other else {one: read[one] for one in read if one != key}
            results = [outcome(compiled.upgraded, one, index) for one in (read, sent)]
            if "error" in {kind for kind, _ in results}:
                counted["requests that cannot be made"] += 1
                continue
            counted["requests"] += 1
            counted["requests that change something"] += sent != read
            compare(
                results[0][1], results[1][1], state, merged(compiled, sent, index, state), (case, index, read, sent)
            )

    run()
    print_shares(capsys, "merging a changed read", counted)
    assert counted["requests that change something"] > counted["cases"]


def compare(base: Any, ours: Any, state: Any, result: Any, about: object) -> None:
    assert is_object(result), about
    for key in {*base, *ours, *state, *result}:
        before, sent, now, found = (one.get(key, ...) for one in (base, ours, state, result))
        if sent == before:
            assert found == now, (about, key, found)
        elif not all(map(is_object, (before, sent, now))):
            assert found == sent, (about, key, found)
