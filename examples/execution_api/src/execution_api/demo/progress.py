"""A line for each thing that is done, while it is done."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

__all__ = ["Progress"]


@dataclass(slots=True)
class Progress:
    """Prints lines with the seconds since the start before them; several threads may speak.

    Attributes:
        steps: How many steps there are in all; `step` counts them.
    """

    steps: int
    _done: int = 0
    _started: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def say(self, text: str) -> None:
        """Print a line that is no step."""
        with self._lock:
            self._print(text)

    def step(self, text: str) -> None:
        """Print a line for a step that is done."""
        with self._lock:
            self._done += 1
            width = len(str(self.steps))
            self._print(f"[{self._done:{width}}/{self.steps}] {text}")

    def _print(self, text: str) -> None:
        print(f"{time.monotonic() - self._started:6.1f} s  {text}", flush=True)
