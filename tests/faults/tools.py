"""The tools that are asked about each fault, and what each says of the shop without one."""

from __future__ import annotations

import contextlib
import importlib
import re
import shutil
import subprocess
import sys
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from starlette.testclient import TestClient

from tests.faults.planted import Fault
from timegate import Contract, Gates, TimegateError, Timeline
from timegate.asgi.serve.found import startup_of
from timegate.frozen.check import Check
from timegate.frozen.contract import VersionContracts
from timegate.frozen.finding import Level
from timegate.frozen.folder import Folder
from timegate.testing import Exchange, OldClient, broken_laws

TOOLS: Final = ("types", "start", "check", "snapshots", "laws")
SHOP: Final = Path(__file__).parent / "shop"
VERSIONS: Final = ("2025-09-01", "2025-06-01", "2025-01-01")


@dataclass(frozen=True)
class Shop:
    """A shop that has been read.

    Args:
        app: its app.
        timeline: its versions.
        contract: what is on the wire at head.
        gates: the compiled changes.
    """

    app: Any
    timeline: Timeline
    contract: Contract
    gates: Gates


class Variants:
    """The shop without a fault and with each, as packages below one folder.

    Args:
        folder: where they are written.
        faults: the faults.
    """

    def __init__(self, folder: Path, faults: Sequence[Fault]) -> None:
        self._folder, self._faults = folder, faults
        self.contracts = Folder(folder / "contracts")
        for package, fault in ((self.package(None), None), *((self.package(fault), fault) for fault in faults)):
            shutil.copytree(SHOP, folder / package / "shop", ignore=shutil.ignore_patterns("__pycache__"))
            (folder / package / "__init__.py").touch()
            for file in sorted((folder / package / "shop").rglob("*.py")):
                text = file.read_text(encoding="utf-8").replace("tests.faults.shop", f"{package}.shop")
                planted = fault is not None and file.relative_to(folder / package / "shop").as_posix() == fault.file
                file.write_text(fault.planted(text) if fault is not None and planted else text, encoding="utf-8")
        sound = self.read(None)
        made = VersionContracts(sound.contract)
        for version in VERSIONS:
            self.contracts.write(version, made.at(sound.gates, version).document)
        self._exchanges = traffic(sound.app)
        self._laws = list(map(str, broken_laws(sound.gates)))
        self._mistyped = self._types()

    def package(self, fault: Fault | None) -> str:
        """The package of a variant."""
        return "sound" if fault is None else f"fault{self._faults.index(fault):02}"

    def read(self, fault: Fault | None) -> Shop:
        """Import a variant and compile its changes."""
        with _importable(self._folder):
            app = importlib.import_module(f"{self.package(fault)}.shop.app").app
        found = startup_of(app)
        assert found is not None
        contract = found.contract_of_app()
        return Shop(app, found.timeline, contract, found.timeline.compile(contract))

    def caught_by(self, fault: Fault) -> tuple[str, ...]:
        """The tools that find a fault."""
        found = {"types"} if self.package(fault) in self._mistyped else set[str]()
        found |= {"check"} if self._check_fails(fault) else set()
        try:
            shop = self.read(fault)
        except TimegateError:
            # Without a start there is nothing to send requests to.
            return tuple(tool for tool in TOOLS if tool in {*found, "start"})
        found |= {"snapshots"} if traffic(shop.app) != self._exchanges else set()
        found |= {"laws"} if list(map(str, broken_laws(shop.gates))) != self._laws else set()
        return tuple(tool for tool in TOOLS if tool in found)

    def _check_fails(self, fault: Fault) -> bool:
        """Whether `timegate check` ends with an error, or warns of what it did not warn of before."""
        try:
            with _importable(self._folder):
                app = importlib.import_module(f"{self.package(fault)}.shop.app").app
            found = startup_of(app)
            assert found is not None
            report = Check(found.timeline, found.contract_of_app(), self.contracts).report()
        except TimegateError:
            # It cannot be read: exit code 2.
            return True
        return report.failed or any(one.level is Level.WARNING for one in report.findings)

    def _types(self) -> frozenset[str]:
        """The packages in which mypy, strict, finds an error."""
        command = [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file=",
            "--cache-dir",
            str(self._folder / ".mypy_cache"),
        ]
        packages = [part for one in (None, *self._faults) for part in ("-p", self.package(one))]
        ran = subprocess.run(
            [*command, *packages], cwd=self._folder, capture_output=True, text=True, timeout=1500, check=False
        )
        assert ran.returncode in (0, 1), ran.stdout + ran.stderr
        return frozenset(re.findall(r"^(\w+)/.*: error:", ran.stdout, re.MULTILINE))


def traffic(app: Any) -> list[dict[str, Any]]:
    """What the clients of each version send and get, as snapshots keep it."""
    return [one.written(("content-type",)) for version in VERSIONS for one in _exchanges(app, version)]


def _exchanges(app: Any, version: str) -> list[Exchange]:
    _fill(app)
    oldest, newest = version == VERSIONS[-1], version == VERSIONS[0]
    sku, zip_code = ("article", "zip") if oldest else ("sku", "zip_code")
    items: list[Any] = [{sku: "tea", "size": "large", "tags": "hot" if oldest else ["hot", "green"]}]
    items.append({sku: "cup", "tags": "" if oldest else []})
    customer = {"name": "Ada", "phone": "1", "address": {"street": "Long Lane 1", zip_code: "12345"}}
    voucher = {"voucher_cents": 150} if newest else {"voucher": 1.5}
    with OldClient(app, version, raise_server_exceptions=False) as client:
        client.post("/orders", json={"items": items, "customer": customer, **voucher})
        client.get("/orders")
        client.get("/orders?limit=1")
        client.get("/purchases/1" if oldest else "/orders/1")
        client.get("/orders/1")
        client.post("/orders/1/refund")
        client.patch("/customers/Ada", json={"name": "Eve"})
        client.patch("/customers/Ada", json={"vip": True})
        return client.exchanges


def _fill(app: Any) -> None:
    """Let a client of head order what older ones do not know, more often than a page shows."""
    customer = {"name": "Bob", "phone": None, "address": {"street": "Short Lane 1", "zip_code": "54321"}}
    items = [{"sku": "big", "size": "huge", "note": "!"}]
    client = TestClient(app, headers={"API-Version": VERSIONS[0]}, raise_server_exceptions=False)
    for _ in range(12):
        client.post("/orders", json={"items": items, "customer": customer})


@contextlib.contextmanager
def _importable(folder: Path) -> Generator[None, None, None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
