"""`Timeline.from_package` reads a timeline from a package of version modules."""

import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from timegate import DeclarationError, Timeline


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a package of version modules that is unloaded after the test."""
    root = tmp_path / "written_versions"
    root.mkdir()
    (root / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield root
    for name in [name for name in sys.modules if name.startswith("written_versions")]:
        del sys.modules[name]


def write(package: Path, name: str, text: str) -> None:
    (package / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")


class TestFromAPackage:
    def test_reads_versions_from_their_names_and_changes_in_their_order(self, package: Path) -> None:
        write(package, "v2025_04_11", '"""The first."""\n')
        write(
            package,
            "v2025_09_23",
            '''
            """The second."""
            from datetime import date

            from timegate import VersionChange

            deprecated = date(2026, 1, 1)

            class _Shared(VersionChange):
                """For those below."""

            class Zebra(VersionChange):
                """Comes first."""

            class Ant(VersionChange):
                """Comes second."""
            ''',
        )
        write(
            package,
            "v2025_10_01",
            '''
            """The third."""
            from timegate import VersionChange
            from written_versions.v2025_09_23 import Ant

            class Bee(VersionChange):
                """The only one: an imported change stays where it is at home."""
            ''',
        )
        write(package, "helpers", "raise RuntimeError('is no version')")
        timeline = Timeline.from_package("written_versions")
        assert timeline.values == ("2025-10-01", "2025-09-23", "2025-04-11")
        assert [[change.__name__ for change in version.changes] for version in timeline] == [
            ["Bee"],
            ["Zebra", "Ant"],
            [],
        ]
        assert timeline.versions[1].deprecated == datetime(2026, 1, 1, tzinfo=UTC)

    def test_without_versions_is_refused(self, package: Path) -> None:
        with pytest.raises(DeclarationError, match="no module has a name like v2025_04_11"):
            Timeline.from_package("written_versions")

    def test_with_changes_in_the_oldest_is_refused(self, package: Path) -> None:
        write(
            package,
            "v2025_04_11",
            """
            from timegate import VersionChange

            class Early(VersionChange):
                'Too early.'
            """,
        )
        with pytest.raises(
            DeclarationError, match=r"move Early \(.*v2025_04_11\.py:4\) to the version that introduced it"
        ):
            Timeline.from_package("written_versions")

    def test_with_a_change_from_elsewhere_that_no_version_has_is_refused(self, package: Path) -> None:
        change = """
            from timegate import VersionChange

            class Foreign(VersionChange):
                'Declared in no version module.'
            """
        write(package, "v2025_04_11", "")
        write(package, "others", change)
        write(package, "v2025_06_01", "from written_versions.others import Foreign")
        with pytest.raises(DeclarationError, match=r"holds Foreign of written_versions\.others, so no version has it"):
            Timeline.from_package("written_versions")
