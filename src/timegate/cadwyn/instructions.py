"""The instructions of a change as facts: Cadwyn tells them from new to old, facts are told from old to new."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from timegate.cadwyn.source import Module, chain, text_of
from timegate.frozen.code import Code, joined, text_code, undecided_code

_LIMITS: Final = frozenset(
    {"ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length", "pattern", "max_digits", "decimal_places"}
)


@dataclass(frozen=True, slots=True)
class Told:
    """One fact, before facts about one subject become one.

    Args:
        subject: the subject, ``on(Item)``.
        verb: its method; empty where the whole fact is a placeholder.
        names: the names that it takes first.
        rest: its other arguments, as code.
        field: the model and field that it is about; empty names for none.
        methods: the HTTP methods of an endpoint.
    """

    subject: Code
    verb: str
    names: tuple[str, ...] = ()
    rest: tuple[Code, ...] = ()
    field: tuple[str, str] = ("", "")
    methods: tuple[str, ...] = ()

    def code(self) -> Code:
        """The fact as code."""
        if not self.verb:
            return self.subject
        arguments = [*(Code(text_code(name)) for name in self.names), *self.rest]
        listed = joined(", ".join(["{}"] * len(arguments)), *arguments)
        subject = self.subject
        if self.methods:
            subject = Code(
                f"{subject.text.removesuffix(')')}, {', '.join(map(text_code, self.methods))})", subject.imports
            )
        return joined("{}." + self.verb + "({})", subject, listed)


def told(module: Module, instruction: ast.expr) -> list[Told]:
    """The facts of one instruction."""
    steps = chain(instruction)
    match steps:
        case [("schema", ast.Call(args=[model])), ("field", ast.Call(args=[name])), (verb, call)]:
            return _Field(module, model, text_of(name) or ast.unparse(name), instruction).told(verb, call)
        case [("schema", ast.Call(args=[model])), ("had", ast.Call(keywords=[ast.keyword(arg="name", value=name)]))]:
            return [Told(_on(module, model), "was_named", rest=(module.code(name),))]
        case [("enum", ast.Call(args=[members])), (verb, ast.Call() as call)]:
            return _of_enum(module, members, verb, call)
        case [("endpoint", ast.Call(args=[path, methods])), (verb, call)]:
            return _of_endpoint(path, methods, verb, call, instruction)
        case _:
            return [_undecided(instruction)]


class _Field:
    """An instruction about a field."""

    def __init__(self, module: Module, model: ast.expr, name: str, instruction: ast.expr) -> None:
        self._module, self._name, self._instruction = module, name, instruction
        self._subject, self._field = _on(module, model), (ast.unparse(model), name)

    def told(self, verb: str, call: ast.Call | None) -> list[Told]:
        keywords = {one.arg: one.value for one in call.keywords if one.arg} if call else {}
        if verb == "didnt_exist":
            return [Told(self._subject, "added", (self._name,), field=self._field)]
        if verb == "existed_as":
            was = self._keyword("was", keywords["type"]) if "type" in keywords else Code("was=…")
            return [Told(self._subject, "removed", (self._name,), (was,), field=self._field)]
        if verb == "had":
            return self._had(keywords)
        return [_undecided(self._instruction)]

    def _had(self, keywords: Mapping[str, ast.expr]) -> list[Told]:
        found: list[Told] = []
        # Facts are told from old to new: after a new name comes what the field of that name was.
        for key, value in sorted(keywords.items(), key=lambda item: item[0] != "name"):
            if key == "name":
                to = Code(f"to={text_code(self._name)}")
                fact = Told(self._subject, "renamed", (text_of(value) or "",), (to,), field=self._field)
            elif key in ("type", "default"):
                verb = "retyped" if key == "type" else "defaulted"
                was = self._keyword("was", value)
                fact = Told(self._subject, verb, (self._name,), (was,), field=self._field)
            elif key in _LIMITS:
                asked = f"which type with the limit {key}={ast.unparse(value)} was it? was=Annotated[…, Field(…)]"
                was = joined("was={}", undecided_code(asked))
                fact = Told(self._subject, "constrained", (self._name,), (was,), field=self._field)
            else:
                fact = _undecided(self._instruction)
            found.append(fact)
        return found

    def _keyword(self, name: str, value: ast.expr) -> Code:
        return joined(name + "={}", self._module.code(value))


def _of_enum(module: Module, members: ast.expr, verb: str, call: ast.Call) -> list[Told]:
    of = module.code(members)
    subject = joined("enum({})", Code(of.text, of.imports | {("timegate", "enum")}))
    if verb == "didnt_have":
        names = [name for argument in call.args if (name := text_of(argument)) is not None]
        seen_as = joined("seen_as={}", undecided_code(f"which member do old clients read for {', '.join(names)}?"))
        grown = tuple(joined("{}." + name, of) for name in names)
        return [Told(subject, "grew", rest=(*grown, seen_as))]
    if verb == "had":
        return [
            Told(subject, "shrank", rest=(module.code(one.value), joined("read_as={}", _read_as(one))))
            for one in call.keywords
        ]
    return [_undecided(call)]


def _read_as(one: ast.keyword) -> Code:
    return undecided_code(f"which member does head read for {one.arg}?")


_WITHOUT_ARGUMENTS: Final[Mapping[str, str]] = {"didnt_exist": "added", "existed": "removed"}


def _of_endpoint(
    path: ast.expr, methods: ast.expr, verb: str, call: ast.Call | None, instruction: ast.expr
) -> list[Told]:
    at = text_of(path) or ""
    names = [text_of(one) or "" for one in methods.elts] if isinstance(methods, ast.List | ast.Tuple) else []
    keywords = {one.arg: one.value for one in call.keywords if one.arg} if call else {}
    if verb in _WITHOUT_ARGUMENTS:
        return [Told(_endpoint(at), _WITHOUT_ARGUMENTS[verb], methods=tuple(names))]
    if verb == "had" and keywords.keys() == {"path"}:
        old = text_of(keywords["path"]) or ""
        return [Told(_endpoint(old), "moved", rest=(Code(f"to={text_code(at)}"),), methods=tuple(names))]
    return [_undecided(instruction)]


def _endpoint(path: str) -> Code:
    return Code(f"endpoint({text_code(path)})", frozenset({("timegate", "endpoint")}))


def _on(module: Module, model: ast.expr) -> Code:
    code = module.code(model)
    return Code(f"on({code.text})", code.imports | {("timegate", "on")})


def _undecided(instruction: ast.expr) -> Told:
    return Told(undecided_code(f"what was {ast.unparse(instruction)}?"), "")
