"""Two operations of an older version that one route of head took over: the fault says what to keep, and that works."""

from __future__ import annotations

from fastapi import FastAPI
from pydantic import BaseModel

from tests.silence.exchanges import exchange, faults_of, gated
from timegate import Contract, endpoint, on


class Pet(BaseModel):
    name: str


def clinic(*, keeps: bool) -> FastAPI:
    """A clinic that lists the pets of all owners or of one, at one path or at two."""
    app = FastAPI()

    @app.get("/pets")
    async def pets(owner_id: int | None = None) -> list[Pet]:
        return [Pet(name=f"of {owner_id}")]

    if keeps:

        @app.get("/owners/{owner_id}/pets")
        async def pets_of(owner_id: int) -> list[Pet]:
            return await pets(owner_id)

    return app


def test_the_fault_names_the_move_and_the_route_to_keep() -> None:
    moved = endpoint("/owners/{owner_id}/pets").moved(to="/pets?owner_id={owner_id}")
    facts = endpoint("/pets", "GET").query("owner_id").added(), moved
    (fault,) = faults_of(Contract.of(clinic(keeps=False)), *facts)
    assert "GET /pets: there is no such endpoint right after this fact" in str(fault)
    old = "/owners/{owner_id}/pets"
    assert fault.remedy == (
        f"a later fact has moved it to {old}, where alone older versions have it: if they had both, "
        f"keep the route at {old} at head, and write endpoint('{old}', 'GET').removed() for the move"
    )


def test_the_remedy_serves_both_to_old_clients() -> None:
    removed = endpoint("/owners/{owner_id}/pets", "GET").removed()
    facts = endpoint("/pets", "GET").query("owner_id").added(), removed, on(Pet).renamed("title", to="name")
    app = gated(clinic(keeps=True), *facts)
    assert exchange(app, "GET", "/owners/7/pets").json() == [{"title": "of 7"}]
    assert exchange(app, "GET", "/pets?owner_id=7").json() == [{"title": "of None"}]
    assert exchange(app, "GET", "/owners/7/pets", version="2026-01-01").status == 404
    assert exchange(app, "GET", "/pets?owner_id=7", version="2026-01-01").json() == [{"name": "of 7"}]
