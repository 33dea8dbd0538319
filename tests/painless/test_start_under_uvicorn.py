"""What an operator sees in the terminal of a real server: why it does not start, once and without a traceback."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.sentences import shows

APP = """
from fastapi import FastAPI
from pydantic import BaseModel

from timegate import Timeline, Version, VersionChange, on
from timegate.asgi import TimegateMiddleware


class User(BaseModel):
    nickname: str


class NameTheNick(VersionChange):
    "`nick` is now called `nickname`."

    changes = (on(User).renamed("nick", to="nicknam"),)


class AddTheAge(VersionChange):
    "A user has an age."

    changes = (on(User).added("age"),)


bare = FastAPI()


@bare.get("/users")
def users() -> list[User]:
    return []


timeline = Timeline(Version("2025-06-01", NameTheNick, AddTheAge), Version("2025-01-01"))
"""
STARTS = {
    "added": "app = bare\napp.add_middleware(TimegateMiddleware, timeline=timeline)\n",
    "wrapped": "app = TimegateMiddleware(bare, timeline=timeline)\n",
    "wrapped twice": "app = TimegateMiddleware(TimegateMiddleware(bare, timeline=timeline), timeline=timeline)\n",
}
TWICE = "TimegateMiddleware is there twice around one app; the inner one passes every request through: remove one\n"
EXPECTED = """\
ERROR:    2 faults in the declared changes:
- 2025-06-01 AddTheAge (shop_app.py:19): User.age: there is no such field right after this fact
    name one of nickname
- 2025-06-01 NameTheNick (shop_app.py:13): User.nicknam: there is no such field right after this fact
    did you mean 'nickname'? on(User).renamed('nick', to='nickname')
"""


def started(folder: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "shop_app.py").write_text(textwrap.dedent(APP + code), encoding="utf-8")
    command = [sys.executable, "-m", "uvicorn", "shop_app:app", "--host=127.0.0.1", "--port=0", "--no-use-colors"]
    return subprocess.run([*command, *arguments], cwd=folder, capture_output=True, text=True, check=False)


@shows(
    "The server prints every fault once, with the file and line of its change.",
    "A server prints it once, without a traceback.",
)
@pytest.mark.parametrize(("start", "lifespan"), [("added", "auto"), ("wrapped", "on"), ("wrapped twice", "on")])
def test_a_start_that_fails_prints_its_faults_once_and_no_traceback(start: str, lifespan: str, tmp_path: Path) -> None:
    ran = started(tmp_path, STARTS[start], f"--lifespan={lifespan}")
    lines = re.sub(r"^INFO: .*\n", "", ran.stderr, flags=re.MULTILINE)
    warned = TWICE if start == "wrapped twice" else ""
    assert lines == f"{warned}{EXPECTED}ERROR:    Application startup failed. Exiting.\n"
    assert ran.returncode == 3
    assert ran.stdout == ""


SERVED = "TimegateMiddleware serves 2 versions, 2025-06-01 to 2025-01-01; 1 operation, 1 gated; 0 opaque places"
SERVES = """
class RightName(VersionChange):
    "`nick` is now called `nickname`."

    changes = (on(User).renamed("nick", to="nickname"),)


right = Timeline(Version("2025-06-01", RightName), Version("2025-01-01"))
app_itself = TimegateMiddleware(bare, timeline=right)
import os, signal, threading

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        threading.Timer(1, os.kill, (os.getpid(), signal.SIGTERM)).start()
    await app_itself(scope, receive, send)
"""


@shows(
    "Servers set up their own loggers alone: with `logging.basicConfig(level=logging.INFO)` in the app's "
    "module, the line is in uvicorn's terminal too.",
)
@pytest.mark.parametrize("logs", ["", "import logging\nlogging.basicConfig(level=logging.INFO)\n"])
def test_a_start_says_in_one_line_what_is_served_where_the_app_sets_up_logging(logs: str, tmp_path: Path) -> None:
    ran = started(tmp_path, logs + SERVES)
    told = re.findall(r"^INFO:timegate.asgi:(TimegateMiddleware serves .*)$", ran.stderr, flags=re.MULTILINE)
    assert "Application startup complete." in ran.stderr
    assert told == ([SERVED] if logs else [])
