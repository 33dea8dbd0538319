"""Each two facts about wholes, one a version, do in every place what they do alone: requests, responses, webhooks."""

from __future__ import annotations

from itertools import product

import pytest

from tests.asgi.calling import Caller
from tests.cells.wholes import FACTS, PLACES, VERSIONS, Pair
from timegate import Contract

PAIRS = list(product(FACTS, FACTS))
OF_MODELS = [names for names in PAIRS if not {*names} & {"enveloped", "rewritten"}]
VERSIONS_SPOKEN = range(2)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("names", PAIRS, ids=" then ".join)
def test_a_handler_gets_heads_body_and_an_old_client_reads_its_own(
    names: tuple[str, str], place: str, method: str
) -> None:
    pair = Pair(names, place, partial=method == "PATCH")
    app, heard = pair.app()
    for version in VERSIONS_SPOKEN:
        with Caller(app, headers={"API-Version": VERSIONS[version]}) as client:
            for at_endpoint, path in ((True, "/bodies"), (False, "/others")):
                for oldest in pair.sent():
                    heard.clear()
                    sent = pair.up(oldest, range(version), at_endpoint=at_endpoint)
                    expected = pair.up(sent, range(version, 2), at_endpoint=at_endpoint)
                    response = client.request(method, path, json=sent)
                    assert (response.status_code, heard) == (200, [expected])
                    assert response.json() == pair.down(expected, range(version, 2), at_endpoint=at_endpoint)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("names", OF_MODELS, ids=" then ".join)
def test_a_subscriber_gets_the_payload_of_a_webhook_in_the_shape_of_its_version(
    names: tuple[str, str], place: str
) -> None:
    pair = Pair(names, place)
    app, _ = pair.app()
    gates = pair.timeline().compile(Contract.of(app))
    for version in VERSIONS_SPOKEN:
        for oldest in pair.sent():
            payload = pair.up(oldest, at_endpoint=False)
            got = gates.downgrade(pair.head.bodies[0], payload, to_version=VERSIONS[version])
            assert got == pair.down(payload, range(version, 2), at_endpoint=False)
