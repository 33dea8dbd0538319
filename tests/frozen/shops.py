"""An app in files of its own, frozen at one version and then edited at head."""

from __future__ import annotations

import functools
import importlib
import itertools
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from starlette.testclient import TestClient

from tests.frozen.edits.app import MAIN, MODELS, VERSIONS
from tests.frozen.edits.edit import Edit
from timegate import Contract, Timeline
from timegate.frozen.check import Check
from timegate.frozen.contract import VersionContracts
from timegate.frozen.folder import Folder

_NUMBERS = itertools.count()

ORDER = {
    "item": {"sku": "a-7", "size": "large"},
    "count": 50,
    "label": "new",
    "remark": None,
    "channel": "shop",
    "code": "z",
}
"""A body of an old client, as the frozen contract has it."""

PARCEL = {
    "full_name": "Ada Lovelace",
    "street": "Long Lane",
    "city": "London",
    "rates": {"north": 1},
    "notes": ["n"],
    "level": "2",
    "either": 7,
    "guest": {"kind": "rat"},
}
"""Another one, which comes back as it is."""

EXCHANGES: tuple[tuple[str, str, str, Any], ...] = (
    ("POST", "/orders", "200", ORDER),
    ("POST", "/orders", "200", {key: value for key, value in ORDER.items() if key != "code"}),
    ("GET", "/orders/7", "200", None),
    ("GET", "/orders/7?limit=3&q=b", "200", None),
    ("DELETE", "/orders/7", "200", None),
    ("GET", "/pets", "200", None),
    ("PUT", "/animals", "200", {"kind": "dog", "barks": True}),
    ("PUT", "/tanks", "200", {"kind": "crab"}),
    ("GET", "/trees", "200", None),
    ("GET", "/trees?near=sea", "200", None),
    ("PUT", "/parcels", "200", PARCEL),
    ("PUT", "/words", "200", {"word": "tea"}),
    ("PUT", "/ships", "200", {"hold": {"deck": 2, "bay": "b"}}),
    ("POST", "/pings", "204", None),
    ("GET", "/boxes?sizes=2&sizes=3", "200", None),
    ("POST", "/notes", "200", "title=tea&pages=2"),
    ("GET", "/search?term=tea&size=9&lang=de", "200", None),
)
"""What an old client does: method, path, status, body; a text is a form."""


class Shop:
    """An app as a package below a folder.

    Args:
        folder: an empty one.
        promise: the argument of the timeline, as code.
    """

    def __init__(self, folder: Path, promise: str = '"exact"') -> None:
        self.name = f"shop_{next(_NUMBERS)}"
        self.root = folder
        self.package = folder / self.name
        self.versions = self.package / "versions"
        self.versions.mkdir(parents=True)
        self.contracts = Folder(folder / "contracts")
        (self.package / "__init__.py").touch()
        (self.versions / "v2025_01_01.py").write_text('"""The first version."""\n', encoding="utf-8")
        timeline = VERSIONS.replace('versions")', f'versions", promise={promise})')
        for file, text in (("models.py", MODELS), ("main.py", MAIN), ("versions/__init__.py", timeline)):
            (self.package / file).write_text(text.replace("PACKAGE", self.name), encoding="utf-8")

    @contextmanager
    def imported(self) -> Generator[tuple[Any, Timeline]]:
        """The app and its timeline, read from the files as they are now."""
        sys.path.insert(0, str(self.root))
        importlib.invalidate_caches()
        try:
            module = importlib.import_module(f"{self.name}.main")
            yield module.app, module.timeline
        finally:
            sys.path.remove(str(self.root))
            for name in [one for one in sys.modules if f"{one}.".startswith(f"{self.name}.")]:
                del sys.modules[name]

    def freeze(self) -> None:
        for version, text in _frozen().items():
            self.contracts.path.mkdir(exist_ok=True)
            self.contracts.file(version).write_text(text, encoding="utf-8")

    def freeze_anew(self) -> None:
        with self.imported() as (app, timeline):
            contract = Contract.of(app)
            gates = timeline.compile(contract)
            for version in timeline.supported:
                self.contracts.write(version, VersionContracts(contract).at(gates, version).document)

    def edit(self, edit: Edit) -> None:
        """Edit head, with more text than before so that no cached bytecode is taken for it."""
        for file in ("models.py", "main.py"):
            text = (self.package / file).read_text(encoding="utf-8")
            if edit.old in text:
                assert text.count(edit.old) == 1, f"{edit.name}: {edit.old!r} is there several times"
                edited = text.replace(edit.old, edit.new)
                (self.package / file).write_text(f"{edited}\n# edited: {edit.name}\n", encoding="utf-8")
                return
        raise AssertionError(f"{edit.name}: {edit.old!r} is nowhere")

    @contextmanager
    def checked(self) -> Generator[Check]:
        with self.imported() as (app, timeline):
            yield Check(timeline, Contract.of(app), self.contracts)

    def exchanges(self) -> list[tuple[int, Any]]:
        """What a client of the frozen version gets."""
        with self.imported() as (app, _), TestClient(app, headers={"API-Version": "2025-01-01"}) as client:
            responses = [client.request(method, path, **_body(body)) for method, path, _, body in EXCHANGES]
        return [(response.status_code, response.json() if response.content else None) for response in responses]


def _body(body: Any) -> dict[str, Any]:
    """The arguments of a request with a body."""
    if not isinstance(body, str):
        return {"json": body}
    return {"content": body, "headers": {"content-type": "application/x-www-form-urlencoded"}}


@functools.cache
def _frozen() -> dict[str, str]:
    """The frozen contracts of the app before any edit."""
    with TemporaryDirectory() as folder:
        shop = Shop(Path(folder))
        shop.freeze_anew()
        return {file.stem: file.read_text(encoding="utf-8") for file in shop.contracts.path.iterdir()}
