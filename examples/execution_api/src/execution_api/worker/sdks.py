"""Every generation of the Task SDK that the server serves: what to install and which API version it speaks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["GENERATIONS", "Generation", "UnknownSdk", "generation_of", "generations_of"]

_LOCKS: Final = Path(__file__).parent / "locks"


class UnknownSdk(LookupError):
    """No generation of the table has this SDK version."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One released Task SDK.

    Attributes:
        sdk: Version of `apache-airflow-task-sdk`.
        core: Version of `apache-airflow-core`, which the SDK needs to be imported.
        api_version: What the SDK sends in `Airflow-API-Version`.
        pins: Further requirements without which this generation does not start.
    """

    sdk: str
    core: str
    api_version: str
    pins: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What people call its worker."""
        return f"Python {self.sdk}"

    @property
    def requirements(self) -> tuple[str, ...]:
        """What the lock file of this generation is resolved from."""
        return (f"apache-airflow-task-sdk=={self.sdk}", f"apache-airflow-core=={self.core}", *self.pins)

    @property
    def lock_file(self) -> Path:
        """The exact version of every package of this generation's environment."""
        return _LOCKS / f"{self.sdk}.txt"


# These two import `structlog.dev.Styles`, which structlog after 25.4 does not have.
_STRUCTLOG: Final = ("structlog==25.4.0",)

GENERATIONS: Final = (
    Generation(sdk="1.0.0", core="3.0.0", api_version="2025-04-11"),
    Generation(sdk="1.0.1", core="3.0.1", api_version="2025-04-28"),
    Generation(sdk="1.0.2", core="3.0.2", api_version="2025-05-20"),
    Generation(sdk="1.0.6", core="3.0.6", api_version="2025-08-10"),
    Generation(sdk="1.1.0", core="3.1.0", api_version="2025-09-23", pins=_STRUCTLOG),
    Generation(sdk="1.1.1", core="3.1.1", api_version="2025-10-27", pins=_STRUCTLOG),
    Generation(sdk="1.1.8", core="3.1.8", api_version="2025-11-05"),
    Generation(sdk="1.2.2", core="3.2.2", api_version="2026-04-06"),
    Generation(sdk="1.3.2", core="3.3.2", api_version="2026-06-30"),
)
"""Oldest first."""


def generation_of(sdk: str) -> Generation:
    """The generation of an SDK version.

    Raises:
        UnknownSdk: The version is not in the table.
    """
    for generation in GENERATIONS:
        if generation.sdk == sdk:
            return generation
    known = ", ".join(generation.sdk for generation in GENERATIONS)
    raise UnknownSdk(f"there is no Task SDK {sdk!r} here; choose from {known}")


def generations_of(words: str | Iterable[str]) -> tuple[Generation, ...]:
    """The generations a user asked for, oldest first and each once.

    Args:
        words: SDK versions, separated by blanks or commas where it is one text; `all` means every one.

    Raises:
        UnknownSdk: A version is not in the table, or none is given.
    """
    asked = words.replace(",", " ").split() if isinstance(words, str) else list(words)
    if asked == ["all"]:
        return GENERATIONS
    if not asked:
        raise UnknownSdk("no Task SDK is named")
    chosen = {generation_of(sdk).sdk for sdk in asked}
    return tuple(generation for generation in GENERATIONS if generation.sdk in chosen)
