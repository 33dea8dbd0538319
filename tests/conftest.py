"""Settings of every test: the seeds of random tests and the event loop."""

import pytest
from hypothesis import settings

# The same examples in every run, so a failure of CI repeats locally. `--hypothesis-profile=explore` draws more of them,
# from a seed that it prints with each failure; `--hypothesis-seed=N` repeats that run.
settings.register_profile("seeded", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("explore", max_examples=2_000, deadline=None, print_blob=True)
settings.load_profile("seeded")


def pytest_report_header(config: pytest.Config) -> str:
    profile = config.getoption("hypothesis_profile", default=None) or "seeded"
    seed = config.getoption("hypothesis_seed", default=None)
    source = "examples derived from each test's own name" if profile == "seeded" else "examples drawn at random"
    return f"random tests: profile {profile}, {source if seed is None else f'seed {seed}'}"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
