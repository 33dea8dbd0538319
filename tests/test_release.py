"""The release recipe of CONTRIBUTING.md, line by line, against an index of packages on this machine."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
VERSION = importlib.metadata.version("timegate")
WHEEL, SOURCE = f"timegate-{VERSION}-py3-none-any.whl", f"timegate-{VERSION}.tar.gz"


class Index(ThreadingHTTPServer):
    """An index of packages in memory: uploads as of PyPI, downloads as of PEP 503."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.fields: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    @property
    def index(self) -> Index:
        assert isinstance(self.server, Index)
        return self.server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        fields: dict[str, str] = {}
        for part in BytesParser().parsebytes(kind + body).walk():
            content = part.get_payload(decode=True)
            if not isinstance(content, bytes):
                continue
            if part.get_filename():
                self.index.files[str(part.get_filename())] = content
            else:
                fields[str(part.get_param("name", header="content-disposition"))] = content.decode()
        self.index.fields.append(fields)
        self._answer(200, b"")

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        if self.path == "/simple/timegate/":
            links = (
                f'<a href="/files/{name}#sha256={hashlib.sha256(content).hexdigest()}">{name}</a>'
                for name, content in self.index.files.items()
            )
            self._answer(200, f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode())
        elif self.path.startswith("/files/") and name in self.index.files:
            self._answer(200, self.index.files[name], "application/octet-stream")
        else:
            self._answer(404, b"")

    def _answer(self, status: int, content: bytes, kind: str = "text/html") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with Index() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is released, with the environment of this checkout."""
    copy = tmp_path_factory.mktemp("release") / "timegate"
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "docs", copy / "docs")
    for file in (*ROOT.glob("*.md"), ROOT / "LICENSE", ROOT / "pyproject.toml"):
        shutil.copy(file, copy)
    (copy / ".venv").symlink_to(sys.prefix)
    return copy


@pytest.fixture(scope="module")
def released(index: Index, checkout: Path) -> str:
    """What the recipe prints at its end."""
    (recipe,) = re.findall(r"^```sh\n(rm -rf dist\n.*?)^```$", (ROOT / "CONTRIBUTING.md").read_text(), re.M | re.S)
    # What timegate needs is in this environment; the index has nothing else.
    (checkout / "uv.toml").write_text("[pip]\nno-deps = true\n", encoding="utf-8")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PYTHON", "VIRTUAL_ENV"))},
        "UV_PUBLISH_URL": f"{index.url}/legacy/",
        "UV_PUBLISH_USERNAME": "somebody",
        "UV_PUBLISH_PASSWORD": "secret",
        "UV_DEFAULT_INDEX": f"{index.url}/simple/",
        "UV_CONFIG_FILE": str(checkout / "uv.toml"),
        "UV_PYTHON": sys.executable,
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "PYTHONPATH": sysconfig.get_path("purelib"),
    }
    command = ["bash", "-euo", "pipefail", "-c", recipe]
    ran = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout.splitlines()[-1]


def test_the_recipe_ends_with_the_released_version_in_a_new_environment(released: str, checkout: Path) -> None:
    assert released == f"timegate {VERSION}"
    (installed,) = (checkout / "dist" / "tried").glob("lib/python3*/site-packages/timegate")
    assert (installed / "py.typed").exists()


@pytest.mark.usefixtures("released")
def test_the_index_gets_the_wheel_and_the_source_with_what_describes_them(index: Index) -> None:
    assert sorted(index.files) == sorted([WHEEL, SOURCE])
    assert {(fields["name"], fields["version"], fields["requires_python"]) for fields in index.fields} == {
        ("timegate", VERSION, ">=3.11")
    }


@pytest.mark.usefixtures("released")
def test_the_source_builds_the_wheel(index: Index, tmp_path: Path) -> None:
    (tmp_path / SOURCE).write_bytes(index.files[SOURCE])
    (tmp_path / WHEEL).write_bytes(index.files[WHEEL])
    with tarfile.open(tmp_path / SOURCE) as archive:
        archive.extractall(tmp_path, filter="data")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path / "built")]
    subprocess.run(command, cwd=tmp_path / SOURCE.removesuffix(".tar.gz"), capture_output=True, check=True)
    names = [sorted(zipfile.ZipFile(file).namelist()) for file in (tmp_path / "built" / WHEEL, tmp_path / WHEEL)]
    assert names[0] == names[1]


def test_the_package_says_where_its_pages_are_and_what_its_extra_brings(released: str, checkout: Path) -> None:
    found = importlib.metadata.distributions(
        name="timegate", path=[str(one) for one in (checkout / "dist" / "tried").glob("lib/python3*/site-packages")]
    )
    (metadata,) = (one.metadata for one in found)
    urls = {line.partition(", ")[0] for line in metadata.get_all("Project-URL", [])}
    assert urls == {"Homepage", "Documentation", "Changelog", "Issues"}
    assert metadata.get_all("Provides-Extra") == [
        "cli",
        "fastapi",
        "opentelemetry",
        "prometheus",
        "structlog",
        "testing",
    ]
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])
