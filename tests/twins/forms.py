"""Draws what is read of forms and cookies, and how forms are written."""

from __future__ import annotations

import copy
from typing import TypeAlias
from urllib.parse import urlencode

from tests.twins.dice import Dice
from tests.twins.drawing import NAMES, Builder
from tests.twins.shapes import BYTES, FILE, REQUIRED, ListOf, Nullable, Operation, Parameter, Type, World
from tests.twins.values import Sent, default_for

URL_ENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=twins"
FILE_TYPES: tuple[Type, ...] = (FILE, FILE, BYTES, ListOf(FILE), Nullable(FILE))

Entries: TypeAlias = tuple[tuple[str, str | Sent], ...]
"""The fields of a form, by name, in their order."""


def with_forms(world: World, dice: Dice, size: int) -> World:
    """Add operations that read forms or cookies, and cookies to others, by choices of their own.

    Args:
        world: what is added to.
        dice: what the choices depend on; it makes none.
        size: of the world.
    """
    builder = FormBuilder(Dice(f"forms {copy.deepcopy(dice).number(0, 10**9)}"), size)
    builder.world = world
    builder.add_cookies()
    if builder.dice.chance(35):
        builder.add_form()
    if builder.dice.chance(15):
        builder.add_model("/read", "GET", builder.dice.pick(["cookie", "header"]))
    return world


class FormBuilder(Builder):
    """Draws operations that read forms or cookies."""

    def add_cookies(self) -> None:
        for one in self.world.operations.values():
            if self.dice.chance(20):
                one.parameters += self.read_in("cookie", one, self.dice.number(1, 2))

    def add_form(self) -> None:
        if self.dice.chance(30):
            self.add_model("/forms", "POST", "form")
            return
        self.operation("POST", "/forms", parameters=self.parameters() if self.dice.chance(25) else [])
        one = list(self.world.operations.values())[-1]
        one.parameters += self.read_in("form", one, self.dice.number(1, 3))

    def add_model(self, path: str, method: str, place: str) -> None:
        """Add an operation that reads a model of parameters."""
        uid = f"M{len(self.world.models)}"
        policies = ["ignore"] if place == "header" else ["ignore", "forbid"]
        fields = [self.asked(name) for name in self.dice.some(NAMES, 3)]
        for one in fields:
            if place == "cookie" and isinstance(one.type, ListOf):
                one.type, one.default = one.type.item, REQUIRED
        self.add(uid, fields, extra=self.dice.pick(policies))
        self.operation(method, path, asked=uid, asked_in=place)

    def read_in(self, place: str, one: Operation, count: int) -> list[Parameter]:
        """Draw parameters of one place."""
        dice = self.dice
        taken = {parameter.name for parameter in one.parameters}
        found: list[Parameter] = []
        for name in dice.some([name for name in NAMES if name not in taken], count):
            kind = self.queried()
            if place == "cookie" and isinstance(kind, ListOf):
                kind = kind.item
            default = default_for(kind, self.world, dice) if dice.chance(50) else REQUIRED
            if dice.chance(20):
                kind, default = Nullable(kind), None
            if place == "form" and dice.chance(25):
                kind = dice.pick(FILE_TYPES)
                default = None if isinstance(kind, Nullable) else REQUIRED
            found.append(Parameter(name, place, kind, default))
        return found


def encoded(entries: Entries, media: str) -> bytes:
    """A form as it is sent, by its media type."""
    if not media.lower().startswith("multipart/"):
        return urlencode([(name, item if isinstance(item, str) else item.name) for name, item in entries]).encode()
    parts = [b"--twins\r\n" + _head(name, item) + b"\r\n\r\n" + _content(item) + b"\r\n" for name, item in entries]
    return b"".join([*parts, b"--twins--\r\n"])


def _head(name: str, item: str | Sent) -> bytes:
    said = f'Content-Disposition: form-data; name="{name}"'
    if isinstance(item, Sent):
        said += f'; filename="{item.name}"' + (f"\r\nContent-Type: {item.media}" if item.media else "")
    return said.encode()


def _content(item: str | Sent) -> bytes:
    return item.encode() if isinstance(item, str) else item.content
