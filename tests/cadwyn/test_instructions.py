"""Each instruction of Cadwyn as a fact."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from timegate.cadwyn.change import converted
from timegate.cadwyn.source import Module

MODULE = '''
from datetime import date
from cadwyn import VersionChange, enum, endpoint, schema
from shop.models import Item, Size


class Change(VersionChange):
    """What changed."""

    instructions_to_migrate_to_previous_version = ({},)
'''


@pytest.mark.parametrize(
    ("instruction", "fact"),
    [
        ('schema(Item).field("a").didnt_exist', 'on(Item).added("a")'),
        ('schema(Item).field("a").didnt_exist, schema(Item).field("b").didnt_exist', 'on(Item).added("a", "b")'),
        ('schema(Item).field("a").existed_as(type=date | None)', 'on(Item).removed("a", was=date | None)'),
        ('schema(Item).field("a").had(name="b")', 'on(Item).renamed("b", to="a")'),
        ('schema(Item).field("a").had(type=int)', 'on(Item).retyped("a", was=int)'),
        ('schema(Item).field("a").had(default=3)', 'on(Item).defaulted("a", was=3)'),
        ('schema(Item).had(name="Old")', 'on(Item).was_named("Old")'),
        ('endpoint("/a", ["GET"]).didnt_exist', 'endpoint("/a", "GET").added()'),
        (
            'endpoint("/a", ["GET"]).didnt_exist, endpoint("/a", ["PUT"]).didnt_exist',
            'endpoint("/a", "GET", "PUT").added()',
        ),
        ('endpoint("/a", ["GET"]).existed', 'endpoint("/a", "GET").removed()'),
        ('endpoint("/a", ["GET"]).had(path="/b")', 'endpoint("/b", "GET").moved(to="/a")'),
    ],
)
def test_an_instruction_is_a_fact(instruction: str, fact: str, tmp_path: Path) -> None:
    assert facts_of(instruction, tmp_path) == [ast.unparse(ast.parse(fact, mode="eval"))]


def test_a_field_that_had_another_name_and_type_is_renamed_first(tmp_path: Path) -> None:
    assert facts_of('schema(Item).field("a").had(type=int, name="b")', tmp_path) == [
        "on(Item).renamed('b', to='a')",
        "on(Item).retyped('a', was=int)",
    ]


@pytest.mark.parametrize(
    ("instruction", "question"),
    [
        ('schema(Item).field("a").had(ge=3)', "which type with the limit ge=3 was it?"),
        ('schema(Item).field("a").didnt_have("ge")', "what was schema(Item).field('a').didnt_have('ge')?"),
        ('enum(Size).didnt_have("HUGE")', "which member do old clients read for HUGE?"),
        ('enum(Size).had(TINY="tiny")', "which member does head read for TINY?"),
        ("schema(Item).validator(check).existed", "what was schema(Item).validator(check).existed?"),
        ('endpoint("/a", ["GET"]).had(status_code=201)', "what was endpoint('/a', ['GET']).had(status_code=201)?"),
    ],
)
def test_what_an_instruction_does_not_say_is_a_placeholder(instruction: str, question: str, tmp_path: Path) -> None:
    (fact,) = facts_of(instruction, tmp_path)
    assert question in ast.unparse(ast.parse(fact)).replace("\\'", "'")
    assert "undecided(" in fact


def facts_of(instruction: str, folder: Path) -> list[str]:
    """The facts of a change with these instructions, as they are unparsed."""
    file = folder / "versions.py"
    file.write_text(MODULE.replace("{}", instruction))
    tree = ast.parse(converted(Module(file), "Change").code.text)
    (values,) = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    assert isinstance(values, ast.Tuple)
    return list(map(ast.unparse, values.elts))


BY_PATH = '''
from cadwyn import ResponseInfo, VersionChange, convert_response_to_previous_version_for


class Change(VersionChange):
    """The total moved."""

    instructions_to_migrate_to_previous_version = ()

    @convert_response_to_previous_version_for("/items", ["GET", "POST"])
    def total_beside(response: ResponseInfo) -> None:
        response.body = [response.body["total"], response.body["items"]]
'''


def test_a_converter_of_a_path_is_a_placeholder_that_names_the_fact_of_the_whole_body(tmp_path: Path) -> None:
    file = tmp_path / "versions.py"
    file.write_text(BY_PATH)
    code = converted(Module(file), "Change").code.text
    constants = (node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant))
    (question,) = [text for text in constants if isinstance(text, str) and "what does" in text]
    assert question == (
        "endpoint('/items', 'GET', 'POST').rewritten(…), or a fact that says more: "
        "what does total_beside do, which converts '/items', ['GET', 'POST']?"
    )
    assert 'response.body["total"]' in code
