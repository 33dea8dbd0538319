"""A model became an arm: to an older client its place is no union, and a 422 names the key that is missing there."""

from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.silence.exchanges import OLD, exchange, timeline_of
from timegate import on
from timegate.asgi import TimegateMiddleware


class Classic(BaseModel):
    webhook_type: Literal["webhooks"] = "webhooks"
    topic: str
    webhook_id: str


class Evented(BaseModel):
    webhook_type: Literal["events"] = "events"
    topic: str
    handle: str


SEEN_AS = {"topic": "?", "webhook_id": "?"}
FACTS = on(Classic).added("webhook_type", default="webhooks"), on(Evented).introduced(seen_as=SEEN_AS)
MISSING = {"topic": "a"}
NEWER = {"topic": "a", "handle": "h"}
NEWER_AND_TAGGED = {"webhook_type": "events", "topic": "a", "handle": "h"}


@pytest.mark.parametrize("sent", [MISSING, NEWER, NEWER_AND_TAGGED])
def test_an_object_that_lacks_a_key_is_told_the_key_as_the_old_server_did(sent: dict[str, Any]) -> None:
    app = FastAPI()

    @app.post("/webhooks")
    def post(hook: Annotated[Classic | Evented, Field(discriminator="webhook_type")]) -> str:
        return hook.webhook_type

    app.add_middleware(TimegateMiddleware, timeline=timeline_of(*FACTS))
    response = exchange(app, "POST", "/webhooks", body=sent, version=OLD)
    known = {"topic": "a", "webhook_id": "1", "webhook_type": "anything"}
    served = exchange(app, "POST", "/webhooks", body=known, version=OLD)
    told = {"type": "missing", "loc": ["body", "webhook_id"], "msg": "Field required", "input": sent}
    assert (response.status, response.json()) == (422, {"detail": [told]})
    assert (served.status, served.json()) == (200, "webhooks")
