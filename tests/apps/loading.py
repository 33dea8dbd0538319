"""How the contract of each application is had."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from timegate import Contract

ENVIRONMENTS: Final = Path(__file__).resolve().parent.parent.parent / ".venv-apps"


def _prefect() -> Contract:
    return Contract.of(import_module("prefect.server.api.server").create_api_app())


def _airflow() -> Contract:
    fastapi = import_module("fastapi")
    app = fastapi.FastAPI()
    app.include_router(import_module("airflow.api_fastapi.core_api.routes.public").public_router)
    return Contract.of(app)


def _phoenix() -> Contract:
    fastapi = import_module("fastapi")
    app = fastapi.FastAPI()
    routers = import_module("phoenix.server.api.routers.v1")
    app.include_router(routers.create_v1_router(authentication_enabled=False))
    return Contract.of(app)


def _attribute(module: str) -> Callable[[], Contract]:
    return lambda: Contract.of(import_module(module).app)


def _github() -> Contract:
    (folder,) = ENVIRONMENTS.glob("github/package")
    document: dict[str, Any] = json.loads((folder / "generated/api.github.com.json").read_text(encoding="utf-8"))
    return Contract.from_openapi(document)


APPS: Final[dict[str, Callable[[], Contract]]] = {
    "prefect": _prefect,
    "airflow": _airflow,
    "titiler": _attribute("titiler.application.main"),
    "phoenix": _phoenix,
    "mlflow": _attribute("mlflow.server.fastapi_app"),
    "zenml": _attribute("zenml.zen_server.zen_server_api"),
    "litellm": _attribute("litellm.proxy.proxy_server"),
    "github": _github,
}
"""Each application's contract, read anew."""
