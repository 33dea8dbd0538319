"""How Airflow is configured here: a database and a secret of its own, and nothing that it would load besides."""

from __future__ import annotations

from pathlib import Path

__all__ = ["variables"]


def variables(folder: Path, *, secret: str) -> dict[str, str]:
    """The environment variables of a process in which Airflow is imported.

    Args:
        folder: where it keeps its files; its database is `airflow.db` in it.
        secret: what it signs tokens with.
    """
    return {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__API_AUTH__JWT_ALGORITHM": "HS256",
        "AIRFLOW__API_AUTH__JWT_SECRET": secret,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder / 'airflow.db'}",
        "AIRFLOW__EXECUTION_API__JWT_AUDIENCE": "urn:execution-api:task",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "CRITICAL",
    }
