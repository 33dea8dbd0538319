"""The past as Cadwyn gets it: its declarations, and the converters that its users write for them."""

from __future__ import annotations

from typing import Any, assert_never

from cadwyn import (
    Cadwyn,
    HeadVersion,
    RequestInfo,
    ResponseInfo,
    Version,
    VersionBundle,
    VersionChange,
    VersionedAPIRouter,
    convert_request_to_next_version_for,
    convert_response_to_previous_version_for,
    enum,
    schema,
)

from benchmarks.api import Owner, Page, State, Task
from benchmarks.hosts import HEADER, with_routes
from benchmarks.past import (
    DEPTH,
    EVENTS,
    Added,
    BecameNullable,
    Event,
    MemberRenamed,
    Removed,
    Renamed,
    Retyped,
    tasks_of,
    version_at,
)

MODELS = {"task": Task, "owner": Owner}


def instructions_of(event: Event) -> list[Any]:
    """How an event changes schemas."""
    match event:
        case Renamed(holder, old, new):
            return [schema(MODELS[holder]).field(new).had(name=old)]
        case Added(holder, field):
            return [schema(MODELS[holder]).field(field).didnt_exist]
        case Removed(holder, field, kind, _):
            return [schema(MODELS[holder]).field(field).existed_as(type=kind)]
        case BecameNullable(holder, field, _):
            return [schema(MODELS[holder]).field(field).had(type=str)]
        case MemberRenamed(old, new):
            member = next(state.name for state in State if state.value == new)
            return [enum(State).didnt_have(member), enum(State).had(**{old.upper(): old})]
        case Retyped(field, was, _, _):
            return [schema(Task).field(field).had(type=was)]
        case _:
            assert_never(event)


def change_of(depth: int) -> type[VersionChange]:
    """The change that separates the version ``depth - 1`` back from the one ``depth`` back."""
    event = EVENTS[depth - 1]

    @convert_request_to_next_version_for(Task, Page)
    def to_next(request: RequestInfo) -> None:
        for task in tasks_of(request.body):
            event.newer(task)

    @convert_response_to_previous_version_for(Task, Page)
    def to_previous(response: ResponseInfo) -> None:
        for task in tasks_of(response.body):
            event.older(task)

    body = {
        "description": f"The change {depth} versions back.",
        "instructions_to_migrate_to_previous_version": instructions_of(event),
        "to_next": to_next,
        "to_previous": to_previous,
    }
    return type(f"Change{depth}", (VersionChange,), body)


def cadwyn_app(depth: int = DEPTH) -> Cadwyn:
    """The handlers under Cadwyn with head and ``depth`` older versions, all routes generated."""
    bundle = VersionBundle(
        HeadVersion(),
        *(Version(version_at(index), change_of(index + 1)) for index in range(depth)),
        Version(version_at(depth)),
    )
    app = Cadwyn(versions=bundle, api_version_parameter_name=HEADER, title="Benchmark")
    router = VersionedAPIRouter()
    with_routes(router)
    app.generate_and_include_versioned_routers(router)
    return app
