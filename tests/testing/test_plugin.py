"""The pytest plugin: clients of old versions, every version, what the gates did, and that it costs nothing unused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.testing.selecting import app_selecting, bare
from timegate import TimegateError
from timegate.testing import OldClients

pytest_plugins = ["pytester"]

SHOP = (Path(__file__).parent / "shop.py").read_text(encoding="utf-8")
INI = "[pytest]\ntimegate_app = shop:app\npythonpath = .\n"


@pytest.fixture
def shop(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project of its own with the app `shop:app`."""
    pytester.makepyfile(shop=SHOP)
    pytester.makefile(".ini", pytest=INI)
    return pytester


def run(project: pytest.Pytester, test: str, *options: str) -> pytest.RunResult:
    project.makepyfile(test_it=test)
    return project.runpytest("-p", "no:cacheprovider", *options)


def test_loading_the_plugin_imports_nothing_but_pytest() -> None:
    program = """
import sys, pytest
before = set(sys.modules)
import timegate.testing.plugin
print(sorted(name for name in set(sys.modules) - before if not name.startswith("timegate")))
print(sorted(name for name in sys.modules if name.startswith("timegate")))
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["[]", "['timegate', 'timegate.testing', 'timegate.testing.plugin']"]


def test_an_old_client_speaks_its_version(shop: pytest.Pytester) -> None:
    result = run(
        shop,
        """
        def test_it(old_client):
            old, new = old_client("2025-01-01"), old_client("2025-06-01")
            assert old.post("/items", json={"article": "a"}).json() == {"article": "a", "quantity": 1}
            assert new.get("/items/a").json() == {"sku": "a", "quantity": 1}
            assert (old.version, new.version) == ("2025-01-01", "2025-06-01")
            assert old_client("2025-03-01").version == "2025-01-01"
        """,
    )
    result.assert_outcomes(passed=1)


def test_the_lifespan_of_the_app_runs_once_in_a_test_and_ends_with_it(shop: pytest.Pytester) -> None:
    result = run(
        shop,
        """
        import shop

        def test_it(old_client):
            old_client("2025-01-01"), old_client("2025-06-01")
            assert shop.lifespans == ["start"]

        def test_then():
            assert shop.lifespans == ["start", "end"]
        """,
    )
    result.assert_outcomes(passed=2)


def test_a_test_runs_once_for_each_version(shop: pytest.Pytester) -> None:
    result = run(
        shop,
        """
        def test_it(each_version, old_client):
            assert old_client(each_version).get("/items/none").headers["api-version"] == each_version
        """,
        "-v",
    )
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*test_it?2025-06-01? PASSED*", "*test_it?2025-01-01? PASSED*"])


def test_a_fixture_names_the_app_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(shop=SHOP)
    pytester.makefile(".ini", pytest="[pytest]\npythonpath = .\n")
    result = run(
        pytester,
        """
        import pytest, shop

        @pytest.fixture
        def timegate_app():
            return shop.app

        def test_it(old_client):
            assert old_client("2025-01-01").get("/items/none").status_code == 404
        """,
    )
    result.assert_outcomes(passed=1)


def test_a_failing_test_tells_what_the_gates_did(shop: pytest.Pytester) -> None:
    result = run(
        shop,
        """
        def test_it(old_client):
            client = old_client("2025-01-01")
            assert client.post("/items", json={"article": "a"}).json() == {"sku": "a", "quantity": 1}
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- timegate: what the gates did -*",
            "POST /items as 2025-01-01: 200",
            "  request:",
            "    2025-06-01 Skus: An article number is called SKU.",
            "      before {'article': 'a'}",
            "      after  {'sku': 'a'}",
            "  response:",
            "    2025-06-01 Skus: An article number is called SKU.",
            "      before {'sku': 'a', 'quantity': 1}",
            "      after  {'article': 'a', 'quantity': 1}",
        ]
    )


@pytest.mark.parametrize(
    ("missing", "used", "needed"),
    [(("httpx", "httpx2"), "old_client", "httpx2"), (("syrupy",), "exchange_snapshots", "syrupy")],
)
def test_without_the_extra_a_fixture_says_what_to_install(
    shop: pytest.Pytester, missing: tuple[str, ...], used: str, needed: str
) -> None:
    blocked = "import sys\n" + "".join(f"sys.modules[{name!r}] = None\n" for name in missing)
    shop.makeconftest(blocked)
    shop.makepyfile(test_it=f"def test_it({used}): ...")
    # A process of its own, in which nothing is imported yet.
    result = shop.runpytest_subprocess(*(["-p", "no:syrupy"] if "syrupy" in missing else []))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{used} needs {needed}: pip install 'timegate?testing?'*"])


def test_without_an_app_a_fixture_says_how_to_name_it(pytester: pytest.Pytester) -> None:
    result = run(pytester, 'def test_it(old_client): old_client("2025-01-01")')
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*which app is under test? Write it into pytest's configuration, timegate_app = *"])


def test_an_app_that_there_is_not_is_told_without_a_traceback(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(shop=SHOP)
    pytester.makefile(".ini", pytest=INI.replace("shop:app", "shop:ap"))
    result = run(pytester, "def test_it(old_client, each_version): ...")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["timegate_app = shop:ap: the module shop has no 'ap'"])
    result.stdout.no_fnmatch_line("*plugin.py*")


class TestHowAClientAsks:
    @pytest.mark.parametrize(
        ("select", "headers"),
        [
            ("header('X-Version')", {}),
            ("path('/{version}')", {}),
            ("query('v')", {}),
            ("media_type('version')", {}),
            ("first_of(account, query('v'))", {}),
            ("account", {"x-account": "old"}),
        ],
    )
    def test_by_every_selector(self, old_client: OldClients, select: str, headers: dict[str, str]) -> None:
        client = old_client("2025-01-01", app=app_selecting(select), headers=headers)
        assert client.get("/items/a").json() == {"article": "a", "quantity": 1}
        assert client.exchanges[0].operation == "GET /items/{sku}"

    def test_a_callable_needs_the_header_fields_that_it_reads(self, old_client: OldClients) -> None:
        with pytest.raises(TimegateError, match=r"only you know how a client asks for 2025-01-01: old_client\("):
            old_client("2025-01-01", app=app_selecting("account"))

    def test_an_app_without_the_middleware_is_named(self, old_client: OldClients) -> None:
        with pytest.raises(TimegateError, match="there is no TimegateMiddleware around"):
            old_client("2025-01-01", app=bare())
