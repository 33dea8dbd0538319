"""Every promise is kept on both frameworks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.asgi.api import APIS, Client, client_of

NGINX = Path(__file__).parent / "nginx"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the tests that need nginx, unless they are asked for by their path: `make test-cache`."""
    if collection_path != NGINX:
        return None
    asked = (config.invocation_params.dir / argument.partition("::")[0] for argument in config.args)
    return None if any(path.resolve().is_relative_to(NGINX) for path in asked) else True


@pytest.fixture(params=sorted(APIS))
def framework(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def client(framework: str) -> AsyncIterator[Client]:
    async with client_of(framework) as found:
        yield found
