"""Writes the documents that the workers are built from: `python -m examples.workers.documents`."""

from __future__ import annotations

import json

from execution_api.versions.serving import gates
from execution_api.worker.languages import CONTRACTS

__all__ = ["document_of"]


def document_of(version: str) -> str:
    """Return the document that the server shows at a version, as it is kept in a file."""
    return json.dumps(gates().contract(version), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for file in CONTRACTS.glob("*.json"):
        file.write_text(document_of(file.stem), encoding="utf-8")
