"""Workers that are built, and a server that they speak to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from execution_api.worker import LanguageWorker, Program, build

from examples.workers.tests.programs import Scene, scene


@pytest.fixture
def program(worker: LanguageWorker) -> Program:
    """The worker that a test is parametrized with, built."""
    return build(worker)


@pytest.fixture
def staged(worker: LanguageWorker, tmp_path: Path) -> Iterator[Scene]:
    """A server, with the tasks of that worker queued."""
    with scene(worker, tmp_path) as made:
        yield made
