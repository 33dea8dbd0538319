"""Every fact has an example that runs, and the page shows what came of it."""

from __future__ import annotations

import inspect
import re

from tests.vocabulary import endpoints, examples
from tests.vocabulary.reference import PAGE, START, methods, reference
from timegate.changes.subjects import Endpoint
from timegate.changes.subjects.members import Literals
from timegate.changes.subjects.parameters import Parameter, PathParameter
from timegate.changes.subjects.response_headers import ResponseHeader


def own_methods(subject: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(subject, inspect.isfunction) if not name.startswith("_")}


def test_every_fact_of_the_vocabulary_has_an_example() -> None:
    assert set(methods()) == {*examples.EXAMPLES, *endpoints.EXAMPLES}


def test_every_fact_of_a_part_of_a_subject_has_an_example() -> None:
    told = [str(one.fact) for found in examples.EXAMPLES.values() for one in found]
    told += [str(one.fact) for found in endpoints.EXAMPLES.values() for one in found]

    def named(part: str) -> set[str]:
        return {fact for one in told for fact in re.findall(rf"\.(?:{part})\('[\w-]+'\)\.(\w+)", one)}

    assert named("literal") == own_methods(Literals)
    assert named("response_header") == own_methods(ResponseHeader)
    assert named("query|header|cookie") == own_methods(Parameter)
    assert named("path") <= own_methods(PathParameter) <= own_methods(Parameter)
    assert {"query", "header", "cookie", "path", "response_header"} <= own_methods(Endpoint)


def test_every_example_shows_something() -> None:
    for example in (one for found in examples.EXAMPLES.values() for one in found):
        old, newest = example.documents()
        differ = [row for row in example.rows() if row[2] != row[3]]
        assert differ or old != newest or "told_by" in str(example.fact), example.fact


def test_the_reference_of_the_page_is_what_the_examples_did() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.count(START) == 1
    assert START + page.partition(START)[2] == reference(), "write it anew: python -m tests.vocabulary"


REMEDIES = {"on(M).told_by", "on(M).vouched", "on(M).unchanged", "enum(E).open"}
"""What a refusal or a warning tells to write, and no kind of change."""


def test_every_kind_of_change_has_a_place_among_the_whole_examples() -> None:
    page = (PAGE.parent / "how-to.md").read_text(encoding="utf-8")
    subjects = {
        "on(M)": r"on\([\w, ]+\)(?:\.literal\(.*?\))?",
        "enum(E)": r"enum\(\w+\)",
        "endpoint(…)": r"endpoint\([^()]*\)",
    }
    told = {
        name
        for name in methods()
        for subject, _, method in [name.rpartition(".")]
        if re.search(rf"(?:{subjects[subject]}|`)\.?{method}\b", page)
    }
    assert {*methods()} - told == REMEDIES
