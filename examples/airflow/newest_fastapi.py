"""Mends the one line of Airflow 3.3.2 that no FastAPI from 0.158 on imports: `newest_fastapi.py ENVIRONMENT`.

From then on a callable discriminator is `Discriminator(callable)`, and `Field(discriminator=callable)` is refused.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

_FILE: Final = "airflow/api_fastapi/execution_api/datamodels/taskinstance.py"
_MENDED: Final = {
    "    Field(discriminator=ti_state_discriminator),\n": "    Discriminator(ti_state_discriminator),\n",
    "    AwareDatetime,\n": "    AwareDatetime,\n    Discriminator,\n",
}


def mend(environment: Path) -> None:
    """Change the line, in a file of its own: what is installed may be a link into a cache.

    Raises:
        ValueError: it is another release than the one that this was written for.
    """
    (file,) = environment.glob(f"lib/python*/site-packages/{_FILE}")
    text = file.read_text(encoding="utf-8")
    for line, mended in _MENDED.items():
        if text.count(line) != 1:
            raise ValueError(f"{file} has not exactly one line {line.strip()!r}")
        text = text.replace(line, mended)
    file.unlink()
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    mend(Path(sys.argv[1]))
