"""One change of a bundle as a `VersionChange`."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from timegate.cadwyn.converters import Converter, converters_of
from timegate.cadwyn.instructions import Told, told
from timegate.cadwyn.nulls import filled_by
from timegate.cadwyn.source import Module, text_of
from timegate.frozen.change_code import ChangeCode, class_code
from timegate.frozen.code import Code, undecided_code

_INSTRUCTIONS = "instructions_to_migrate_to_previous_version"


@dataclass(frozen=True, slots=True)
class Converted:
    """A change.

    Args:
        code: the class statement.
        undecided: what is left to a person.
    """

    code: ChangeCode
    undecided: tuple[str, ...]


def converted(module: Module, name: str) -> Converted:
    """A change of a module as a `VersionChange`."""
    change = module.classes[name]
    values = dict(_assigned(change))
    instructions = values.get(_INSTRUCTIONS)
    elements = instructions.elts if isinstance(instructions, ast.Tuple | ast.List) else []
    facts = [fact for one in elements for fact in told(module, one)]
    facts, converters = _with_filled(module, _with_introduced(module, facts), converters_of(module, change))
    blocks = list(_blocks(module, facts, converters))
    says = text_of(values.get("description")) or ast.get_docstring(change) or name
    hidden = ast.unparse(values.get("is_hidden_from_changelog", ast.Constant(value=False))) == "True"
    undecided = tuple(block.converter.function.name for block in blocks if block.converter is not None)
    undecided += tuple(
        block.fact.text for block in blocks if block.converter is None and "undecided(" in block.fact.text
    )
    return Converted(
        class_code(name, says, [(block.comment, block.fact) for block in blocks], hidden=hidden), undecided
    )


@dataclass(frozen=True, slots=True)
class _Block:
    """A fact, and the converter that it waits for.

    Args:
        fact: the fact as code.
        converter: the converter whose body a person has to carry over; None where there is none.
    """

    fact: Code
    converter: Converter | None = None

    @property
    def comment(self) -> str:
        """What a person needs to decide: the body."""
        return "" if self.converter is None else f"Carry over:\n{textwrap.dedent(self.converter.source)}"


def _assigned(change: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for node in change.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value
            case _:
                pass


def _blocks(module: Module, facts: Sequence[Told], converters: Sequence[Converter]) -> Iterator[_Block]:
    """The facts, merged where they are about one subject, and a placeholder for each converter that says more."""
    absent = {name for fact in facts if fact.verb in ("added", "introduced") for name in (*fact.names, fact.field[1])}
    open_ones: list[Converter] = []
    constants: dict[tuple[str, str], ast.expr] = {}
    listed: dict[tuple[str, str], str] = {}
    removed = {fact.field for fact in facts if fact.verb == "removed"}
    retyped = {fact.field for fact in facts if fact.verb == "retyped"}
    renamed = {fact.field: fact.names for fact in facts if fact.verb == "renamed"}

    def told_of(converter: Converter, key: str, fields: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
        """The fields by which a fact says something of every model that a converter is for, or of a base of it."""
        found = [[(one, key) for one in _line(module, target) if (one, key) in fields] for target in converter.targets]
        return [one for fields_of_target in found for one in fields_of_target] if all(found) else []

    for converter in converters:
        constant, of_lists, renames = converter.constant(), converter.of_lists(), converter.renames()
        if renames and all(
            (fields := told_of(converter, key, renamed)) and all(renamed[one] == (old,) for one in fields)
            for key, old in renames
        ):
            continue
        if of_lists is not None and (fields := told_of(converter, of_lists[0], retyped)):
            listed |= dict.fromkeys(fields, of_lists[1])
        elif constant is not None and (fields := told_of(converter, constant[0], removed)):
            constants |= dict.fromkeys(fields, constant[1])
        elif not (converter.only_drops and converter.dropped <= absent):
            open_ones.append(converter)
    placed: set[str] = set()
    for fact in _merged(facts):
        model, name = fact.field
        waiting = [one for one in open_ones if model in one.targets and name in one.written]
        if fact.field in constants:
            backfill = Code(f"backfill={ast.unparse(constants[fact.field])}")
            yield _Block(replace(fact, rest=(*fact.rest, backfill)).code())
        elif fact.verb == "retyped" and fact.field in listed:
            yield _Block(replace(fact, verb=listed[fact.field]).code())
        elif waiting and name and fact.verb != "renamed":
            placed.add(name)
            written = fact.code().text
            yield _Block(undecided_code(f"{written}, or another fact: what does {_names(waiting)} do?"), waiting[0])
        else:
            yield _Block(fact.code())
    for converter in open_ones:
        if not (converter.written and converter.written <= placed):
            question = f"what does {converter.function.name} do, which converts {', '.join(converter.targets)}?"
            if converter.path is not None:
                question = f"{converter.path}.rewritten(…), or a fact that says more: {question}"
            yield _Block(undecided_code(question), converter)


def _with_filled(
    module: Module, facts: Sequence[Told], converters: Sequence[Converter]
) -> tuple[list[Told], list[Converter]]:
    """The facts with those about null that converters tell, and the converters that are left."""
    known, left = list(facts), list[Converter]()
    types = {fact.field: fact.rest[0].text.removeprefix("was=") for fact in facts if fact.verb == "retyped"}
    for converter in converters:
        filled = filled_by(module, converter)
        if filled is None or not all(one.only_null(types.get(one.place, one.annotation)) for one in filled):
            left.append(converter)
            continue
        for one in filled:
            subject = Code(f"on({one.model})", frozenset({one.origin, ("timegate", "on")}))
            rest = (Code(f"null_was={one.value.text}", one.value.imports),)
            at = next((index for index, other in enumerate(known) if other.field == one.place), len(known))
            known[at : at + 1] = [Told(subject, "became_nullable", (one.field,), rest, field=one.place)]
    return known, left


def _names(converters: Sequence[Converter]) -> str:
    return " and ".join(one.function.name for one in converters)


def _merged(facts: Sequence[Told]) -> Iterator[Told]:
    """Facts of one verb about one subject as one fact."""
    waiting: list[Told] = []
    for fact in facts:
        at = next((index for index, other in enumerate(waiting) if _one_fact(fact, other)), None)
        if at is None:
            waiting.append(fact)
        else:
            other = waiting[at]
            waiting[at] = replace(other, names=other.names + fact.names, methods=other.methods + fact.methods)
    yield from waiting


def _one_fact(one: Told, other: Told) -> bool:
    merges = one.verb == "added" or (one.verb == "removed" and one.methods != ())
    return merges and (one.verb, one.subject, one.rest) == (other.verb, other.subject, other.rest)


def _with_introduced(module: Module, facts: Sequence[Told]) -> list[Told]:
    """A model none of whose fields existed was introduced."""
    fields: dict[str, set[str]] = {}
    for fact in facts:
        if fact.verb == "added" and fact.field[0]:
            fields.setdefault(fact.field[0], set()).add(fact.field[1])
    introduced = {model for model, names in fields.items() if _own_fields(module, model) <= names}
    found: list[Told] = []
    for fact in facts:
        model, name = fact.field
        if fact.verb != "added" or model not in introduced:
            found.append(fact)
        elif not any(one.verb == "introduced" and one.field[0] == model for one in found):
            found.append(Told(fact.subject, "introduced", field=(model, name)))
    return found


def _line(module: Module, model: str) -> list[str]:
    """A class and its bases, by their names, as far as their source is there."""
    found: list[str] = []
    waiting = [(module, model)]
    while waiting:
        at, name = waiting.pop(0)
        if name in found:
            continue
        found.append(name)
        defined_in = at.imported(name)
        node = None if defined_in is None else defined_in.classes.get(name)
        if defined_in is not None and node is not None:
            waiting += [(defined_in, base.id) for base in node.bases if isinstance(base, ast.Name)]
    return found


def _own_fields(module: Module, model: str) -> set[str]:
    """The fields of a class as its source declares them; one that is never met where the source is not there."""
    defined_in = module.imported(model)
    node = None if defined_in is None else defined_in.classes.get(model)
    if node is None:
        return {""}
    names = {one.target.id for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)}
    return {name for name in names if name != "model_config"} or {""}
