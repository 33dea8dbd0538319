"""The load proof trusts nobody: what a response promised is in the database, or it is reported."""

from __future__ import annotations

from execution_api.store import Store

from examples.execution_api.tests.databases import NewDatabase
from examples.execution_api.tests.load.ledger import Ledger, Place, held_by
from examples.execution_api.tests.load.workers import crowded_world, task_id

STATE: Place = ("state", "a")


def test_a_promise_that_the_database_does_not_keep_is_reported() -> None:
    ledger = Ledger()
    ledger.ask(STATE, "running")
    ledger.settle(STATE, success=True)

    assert list(ledger.lost({STATE: "running"})) == []
    assert list(ledger.lost({STATE: "queued"})) == ["state of a was promised as 'running' and is 'queued'"]
    assert list(ledger.lost({})) == ["state of a was promised as 'running' and is None"]


def test_what_was_under_way_may_have_happened_or_not_but_nothing_else() -> None:
    ledger = Ledger()
    ledger.ask(STATE, "running")
    ledger.settle(STATE, success=True)
    ledger.ask(STATE, "success")

    assert [list(ledger.lost({STATE: state})) for state in ("running", "success")] == [[], []]
    assert len(list(ledger.lost({STATE: "queued"}))) == 1


def test_a_refusal_promises_nothing() -> None:
    ledger = Ledger()
    ledger.ask(STATE, "running")
    ledger.settle(STATE, success=False)

    assert list(ledger.lost({})) == []


def test_what_the_database_holds_is_read_by_place(new_database: NewDatabase) -> None:
    database = new_database(shared=True)
    store = Store(database)
    store.set_up(crowded_world(1))
    store.close()

    held = held_by(database)

    assert held["state", task_id(0)] == "queued"
    assert held["variable", "tg_var"] == "hello"
    assert held["xcom", "0"] == "m0"
    assert held["dag run", "load_run"] == {"param": "p1"}
