"""Edits of files under git: as a patch, in a copy of the work tree, and in the work tree itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from timegate.errors import TimegateError
from timegate.frozen.git import git

_LEFT_OUT: Final = (".git", "__pycache__")


class NotApplied(TimegateError):
    """A patch cannot be made of a work tree, or must not be applied to it."""


@dataclass(frozen=True, slots=True)
class WorkTree:
    """A work tree of git.

    Args:
        root: its folder.
        files: its tracked files.
    """

    root: Path
    files: tuple[Path, ...]

    @classmethod
    def here(cls) -> WorkTree:
        """The work tree around the working directory.

        Raises:
            NoRevision: there is none, or no git.
        """
        root = Path(git("rev-parse", "--show-toplevel").decode("utf-8").strip()).resolve()
        listed = git("ls-files", "-z", cwd=root).decode("utf-8").split("\0")
        return cls(root, tuple(root / name for name in listed if name and (root / name).is_file()))

    def patch(self, edits: Mapping[Path, str | None], copy: Path) -> bytes:
        """What differs in a copy, for ``git apply``.

        Args:
            edits: the files that differ.
            copy: made by `copied`.
        """
        names = [str(file.relative_to(self.root)) for file in edits]
        folder = git("rev-parse", "--absolute-git-dir", cwd=self.root).decode("utf-8").strip()
        plain = ("--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/")
        return git(f"--git-dir={folder}", f"--work-tree={copy}", "diff", *plain, "--", *names, cwd=copy)

    def copied(self, edits: Mapping[Path, str | None], copy: Path) -> None:
        """Make the work tree again, with edits; all else in it are links to the files that are here.

        Args:
            edits: the new text of each file; None for one that goes.
            copy: a folder that does not exist yet.

        Raises:
            NotApplied: git does not have a file as it is here.
        """
        self._check_committed(edits)
        self._mirror(self.root, copy, edits, {parent for file in edits for parent in file.parents})

    def _mirror(self, folder: Path, copy: Path, edits: Mapping[Path, str | None], real: set[Path]) -> None:
        copy.mkdir()
        for one in folder.iterdir():
            target = copy / one.name
            if one in edits:
                text = edits[one]
                if text is not None:
                    newline = "\r\n" if b"\r\n" in one.read_bytes() else "\n"
                    target.write_text(text, encoding="utf-8", newline=newline)
                    shutil.copymode(one, target)
            elif one in real:
                self._mirror(one, target, edits, real)
            elif one.name not in _LEFT_OUT:
                target.symlink_to(one)

    def _check_committed(self, edits: Iterable[Path]) -> None:
        known = set(self.files)
        for file in edits:
            name = str(file.relative_to(self.root)) if file.is_relative_to(self.root) else str(file)
            if file not in known:
                raise NotApplied(f"{name} is not tracked by git, so nothing could bring it back: git add {name}")
            if git("status", "--porcelain", "--", name, cwd=self.root):
                raise NotApplied(f"{name} has changes that are not committed: commit them first")

    def apply(self, patch: bytes) -> None:
        """Apply a patch.

        Raises:
            NotApplied: the work tree has changes that are not committed.
        """
        if git("status", "--porcelain", "--untracked-files=no", cwd=self.root):
            raise NotApplied("the work tree has changes that are not committed: commit them first")
        git("apply", "-", cwd=self.root, given=patch)
