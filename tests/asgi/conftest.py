"""Every promise is kept on both frameworks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.asgi.api import APIS, Client, client_of


@pytest.fixture(params=sorted(APIS))
def framework(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def client(framework: str) -> AsyncIterator[Client]:
    async with client_of(framework) as found:
        yield found
