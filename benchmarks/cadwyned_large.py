"""The large API as Cadwyn gets it."""

from __future__ import annotations

from typing import Any

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
    schema,
)

from benchmarks import large


def large_app() -> tuple[Any, str]:
    """The app, all routes generated, and its oldest version."""
    kinds = large.models()

    def change(index: int) -> type[VersionChange]:
        instructions: list[Any] = []
        for number, old, new in large.renamed(index):
            fields = schema(kinds[number])
            instructions += [fields.field(new).had(name=old), fields.field("added").didnt_exist]

        def to_next(request: RequestInfo) -> None:
            for _, old, new in large.renamed(index):
                if old in request.body:
                    request.body[new] = request.body.pop(old)

        def to_previous(response: ResponseInfo) -> None:
            for _, old, new in large.renamed(index):
                if new in response.body:
                    response.body[old] = response.body.pop(new)
                    response.body.pop("added", None)

        changed = [kinds[number] for number, _, _ in large.renamed(index)]
        body = {
            "description": f"Change {index}.",
            "instructions_to_migrate_to_previous_version": instructions,
            "to_next": convert_request_to_next_version_for(*changed, check_usage=False)(to_next),
            "to_previous": convert_response_to_previous_version_for(*changed, check_usage=False)(to_previous),
        }
        return type(f"Change{index}", (VersionChange,), body)

    bundle = VersionBundle(
        HeadVersion(),
        *(Version(large.version_named(index), change(index)) for index in range(large.VERSIONS - 1)),
        Version(large.version_named(large.VERSIONS - 1)),
    )
    app = Cadwyn(versions=bundle, title="Large")
    router = VersionedAPIRouter()
    large.with_routes(router, kinds)
    app.generate_and_include_versioned_routers(router)
    return app, large.version_named(large.VERSIONS - 1)
