"""What released clients run in: environments that are made once and kept."""

from __future__ import annotations

import functools

import pytest
from execution_api.worker import Environment, Generation, find_interpreter, make_environment

from examples.execution_api.tests.clients.driving import Environments


@pytest.fixture(scope="session")
def environment_of() -> Environments:
    interpreter = find_interpreter()

    @functools.cache
    def environment(generation: Generation) -> Environment:
        return make_environment(generation, interpreter=interpreter)

    return environment
