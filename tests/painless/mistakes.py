"""What people write when they mean something else, and what stands for `…` in the line that they are told to write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from tests.painless.shop import (
    NEW,
    OLD,
    Address,
    Order,
    OrderStatus,
    Report,
    Stranger,
    User,
    UserCreate,
    Wallet,
    change,
    compiled,
    make_app,
    with_reports,
)
from tests.silence.exchanges import lifespan
from timegate import Contract, Timeline, Version, VersionChange, endpoint, enum, on, sibling
from timegate.asgi import TimegateMiddleware, header, path


@dataclass(frozen=True)
class Mistake:
    """A mistake.

    Args:
        make: makes it.
        fill: what stands for `…` in the remedy.
        pasted: whether the remedy is a line of code that mends it when it is pasted.
    """

    make: Callable[[], object]
    fill: Any = None
    pasted: bool = True


def facts(*made: Callable[[], Any], fill: Any = None, pasted: bool = True, app: FastAPI | None = None) -> Mistake:
    return Mistake(lambda: compiled(*(one() for one in made), app=app), fill, pasted)


def said(make: Callable[[], object]) -> Mistake:
    """A mistake whose remedy is told in words, or is a part of a line."""
    return Mistake(make, pasted=False)


# Checkers see most of these mistakes too, and whoever makes them has none.
_on: Any = on
_endpoint: Any = endpoint
_Timeline: Any = Timeline
_Version: Any = Version
_Contract: Any = Contract
_header: Any = header
_sibling: Any = sibling


def _class(base: Any = VersionChange, /, *, documented: bool = True, **attributes: Any) -> Any:
    doc = {"__doc__": "A nickname."} if documented else {}
    return type("Nicknames", (base,), {**doc, **attributes})


class OldUser(BaseModel):
    name: str


FACTS: dict[str, Mistake] = {
    "a typo in a field": facts(lambda: on(User).renamed("nick", to="nicknam")),
    "a typo in a path": facts(lambda: on(User).removed("addresses.*.old", was=str, backfill=sibling("streat"))),
    "a typo in a path of a model of its own": facts(
        lambda: on(Order).became_nullable("payment.kid", null_was="card"), pasted=False
    ),
    "no default for what head requires": facts(lambda: on(UserCreate).added("marketing"), fill=False),
    "a model that the app does not have": facts(lambda: on(Stranger).renamed("y", to="x"), pasted=False),
    "a model that only a mounted app has": facts(
        lambda: on(Report).renamed("sum", to="total"), app=with_reports(), pasted=False
    ),
    "a path of a mounted app": facts(lambda: endpoint("/reports/daily").added(), app=with_reports(), pasted=False),
    "the old class": facts(lambda: on(OldUser).renamed("name", to="first_name")),
    "a typo in the name of a model": facts(lambda: on("Usr").added("nickname")),
    "a rename to what is there": facts(lambda: on(User).renamed("first_name", to="last_name"), pasted=False),
    "a rename that is told from new to old": facts(lambda: on(User).renamed("first_name", to="name")),
    "a typo in a path of an endpoint": facts(lambda: endpoint("/user/{user_id}", "GET").added()),
    "a typo in a path, where what is next to it has another method": facts(
        lambda: endpoint("/order/{order_id}/returns", "GET").added()
    ),
    "an endpoint that is none": facts(lambda: endpoint("/nope", "GET").added(), pasted=False),
    "a method that the endpoint does not have": facts(lambda: endpoint("/users/{user_id}", "DELETE").added()),
    "a parameter that is called otherwise in the old path": facts(
        lambda: endpoint("/customers/{id}").moved(to="/users/{user_id}")
    ),
    "a move that is told from new to old": facts(lambda: endpoint("/users/{user_id}").moved(to="/customers/{user_id}")),
    "a typo in a member": facts(lambda: enum(OrderStatus).grew("retuned", seen_as="shipped")),
    "a typo in seen_as": facts(lambda: enum(OrderStatus).grew("returned", seen_as="shiped")),
    "no seen_as for a member": facts(lambda: enum(OrderStatus).grew("returned"), fill="shipped"),
    "a member as a field": facts(lambda: on(OrderStatus).added("returned"), fill="shipped"),
    "an enum that is a model": facts(lambda: enum(User).grew("nickname"), pasted=False),
    "no seen_as for an arm": facts(lambda: on(Wallet).introduced(), fill={"kind": "invoice", "due_days": 1}),
    "a typo in seen_as of an arm": facts(lambda: on(Wallet).introduced(seen_as={"kind": "crd"}), pasted=False),
    "a typo in a query parameter": facts(lambda: endpoint("/users", "GET").query("q").renamed(to="serch")),
    "a query parameter of another method": facts(lambda: endpoint("/users").query("q").renamed(to="search")),
    "a fact under the newer name before the rename": facts(
        lambda: on(UserCreate).became_list("emails"), lambda: on(UserCreate).renamed("email", to="emails"), pasted=False
    ),
    "no backfill": facts(lambda: on(User).removed("age", was=int), fill=7),
    "removed and still there": facts(lambda: on(User).removed("nickname", was=str)),
    "added and never there": facts(lambda: on(User).added("birthday"), pasted=False),
    "another type without a function": facts(lambda: on(User).retyped("id", was=int, to_head=str), fill=len),
    "a header field as a function calls it": facts(
        lambda: endpoint("/orders/{order_id}/return", "POST").header("x_why").renamed(to="x_reason")
    ),
    "a removed header field as a function calls it": facts(
        lambda: endpoint("/orders/{order_id}/return", "POST").header("x_why").removed(loses="unread")
    ),
    "a status that is told from new to old": facts(
        lambda: endpoint("/orders/{order_id}/return", "POST").status(200, was=202)
    ),
    "one fact twice": facts(lambda: on(User).added("nickname"), lambda: on(User).added("nickname"), pasted=False),
    "a typo in a sibling": facts(lambda: on(Order).became_nullable("note", null_was=sibling("user"))),
    "null_was of another type": facts(lambda: on(Order).became_nullable("note", null_was=7), pasted=False),
    "a default of another type": facts(lambda: on(UserCreate).added("marketing", default="yes please"), pasted=False),
    "two changes for one field": said(
        lambda: Timeline(
            Version(
                NEW,
                change(on(User).renamed("nick", to="nickname"), name="A"),
                change(on(User).renamed("nick2", to="nickname"), name="B"),
            ),
            Version(OLD),
        ).compile(Contract.of(make_app()))
    ),
}

CALLS: dict[str, Mistake] = {
    "no app": said(lambda: _Contract.of()),
    "no name of a header field": said(lambda: _header()),
    "no field of a sibling": said(lambda: _sibling()),
    "a package that is not there": said(lambda: Timeline.from_package("no_such_package.versions")),
    "a scheme that reads numbers": said(lambda: _Timeline(Version(OLD), scheme=lambda: 1)),
    "a description that is no text": said(lambda: _class(description=3)),
    "a parameter without a name": said(lambda: _endpoint("/users", "GET").query("q").renamed(to=["search"])),
    "the new name without to=": Mistake(lambda: _on(User).renamed("nick", "nickname")),
    "no was=": said(lambda: _on(User).removed("age")),
    "a field as a keyword": Mistake(lambda: _on(User).added(nickname="x"), fill="nickname"),
    "a typo in a keyword": Mistake(lambda: _on(UserCreate).added("marketing", defualt=False)),
    "a fact that is called otherwise": said(lambda: _on(User).rename("name", to="first_name")),
    "a fact that there is not": said(lambda: _on(User).split("name", into=("first_name", "last_name"))),
    "a method before the path": said(lambda: _endpoint("GET", "/users").added()),
    "a method that is none": said(lambda: _endpoint("/users", "FETCH").added()),
    "no methods of a status": Mistake(lambda: _endpoint("/orders/{order_id}/return", "POST").status(202, 200)),
    "no model": said(lambda: on().added("nickname")),
    "no name": said(lambda: _on(User).renamed("", to="nickname")),
    "no docstring": said(lambda: _class(changes=(on(User).added("nickname"),), documented=False)),
    "one fact and no comma": said(lambda: _class(changes=on(User).added("nickname"))),
    "change for changes": said(lambda: _class(change=(on(User).added("nickname"),))),
    "a text as a fact": said(lambda: change("User.name renamed")),
    "a fact that is not called": said(lambda: change(on(User).added)),
    "a change that is called": said(lambda: Version(NEW, _class()())),
    "a list of changes": said(lambda: _Version(NEW, [change(on(User).added("nickname"))])),
    "a moment as a version": said(lambda: _Version(dt.datetime(2025, 6, 1, tzinfo=dt.UTC))),
    "a number as a version": said(lambda: _Version(3)),
    "a version with slashes": said(lambda: Timeline(Version("2025/06/01"), Version("2025/01/01"))),
    "a short date": said(lambda: Timeline(Version("2025-6-1"), Version("2025-1-1"))),
    "a sunset as a text": said(lambda: _Version(OLD, sunset="2030-01-01")),
    "a sunset before the deprecation": said(
        lambda: Version(OLD, sunset=dt.date(2024, 1, 1), deprecated=dt.date(2025, 1, 1))
    ),
    "oldest first": said(lambda: Timeline(Version(OLD), Version(NEW, change(on(User).added("nickname"))))),
    "a change in the oldest version": said(
        lambda: Timeline(Version(NEW), Version(OLD, change(on(User).added("nickname"))))
    ),
    "one version twice": said(lambda: Timeline(Version(NEW), Version(NEW))),
    "one change twice": said(lambda: Timeline(Version(NEW, Shared), Version("2025-03-01", Shared), Version(OLD))),
    "a list of versions": said(lambda: _Timeline([Version(NEW), Version(OLD)])),
    "texts as versions": said(lambda: _Timeline(NEW, OLD)),
    "no versions": said(lambda: Timeline()),
    "a timeline compiled with an app": said(lambda: _Timeline(Version(OLD)).compile(make_app())),
}


class Shared(VersionChange):
    """A nickname."""

    changes = (on(User).added("nickname"),)


def served(timeline: object = None, *positional: object, app: FastAPI | None = None, **options: Any) -> Mistake:
    """A mistake in the arguments of the middleware, which shows when the app starts."""

    def start() -> None:
        given = {"timeline": timeline or Timeline(Version(OLD)), **options}
        started = app or make_app()
        middleware: Any = TimegateMiddleware
        started.add_middleware(middleware, *positional, **({} if positional else given))
        lifespan(started)

    return Mistake(start, pasted=False)


SERVED: dict[str, Mistake] = {
    "a header field as a text": served(select="X-Version"),
    "a selector that is not called": served(select=header),
    "a path without its version": said(lambda: path("/v/{ver}")),
    "a default that is called otherwise": served(default="newest"),
    "a default that is no version of the timeline": served(default="2024-01-01"),
    "newer that is called otherwise": served(newer="head"),
    "one path without its tuple": served(unversioned="/health"),
    "a typo in an unversioned path": served(unversioned=("/helth",)),
    "a size as a text": served(max_body="1MB"),
    "the timeline by its place": served(None, Timeline(Version(OLD))),
    "no timeline": said(lambda: _without_timeline()),
    "a fault in a change": served(Timeline(Version(NEW, change(on(User).renamed("nick", to="nicknam"))), Version(OLD))),
    "an argument that there is not": served(header="API-Version"),
}

GATES: dict[str, Mistake] = {
    "a version that is too old": said(
        lambda: compiled(on(User).added("nickname")).upgrade(User, {}, from_version="2020-01-01")
    ),
    "a type that the app does not have": said(lambda: compiled().upgrade(Stranger, {}, from_version=OLD)),
    "an instance instead of data": said(
        lambda: compiled(on(Address).added("country", default="DE")).upgrade(
            Address, Address(street="a", zip_code="b", country="c"), from_version=OLD
        )
    ),
    "a type that only leaves the server": said(lambda: compiled().upgrade(User, {"id": 1}, from_version=OLD)),
    "functions that are exchanged": said(
        lambda: compiled(on(User).retyped("id", was=int, to_head=int, to_old=str)).downgrade(
            User, {"id": "7", "first_name": "a", "last_name": "b", "emails": [], "addresses": []}, to_version=OLD
        )
    ),
}


def _without_timeline() -> None:
    middleware: Any = TimegateMiddleware
    middleware(make_app())


MISTAKES: dict[str, Mistake] = {**FACTS, **CALLS, **SERVED, **GATES}
