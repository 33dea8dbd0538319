"""A cached folder is whole or not there, whoever makes it and however they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from execution_api.worker.cache import FolderCache, default_cache_root

# Fills the folder slowly and says so in a file of its own, so that a test sees how often and by whom it was made.
_SLOW_MAKER = """
import os, sys, time
from pathlib import Path
from execution_api.worker.cache import FolderCache

root, seconds = Path(sys.argv[1]), float(sys.argv[2])

def make(folder):
    (root.parent / f"started-{os.getpid()}").touch()
    (folder / "first").touch()
    time.sleep(seconds)
    (folder / "last").touch()

print(FolderCache(root).obtain("thing", make=make))
"""


def _start_maker(root: Path, *, seconds: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _SLOW_MAKER, str(root), str(seconds)], stdout=subprocess.PIPE, text=True
    )


def _write_one_file(folder: Path) -> None:
    (folder / "content").write_text("whole")


class TestFolderCache:
    def test_a_folder_is_made_once_and_then_found(self, tmp_path: Path) -> None:
        cache = FolderCache(tmp_path / "cache")
        assert cache.existing("thing") is None
        made = cache.obtain("thing", make=_write_one_file)
        (made / "content").write_text("still the first one")
        assert cache.obtain("thing", make=_write_one_file) == made
        assert (made / "content").read_text() == "still the first one"
        assert cache.existing("thing") == made

    def test_a_maker_that_fails_leaves_nothing_and_its_error_goes_on(self, tmp_path: Path) -> None:
        cache = FolderCache(tmp_path)

        def fail(folder: Path) -> None:
            (folder / "half").touch()
            raise OSError("the disk is full")

        with pytest.raises(OSError, match="the disk is full"):
            cache.obtain("thing", make=fail)
        assert cache.existing("thing") is None
        assert [entry.name for entry in tmp_path.iterdir() if entry.is_dir()] == []
        assert (cache.obtain("thing", make=_write_one_file) / "content").read_text() == "whole"

    def test_a_folder_without_its_mark_is_made_anew(self, tmp_path: Path) -> None:
        (tmp_path / "thing").mkdir()
        (tmp_path / "thing" / "leftover").touch()
        made = FolderCache(tmp_path).obtain("thing", make=_write_one_file)
        assert not (made / "leftover").exists()
        assert (made / "content").read_text() == "whole"

    def test_two_processes_that_want_the_same_folder_make_it_once(self, tmp_path: Path) -> None:
        root = tmp_path / "cache"
        makers = [_start_maker(root, seconds=0.7) for _ in range(2)]
        outputs = [maker.communicate()[0].strip() for maker in makers]
        assert [maker.returncode for maker in makers] == [0, 0]
        assert outputs == [str(root / "thing")] * 2
        assert len(list(tmp_path.glob("started-*"))) == 1
        assert (root / "thing" / "last").exists()

    def test_a_process_that_is_killed_half_way_is_as_if_it_never_was(self, tmp_path: Path) -> None:
        root = tmp_path / "cache"
        victim = _start_maker(root, seconds=60)
        try:
            for _ in range(1000):
                if (tmp_path / f"started-{victim.pid}").exists():
                    break
                signal.sigtimedwait([], 0.05)
            assert (tmp_path / f"started-{victim.pid}").exists()
            assert FolderCache(root).existing("thing") is None
        finally:
            os.kill(victim.pid, signal.SIGKILL)
            victim.communicate()
        made = FolderCache(root).obtain("thing", make=_write_one_file)
        assert sorted(entry.name for entry in made.iterdir() if not entry.name.startswith(".")) == ["content"]


class TestDefaultRoot:
    def test_the_projects_own_variable_decides(self, tmp_path: Path) -> None:
        environ = {"TIMEGATE_CACHE": str(tmp_path / "own"), "XDG_CACHE_HOME": str(tmp_path / "xdg")}
        assert default_cache_root(environ) == tmp_path / "own"

    def test_then_the_users_cache_folder(self, tmp_path: Path) -> None:
        assert default_cache_root({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "timegate"

    @pytest.mark.parametrize("environ", [{}, {"XDG_CACHE_HOME": ""}, {"XDG_CACHE_HOME": "not/absolute"}])
    def test_without_a_usable_one_it_is_in_the_home_folder(self, environ: dict[str, str]) -> None:
        assert default_cache_root(environ) == Path.home() / ".cache" / "timegate"
