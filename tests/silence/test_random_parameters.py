"""Random parameters of forms, queries and cookies: an old app and today's behind timegate get the same requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from inspect import Parameter, Signature
from random import Random
from typing import Annotated, Any, Final
from urllib.parse import quote

import fastapi
import pytest
from fastapi import Cookie, FastAPI, Form, Query

from tests.asgi.calling import Caller
from tests.many import MANY
from tests.silence.old_client import OLD, timeline_of
from timegate import endpoint
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact

RELEASE = tuple(map(int, fastapi.__version__.split(".")[:2]))
pytestmark = pytest.mark.skipif(RELEASE < (0, 165), reason="older releases of FastAPI read some parameters otherwise")


class State(StrEnum):
    open = "open"
    done = "done"


ABSENT: Final = Parameter.empty
PLACES: Final[dict[str, Callable[[], Any]]] = {"form": Form, "query": Query, "cookie": Cookie}
DEFAULTS: Final[dict[Any, tuple[Any, Any]]] = {
    int: (3, 4),
    bool: (True, False),
    str: ("s", "t"),
    State: ("open", "done"),
}
TEXTS: Final = ("", "0", "5", "7.0", "x", "true", "no", "open", "done", "-1", "a b")


@dataclass
class Drawn:
    """Parameters as name to type and default, then and now, and what changed.

    Args:
        place: where they are.
        then: those of the old app.
        now: those of today's.
        facts: what happened.
        means: the name today of each old parameter, and what becomes of its value.
    """

    place: str
    then: dict[str, tuple[Any, Any]] = field(default_factory=dict[str, tuple[Any, Any]])
    now: dict[str, tuple[Any, Any]] = field(default_factory=dict[str, tuple[Any, Any]])
    facts: list[Fact] = field(default_factory=list[Fact])
    means: dict[str, tuple[str, Callable[[Any], Any]]] = field(
        default_factory=dict[str, tuple[str, Callable[[Any], Any]]]
    )


def same(value: Any) -> Any:
    return value


def tenfold(value: int) -> int:
    return value * 10


def drawn(random: Random) -> Drawn:
    found = Drawn(random.choice(list(PLACES)))
    subject = getattr(endpoint("/asked", "POST"), found.place)
    for name in ("a", "b", "c")[: random.randint(1, 3)]:
        kind = random.choice([int, int, bool, str, State, *([] if found.place == "cookie" else [list[int]])])
        first, other = DEFAULTS.get(kind, (ABSENT, ABSENT))
        default = first if random.random() < 0.6 else ABSENT
        head, now, means = name, default, same
        match random.choice(["renamed", "defaulted", "became_required", "became_optional", "retyped", "nothing"]):
            case "renamed":
                head = f"new_{name}"
                found.facts.append(subject(name).renamed(to=head))
            case "defaulted" if default is not ABSENT:
                now = other
                found.facts.append(subject(name).defaulted(was=default))
            case "became_required" if default is not ABSENT:
                now = ABSENT
                found.facts.append(subject(name).became_required(default=default))
            case "became_optional" if default is ABSENT and first is not ABSENT:
                now = first
                found.facts.append(subject(name).became_optional())
            case "retyped" if default is ABSENT and kind is int:
                means = tenfold
                found.facts.append(subject(name).retyped(was=int, to_head=tenfold))
            case _:
                pass
        found.then[name], found.now[head], found.means[name] = (kind, default), (kind, now), (head, means)
    found.now["fresh"] = (int, 0)
    found.facts.append(subject("fresh").added())
    return found


def asked(place: str, parameters: dict[str, tuple[Any, Any]], *facts: Fact) -> tuple[Caller, list[dict[str, Any]]]:
    """A client of an app with such parameters, and what its handler saw."""
    seen: list[dict[str, Any]] = []

    def handler(**values: Any) -> None:
        seen.append(values)

    declared = [
        Parameter(name, Parameter.KEYWORD_ONLY, annotation=Annotated[kind, PLACES[place]()], default=default)
        for name, (kind, default) in parameters.items()
    ]
    vars(handler)["__signature__"] = Signature(declared)
    app = FastAPI()
    app.add_api_route("/asked", handler, methods=["POST"])
    if facts:
        app.add_middleware(TimegateMiddleware, timeline=timeline_of(*facts))
    return Caller(app, headers={"API-Version": OLD}), seen


def request(random: Random, case: Drawn) -> tuple[str, dict[str, Any]]:
    """The URL and the rest of a request of an old client."""
    pairs = [(name, random.choice(TEXTS)) for name in case.then for _ in range(random.choice([0, 1, 1, 1, 2]))]
    pairs += [(random.choice([*case.now, "other"]), random.choice(TEXTS))] if random.random() < 0.2 else []
    random.shuffle(pairs)
    text = "&".join(f"{name}={quote(value)}" for name, value in pairs)
    if case.place == "query":
        return f"/asked?{text}", {}
    if case.place == "cookie":
        return "/asked", {"headers": {"cookie": "; ".join(f"{name}={value}" for name, value in pairs)}}
    return "/asked", {"content": text, "headers": {"content-type": "application/x-www-form-urlencoded"}}


def told(response: Any) -> list[Any]:
    return [[one[key] for key in ("type", "loc", "msg", "input")] for one in response.json()["detail"]]


@pytest.mark.parametrize("seed", range(40 * MANY))
def test_an_old_client_is_answered_as_by_its_own_server(seed: int) -> None:
    random = Random(seed)
    case = drawn(random)
    (then, heard), (now, hears) = asked(case.place, case.then), asked(case.place, case.now, *case.facts)
    for _ in range(25):
        url, options = request(random, case)
        heard.clear()
        hears.clear()
        before, after = then.post(url, **options), now.post(url, **options)
        assert after.status_code == before.status_code, (case, url, options, before.text, after.text)
        if before.status_code == 422:
            # Today's app may tell the rest with the next try.
            assert told(after)
            assert all(one in told(before) for one in told(after)), (case, url, options, told(before), told(after))
        else:
            expected = {case.means[name][0]: case.means[name][1](value) for name, value in heard[0].items()}
            assert {**hears[0], "fresh": 0} == {**expected, "fresh": 0}, (case, url, options)
