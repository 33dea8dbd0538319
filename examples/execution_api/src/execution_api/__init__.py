"""The Task Execution API of Apache Airflow, served to workers of every version by handlers that know only today's."""

from execution_api.app import create_app
from execution_api.auth import issue_token

__all__ = ["create_app", "issue_token"]
