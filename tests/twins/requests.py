"""The requests of an old client: valid, lenient, nearly valid, absurd."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import quote

from tests.twins.dice import Dice
from tests.twins.forms import MULTIPART, URL_ENCODED, Entries, encoded
from tests.twins.mutations import FORM_MEDIA, MEDIA, TAILS, Mutator
from tests.twins.shapes import REQUIRED, ModelOf, Operation, World
from tests.twins.source import OLDEST
from tests.twins.values import Drawer, Sent
from tests.twins.writing import Writer

PLACES: Final = ("path", "query", "header", "cookie", "form", "body")
"""Where parameters are."""


class Nothing:
    """There is no body."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = Nothing()
KINDS: Final = (("valid", 29), ("lenient", 30), ("nearly", 36), ("absurd", 4), ("version", 1))
NO_VERSIONS: Final = ((), ("",), ("x",), ("2019-12-31",), ("2050-01-01",), ("2020-13-01",), (OLDEST, "2050-01-01"))
"""What names no version."""


@dataclass(frozen=True)
class Request:
    """What is sent.

    Args:
        operation: the one that is meant.
        kind: valid, lenient, nearly or absurd.
        path: path parameters, as text.
        query: names and texts.
        headers: names and texts.
        cookies: names and texts.
        body: plain JSON.
        form: sent in place of it; None for none.
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
    cookies: tuple[tuple[str, str], ...] = ()
    body: Any = NOTHING
    form: Entries | None = None
    raw: bytes | None = None
    media: str = "application/json"
    tail: str = ""
    versions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def content(self) -> bytes:
        if self.raw is not None:
            return self.raw
        if self.form is not None:
            return encoded(self.form, self.media)
        return b"" if self.body is NOTHING else json.dumps(self.body).encode()

    def filled(self, template: str) -> str:
        """The path with its parameters."""
        for name, text in self.path.items():
            template = template.replace(f"{{{name}}}", text)
        return template

    def url(self, template: str) -> str:
        """The path with its parameters, as it is sent."""
        for name, text in self.path.items():
            template = template.replace(f"{{{name}}}", quote(text, safe=""))
        return template

    def __str__(self) -> str:
        said = [f"{self.kind} {self.operation}", *(f"{name}={text!r}" for name, text in self.path.items())]
        said += [f"?{name}={text}" for name, text in self.query] + [f"{name}: {text}" for name, text in self.headers]
        said += [f"cookie: {name}={text}" for name, text in self.cookies]
        said += [f"{name}={item!r}" for name, item in self.form or ()]
        said += [f"&{self.tail}"] if self.tail else []
        said += [f"content-type: {self.media}"] if self.media != "application/json" else []
        return " ".join([*said, *([repr(self.content)] if self.content and self.form is None else []), *self.notes])


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()


def takes(template: str, path: str) -> bool:
    """Whether the path of an operation takes a path, which may be that of another operation."""
    return re.fullmatch(re.sub(r"\{\w+\}", "(?s:[^/]+)", template), path) is not None


class Asker:
    """Draws requests of an operation.

    Args:
        old: what the client knows.
        head: what it does not know: some of it is tried all the same.
        version: of the client.
    """

    def __init__(self, old: World, head: World, version: str) -> None:
        self.old = old
        self.head = head
        self.version = version

    def request(self, dice: Dice, one: Operation) -> Request:
        kind = dice.weighted(KINDS)
        if kind == "nearly" and dice.chance(12) and one.has_json:
            return replace(self.of_head(dice, one), versions=(self.version,))
        writer = Writer(self.old, dice, lenient=35 if kind == "lenient" else 0)
        made = self.written(dice, writer, one, kind)
        made = replace(made, versions=dice.pick(NO_VERSIONS if kind == "version" else self.versions))
        if kind in ("nearly", "absurd"):
            return self.mutated(dice, made)
        return replace(made, notes=tuple(writer.notes))

    @property
    def versions(self) -> tuple[tuple[str, ...], ...]:
        """How the client names its version: by its day, now and then by one on which it is the newest."""
        return ((self.version,),) * 20 + ((self.version.replace("-01-01", "-07-01"),),)

    def strange(self, one: Operation) -> Request:
        """A request for an operation that the client's version does not have."""
        path = {parameter.name: "1" for parameter in one.named("path")}
        return Request(one.uid, "strange", path, versions=(self.version,))

    def written(self, dice: Dice, writer: Writer, one: Operation, kind: str) -> Request:
        drawer = Drawer(writer.world, dice)
        given: dict[str, list[tuple[str, Any]]] = {place: [] for place in PLACES}
        for parameter in one.parameters:
            if parameter.default is not REQUIRED and dice.chance(40):
                continue
            value = drawer.value(parameter.type)
            if value is not None:
                single = [writer.json(value, parameter.type)] if parameter.where == "body" else None
                entries = writer.entries(value, parameter.type) if single is None else single
                given[parameter.where] += [(parameter.name, entry) for entry in entries]
        if one.asked is not None:
            for name, value in drawer.value(ModelOf(one.asked)).fields.items():
                shape = writer.world.field(one.asked, name)
                entries = [] if value is None else writer.entries(value, shape.type)
                given[one.asked_in] += [(shape.sent_as, entry) for entry in entries]
        path = {name: text.replace("/", "-") for name, text in given["path"]}
        headers, cookies = ([(name, text) for name, text in given[at] if text.isascii()] for at in ("header", "cookie"))
        body = NOTHING if one.body is None else writer.json(drawer.value(one.body), one.body)
        if one.named("body"):
            body = dict(given["body"])
        if body is None and dice.chance(50):
            body = NOTHING
        made = Request(one.uid, kind, path, tuple(given["query"]), tuple(headers), tuple(cookies), body)
        if not one.has_a_form:
            return made
        dice.random.shuffle(given["form"])
        many = any(isinstance(entry, Sent) for _, entry in given["form"]) or dice.chance(30)
        return replace(made, form=tuple(given["form"]), media=MULTIPART if many else URL_ENCODED)

    def of_head(self, dice: Dice, one: Operation) -> Request:
        """What a client of head would send in the body."""
        made = self.written(dice, Writer(self.old, dice), one, "nearly")
        newest = self.head.operations[one.uid]
        writer, drawer = Writer(self.head, dice), Drawer(self.head, dice)
        if newest.body is None:
            single = newest.named("body")
            body = {each.name: writer.json(drawer.value(each.type), each.type) for each in single}
        else:
            body = writer.json(drawer.value(newest.body), newest.body)
        return replace(made, body=body, notes=("as head has it",))

    def mutated(self, dice: Dice, made: Request) -> Request:
        mutator = Mutator(self.old, self.head, dice)
        absurd = made.kind == "absurd"
        targets = [*(["body"] * 3 if made.body is not NOTHING else [])]
        targets += ["form"] * 3 if made.form is not None else []
        targets += ["query"] if made.query or self.old.operations[made.operation].named("query") else []
        targets += ["path"] if made.path else []
        targets += ["headers"] if made.headers else []
        targets += ["cookies"] if made.cookies else []
        for _ in range(dice.number(3, 6) if absurd else 1):
            match dice.pick(targets or ["query"]):
                case "body" if absurd and dice.chance(40):
                    if dice.chance(25):
                        return replace(made, raw=mutator.raw(made.content), notes=("raw",))
                    if dice.chance(15):
                        return replace(made, media=dice.pick(MEDIA), notes=("another type",))
                    made = replace(made, body=mutator.absurd())
                case "form" if absurd and dice.chance(40):
                    if dice.chance(40):
                        return replace(made, media=dice.pick([*MEDIA, *FORM_MEDIA]), notes=("another type",))
                    return replace(made, raw=mutator.raw_form(made.content), notes=("raw",))
                case "query" if absurd and dice.chance(20):
                    made = replace(made, tail=dice.pick(TAILS))
                case "body":
                    made = replace(made, body=mutator.mutated(made.body))
                case "query":
                    made = replace(
                        made, query=mutator.pairs(made.query, mutator.names(made.operation, "query"), mutator.text)
                    )
                case "form":
                    names = mutator.names(made.operation, "form")
                    made = replace(made, form=mutator.pairs(made.form or (), names, mutator.entry))
                case "cookies":
                    names = mutator.names(made.operation, "cookie")
                    cookies = mutator.pairs(made.cookies, names, mutator.text)
                    made = replace(made, cookies=tuple((name, _ascii(text)) for name, text in cookies))
                case "headers":
                    names = ["x-one", "x-two", *mutator.names_of_model(made.operation, "header")]
                    headers = mutator.pairs(made.headers, names, mutator.text)
                    made = replace(made, headers=tuple((name, _ascii(text)) for name, text in headers))
                case _:
                    path = {name: mutator.text().replace("/", "-") or "x" for name in made.path}
                    made = replace(made, path=path)
        return replace(made, notes=tuple(mutator.notes))
