"""What is built and what is locked: the wheel, its metadata, the requirements."""

import re
import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import Parser

import pytest

from tests.test_house import PACKAGE, ROOT, SOURCE, python_files


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    """Build the wheel from the checkout, with the build backend of this environment and without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (built,) = folder.glob("timegate-*.whl")
    return zipfile.Path(built)


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.Path) -> Message:
    (information,) = (entry for entry in wheel.iterdir() if entry.name.endswith(".dist-info"))
    return Parser().parsestr((information / "METADATA").read_text(encoding="utf-8"))


class TestWheel:
    def test_it_is_marked_as_typed(self, wheel: zipfile.Path) -> None:
        assert (wheel / "timegate" / "py.typed").exists()

    def test_it_holds_the_whole_package_and_nothing_else(self, wheel: zipfile.Path) -> None:
        assert [entry.name for entry in wheel.iterdir() if not entry.name.endswith(".dist-info")] == ["timegate"]
        expected = {str(file.relative_to(SOURCE)) for file in python_files(PACKAGE)}
        assert {name for name in wheel.root.namelist() if name.endswith(".py")} == expected

    def test_it_requires_three_packages_and_no_other(self, metadata: Message) -> None:
        required = [str(line) for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in str(line)]
        assert sorted(required) == ["pydantic>=2.9", "starlette>=0.37.2", "typing-extensions"]

    def test_the_fastapi_extra_leaves_out_the_releases_that_hide_routes(self, metadata: Message) -> None:
        (required,) = (str(line) for line in metadata.get_all("Requires-Dist", []) if "extra == 'fastapi'" in str(line))
        requirement = required.partition(";")[0].strip().removeprefix("fastapi")
        assert set(requirement.split(",")) == {">=0.115.0", "!=0.137.0", "!=0.137.1"}

    def test_it_runs_on_python_3_11_and_later(self, metadata: Message) -> None:
        assert metadata["Requires-Python"] == ">=3.11"

    def test_it_contains_its_licence_and_its_readme(self, metadata: Message) -> None:
        assert metadata["License-Expression"] == "Apache-2.0"
        assert metadata.get_payload() == (ROOT / "README.md").read_text(encoding="utf-8")


class TestLock:
    @pytest.mark.parametrize("name", ["dev.txt", "uv.txt"])
    def test_it_pins_everything_by_hash(self, name: str) -> None:
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        packages = re.findall(r"^[a-z0-9][^\s]*==[^\s]+.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)+", text, re.MULTILINE)
        assert len(packages) == len(re.findall(r"^[^\s#]", text, re.MULTILINE)) > 0

    def test_no_lock_names_a_host(self) -> None:
        locks = [*ROOT.glob("requirements/*.txt"), *ROOT.glob("examples/**/locks/*.txt")]
        assert [str(lock) for lock in locks if "://" in lock.read_text(encoding="utf-8")] == []

    def test_both_locks_have_the_same_uv(self) -> None:
        versions = {
            re.findall(r"^uv==(\S+)", (ROOT / "requirements" / name).read_text(encoding="utf-8"), re.MULTILINE)[0]
            for name in ("dev.txt", "uv.txt")
        }
        assert len(versions) == 1
