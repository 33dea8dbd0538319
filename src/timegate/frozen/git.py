"""What git knows: the frozen contracts at a revision, and the files of a work tree."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from timegate.errors import TimegateError
from timegate.frozen.folder import ACCEPTED


class NoRevision(TimegateError):
    """Git does not know what it is asked for, or there is no git."""


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
    try:
        git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except NoRevision as error:
        git("rev-parse", "--git-dir")
        raise NoRevision(
            f"git knows no revision {revision!r} here: fetch it first; in a workflow of GitHub, check out with "
            "fetch-depth: 0"
        ) from error
    # Relative to the working directory, as git takes paths behind `./`.
    place = f"./{folder}/" if not folder.is_absolute() else f"{folder}/"
    listed = git("ls-tree", "-r", "--name-only", revision, "--", place).decode("utf-8").splitlines()
    names = [name for name in listed if name.endswith(".json") and not name.endswith(f"/{ACCEPTED}")]
    return {Path(name).name: git("show", f"{revision}:./{name}") for name in names}


def git(*arguments: str, cwd: Path | None = None, given: bytes = b"") -> bytes:
    """What a command of git prints.

    Args:
        arguments: the command.
        cwd: where it runs; None for here.
        given: what it reads from its standard input.

    Raises:
        NoRevision: it fails, or there is no git.
    """
    # A command that only looks must not lock the index of somebody else's.
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        return subprocess.run(
            ["git", *arguments], cwd=cwd, env=environment, input=given, capture_output=True, check=True
        ).stdout
    except FileNotFoundError as error:
        raise NoRevision("there is no command git, which knows revisions") from error
    except subprocess.CalledProcessError as error:
        told: bytes = error.stderr
        name = next(one for one in arguments if not one.startswith("-"))
        raise NoRevision(f"git {name}: {told.decode('utf-8', 'replace').strip()}") from error
