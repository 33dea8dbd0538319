"""A pair of apps, drawn from a seed, and exchanges with it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydantic import ValidationError

from tests.twins.apps import App, Failed, Log, gated
from tests.twins.dice import Dice
from tests.twins.documents import Documents
from tests.twins.drawing import Builder
from tests.twins.driver import Response, call
from tests.twins.exchange import Exchange
from tests.twins.forms import with_forms
from tests.twins.hosts import with_hosts
from tests.twins.meaning import Boundary, down, whole
from tests.twins.own_forms import as_the_frameworks
from tests.twins.requests import Asker, Request, takes
from tests.twins.shapes import Operation
from tests.twins.source import version
from tests.twins.sources import with_sources
from tests.twins.timelines import told
from tests.twins.values import Drawer, Fields, filled
from timegate import CompileError

RESPONSES = 8
STRANGE = 25
"""One request in so many is for an operation that only head has, where there is one."""

LOG = Log()


@contextmanager
def listening() -> Generator[None, None, None]:
    """Keep what timegate logs to ourselves."""
    logger = logging.getLogger("timegate")
    before = logger.propagate
    logger.addHandler(LOG)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(LOG)
        logger.propagate = before


@dataclass
class Pair:
    """An old app, and head's behind the middleware.

    Args:
        seed: draws the same pair again.
        old: the old app.
        head: today's.
        boundaries: what lies between them.
        version: of the old app.
        own: the document that timegate gives to the old client.
        heads: head's own document.
        size: what was asked for when it was drawn.
        returned: by operation, what both handlers return: pairs of instances, equal in meaning.
        shown: and which header fields they set with it.
    """

    seed: str
    old: App
    head: App
    boundaries: list[Boundary]
    own: Documents
    heads: Documents
    version: str
    size: int | None = None
    returned: dict[str, list[tuple[Any, Any]]] = field(default_factory=dict[str, list[tuple[Any, Any]]])
    shown: dict[str, list[tuple[Fields, Fields]]] = field(default_factory=dict[str, list[tuple[Fields, Fields]]])
    unbuilt: dict[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def of(cls, seed: str, size: int | None = None) -> Pair | CompileError:
        """Draw a pair; the error where its timeline is refused.

        Args:
            seed: any text.
            size: 0 is small, 2 is large; drawn where it is left out.
        """
        dice = Dice(f"pair {seed}")
        drawn = dice.pick([0, 1, 1, 2])
        asked = size
        size = drawn if size is None else size
        world = with_sources(with_forms(Builder(dice, size).build(), dice, size), dice, size)
        world.own_form = Dice(f"form {seed}").chance(20)
        known, boundaries = told(dice, with_hosts(world, dice), size)
        newest = boundaries[-1].newer if boundaries else world
        try:
            head, gates = gated(newest, boundaries)
        except CompileError as refused:
            refused.add_note(f"pair {seed} of size {size}")
            return refused
        since = Dice(f"since {seed}").pick([0, *range(len(boundaries))])
        if since:
            known = boundaries[since].older
        old = App.of(known)
        heads = json.loads(json.dumps(head.fastapi.openapi()))
        own, left = version(since), boundaries[since:]
        pair = cls(seed, old, head, left, Documents(gates.contract(own)), Documents(heads), own, asked)
        pair.draw_responses(dice)
        pair.draw_shown()
        return pair

    def draw_shown(self) -> None:
        """Draw the header fields of responses, by choices of their own."""
        drawer = Drawer(self.head.world, Dice(f"header fields {self.seed}"))
        for uid in self.old.world.operations:
            self.shown[uid] = []
            for _ in self.returned[uid]:
                newest = {each.name: drawer.texts(each) for each in self.head.world.operations[uid].shown}
                older = dict(newest)
                for boundary in reversed(self.boundaries):
                    for fact in reversed(boundary.about(f"{uid}.shown")):
                        fact.down(older)
                self.shown[uid].append((older, newest))

    def draw_responses(self, dice: Dice) -> None:
        drawer = Drawer(self.head.world, dice)
        for uid in self.old.world.operations:
            one = self.head.world.operations[uid]
            self.returned[uid] = []
            for _ in range(RESPONSES * 3):
                if len(self.returned[uid]) == RESPONSES:
                    break
                newest = drawer.value(one.response)
                self._return(uid, newest, lambda instance: instance, side="response")
            if one.fails is not None:
                self._return(uid, drawer.value(one.fails), partial(Failed, as_detail=False))
                self._return(uid, drawer.value(one.fails), partial(Failed, as_detail=True))

    def _return(self, uid: str, newest: Any, wrapped: Callable[[Any], Any], side: str = "") -> None:
        older = filled(newest, self.head.world)
        for boundary in reversed(self.boundaries):
            older = down(whole(older, boundary, uid, side), boundary)
        try:
            self.returned[uid].append((wrapped(self.old.instance(older)), wrapped(self.head.instance(newest))))
        except ValidationError as error:
            self.unbuilt[f"{str(error)[:300]}"] = self.unbuilt.get(f"{str(error)[:300]}", 0) + 1

    def request(self, number: int) -> tuple[Request, int] | None:
        """Draw a request and which response it gets, from the pair's seed and a number."""
        dice = Dice(f"exchange {self.seed} {number}")
        strange = self.strange() if number % STRANGE == 0 else []
        if strange:
            return Asker(self.old.world, self.head.world, self.version).strange(dice.pick(strange)), 0
        one = dice.pick(list(self.old.world.operations.values()))
        if not self.returned[one.uid]:
            return None
        request = Asker(self.old.world, self.head.world, self.version).request(dice, one)
        served = [each for each in self.old.world.operations.values() if each.method == one.method]
        if next((each for each in served if takes(each.path, request.filled(one.path))), one) is not one:
            return None
        return request, dice.number(0, len(self.returned[one.uid]) - 1)

    def strange(self) -> list[Operation]:
        """The operations that the old client does not know, at paths that none of its own takes."""
        known = [(one.method, one.path) for one in self.old.world.operations.values()]
        return [
            one
            for uid, one in self.head.world.operations.items()
            if uid not in self.old.world.operations
            and not any(method == one.method and takes(path, one.path) for method, path in known)
        ]

    async def exchange(self, number: int) -> Exchange | None:
        """Exchange one of the pair's requests; None where its operation has no response."""
        drawn = self.request(number)
        return None if drawn is None else await self.sent(*drawn)

    async def sent(self, request: Request, response: int) -> Exchange:
        """Send a request to both apps."""
        uid = request.operation
        newest = self.head.world.operations[uid]
        one = self.old.world.operations.get(uid, newest)
        if uid in self.returned:
            self.old.returns[uid], self.head.returns[uid] = self.returned[uid][response]
            self.old.shows, self.head.shows = self.shown[uid][response]
        self.old.heard = self.head.heard = self.head.received = None
        self.head.sent = b""
        LOG.last = ""
        old = await self._call(self.old, request, one)
        new = await self._call(self.head, request, one)
        return Exchange(
            request,
            one,
            newest,
            self.old.world,
            self.head.world,
            self.boundaries,
            old,
            new,
            self.old.heard,
            self.head.heard,
            self.head.received,
            self.head.sent,
            LOG.last,
        )

    async def _call(self, app: App, request: Request, one: Operation) -> Response:
        fields = [(name.encode(), text.encode("latin-1")) for name, text in request.headers]
        fields += [(b"api-version", value.encode()) for value in request.versions]
        if request.cookies:
            fields.append((b"cookie", "; ".join(f"{name}={text}" for name, text in request.cookies).encode("latin-1")))
        if request.media and (request.content or one.has_json or request.form is not None):
            fields.append((b"content-type", request.media.encode()))
        response = await call(
            app.fastapi,
            one.method,
            request.url(one.path),
            query=request.query,
            tail=request.tail,
            headers=tuple(fields),
            body=request.content,
        )
        return as_the_frameworks(response) if app.world.own_form else response

    def source(self) -> str:
        """The code of both apps."""
        return f"# the old app\n{self.old.source}\n# today's app\n{self.head.source}"
