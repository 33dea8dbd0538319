"""The requests of an old client: valid, lenient, nearly valid, absurd."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import quote

from tests.twins.dice import Dice
from tests.twins.mutations import MEDIA, TAILS, Mutator
from tests.twins.shapes import REQUIRED, ModelOf, Operation, World
from tests.twins.source import OLDEST
from tests.twins.values import Drawer
from tests.twins.writing import Writer


class Nothing:
    """There is no body."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = Nothing()
KINDS: Final = (("valid", 29), ("lenient", 30), ("nearly", 33), ("absurd", 7), ("version", 1))
NO_VERSIONS: Final = ((), ("",), ("x",), ("2019-12-31",), ("2050-01-01",), ("2020-13-01",), (OLDEST, "2050-01-01"))
OLD_VERSIONS: Final = ((OLDEST,),) * 20 + (("2020-07-01",),)


@dataclass(frozen=True)
class Request:
    """What is sent.

    Args:
        operation: the one that is meant.
        kind: valid, lenient, nearly or absurd.
        path: path parameters, as text.
        query: names and texts.
        headers: names and texts.
        body: plain JSON.
        raw: sent in place of the body.
        media: the type of the body; empty for none.
        tail: more of the query, as it is written.
        versions: the values of the version's header.
        notes: what is special about it.
    """

    operation: str
    kind: str
    path: dict[str, str] = field(default_factory=dict[str, str])
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = NOTHING
    raw: bytes | None = None
    media: str = "application/json"
    tail: str = ""
    versions: tuple[str, ...] = (OLDEST,)
    notes: tuple[str, ...] = ()

    @property
    def content(self) -> bytes:
        if self.raw is not None:
            return self.raw
        return b"" if self.body is NOTHING else json.dumps(self.body).encode()

    def url(self, template: str) -> str:
        for name, text in self.path.items():
            template = template.replace(f"{{{name}}}", quote(text, safe=""))
        return template

    def __str__(self) -> str:
        said = [f"{self.kind} {self.operation}", *(f"{name}={text!r}" for name, text in self.path.items())]
        said += [f"?{name}={text}" for name, text in self.query] + [f"{name}: {text}" for name, text in self.headers]
        said += [f"&{self.tail}"] if self.tail else []
        said += [f"content-type: {self.media}"] if self.media != "application/json" else []
        return " ".join([*said, *([repr(self.content)] if self.content else []), *self.notes])


def takes(template: str, path: str) -> bool:
    """Whether the path of an operation takes a path, which may be that of another operation."""
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) is not None


class Asker:
    """Draws requests of an operation.

    Args:
        old: what the client knows.
        head: what it does not know: some of it is tried all the same.
    """

    def __init__(self, old: World, head: World) -> None:
        self.old = old
        self.head = head

    def request(self, dice: Dice, one: Operation) -> Request:
        kind = dice.weighted(KINDS)
        if kind == "nearly" and dice.chance(12) and one.body is not None:
            return self.of_head(dice, one)
        writer = Writer(self.old, dice, lenient=35 if kind == "lenient" else 0)
        made = self.written(dice, writer, one, kind)
        made = replace(made, versions=dice.pick(NO_VERSIONS if kind == "version" else OLD_VERSIONS))
        if kind in ("nearly", "absurd"):
            return self.mutated(dice, made)
        return replace(made, notes=tuple(writer.notes))

    def strange(self, one: Operation) -> Request:
        """A request for an operation that the client's version does not have."""
        return Request(one.uid, "strange", {parameter.name: "1" for parameter in one.named("path")})

    def written(self, dice: Dice, writer: Writer, one: Operation, kind: str) -> Request:
        drawer = Drawer(writer.world, dice)
        path: dict[str, str] = {}
        query: list[tuple[str, str]] = []
        headers: list[tuple[str, str]] = []
        for parameter in one.parameters:
            if parameter.default is not REQUIRED and dice.chance(40):
                continue
            value = drawer.value(parameter.type)
            if value is None:
                continue
            texts = writer.texts(value, parameter.type)
            if parameter.where == "path":
                path[parameter.name] = texts[0].replace("/", "-")
            elif parameter.where == "header":
                headers += [(parameter.name, text) for text in texts if text.isascii()]
            else:
                query += [(parameter.name, text) for text in texts]
        if one.query is not None:
            asked = drawer.value(ModelOf(one.query))
            for name, value in asked.fields.items():
                shape = writer.world.field(one.query, name)
                query += [] if value is None else [(shape.sent_as, text) for text in writer.texts(value, shape.type)]
        body = NOTHING if one.body is None else writer.json(drawer.value(one.body), one.body)
        return Request(one.uid, kind, path, tuple(query), tuple(headers), body)

    def of_head(self, dice: Dice, one: Operation) -> Request:
        """What a client of head would send in the body."""
        made = self.written(dice, Writer(self.old, dice), one, "nearly")
        newest = self.head.operations[one.uid]
        if newest.body is None:
            return made
        body = Writer(self.head, dice).json(Drawer(self.head, dice).value(newest.body), newest.body)
        return replace(made, body=body, notes=("as head has it",))

    def mutated(self, dice: Dice, made: Request) -> Request:
        mutator = Mutator(self.old, self.head, dice)
        absurd = made.kind == "absurd"
        targets = [*(["body"] * 3 if made.body is not NOTHING else [])]
        targets += ["query"] if made.query or self.old.operations[made.operation].named("query") else []
        targets += ["path"] if made.path else []
        targets += ["headers"] if made.headers else []
        for _ in range(dice.number(3, 6) if absurd else 1):
            match dice.pick(targets or ["query"]):
                case "body" if absurd and dice.chance(40):
                    if dice.chance(25):
                        return replace(made, raw=mutator.raw(made.content), notes=("raw",))
                    if dice.chance(15):
                        return replace(made, media=dice.pick(MEDIA), notes=("another type",))
                    made = replace(made, body=mutator.absurd())
                case "query" if absurd and dice.chance(20):
                    made = replace(made, tail=dice.pick(TAILS))
                case "body":
                    made = replace(made, body=mutator.mutated(made.body))
                case "query":
                    made = replace(made, query=mutator.pairs(made.query, mutator.query_names(made.operation)))
                case "headers":
                    made = replace(made, headers=mutator.pairs(made.headers, ["x-one", "x-two"]))
                case _:
                    path = {name: mutator.text().replace("/", "-") or "x" for name in made.path}
                    made = replace(made, path=path)
        return replace(made, notes=tuple(mutator.notes))
