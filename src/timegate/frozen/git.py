"""The frozen contracts at a revision of git."""

from __future__ import annotations

import subprocess
from pathlib import Path

from timegate.errors import TimegateError
from timegate.frozen.folder import ACCEPTED


class NoRevision(TimegateError):
    """Git does not know a revision, or there is no git."""


def frozen_at(folder: Path, revision: str) -> dict[str, bytes]:
    """The files of frozen contracts at a revision, by name.

    Args:
        folder: where they are now.
        revision: a commit, branch or tag.

    Raises:
        NoRevision: git cannot tell.
    """
    if revision.startswith("-"):
        raise NoRevision(f"{revision!r} is no revision of git")
    # Relative to the working directory, as git takes paths behind `./`.
    place = f"./{folder}/" if not folder.is_absolute() else f"{folder}/"
    listed = _git("ls-tree", "-r", "--name-only", revision, "--", place).decode("utf-8").splitlines()
    names = [name for name in listed if name.endswith(".json") and not name.endswith(f"/{ACCEPTED}")]
    return {Path(name).name: _git("show", f"{revision}:./{name}") for name in names}


def _git(*arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], capture_output=True, check=True).stdout
    except FileNotFoundError as error:
        raise NoRevision("there is no command git, which knows revisions") from error
    except subprocess.CalledProcessError as error:
        told: bytes = error.stderr
        raise NoRevision(f"git {arguments[0]}: {told.decode('utf-8', 'replace').strip()}") from error
