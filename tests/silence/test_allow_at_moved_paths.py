"""`Allow` names the methods that the client's version has at its path, wherever they are today."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.routing import Route

from tests.sentences import shows
from tests.silence.old_client import HEAD, OLD, Client, gated, old_client, timeline_of
from timegate import endpoint
from timegate.asgi import TimegateMiddleware, path
from timegate.starlette import operation


def allow(response: Any) -> tuple[int, list[str]]:
    return response.status_code, sorted(one.strip() for one in response.headers["allow"].split(",") if one.strip())


class TestAllow:
    """`GET` moved from the old path, and `PUT` is at the new one in both versions."""

    @staticmethod
    def fastapi() -> FastAPI:
        app = FastAPI()

        @app.get("/new/{key}")
        async def get(key: str) -> str:
            return key

        @app.put("/new/{key}")
        async def put(key: str) -> str:
            return key

        return app

    moved = endpoint("/old/{key}", "GET").moved(to="/new/{key}")

    @shows("`Allow` names the methods that the client's version has at its path.")
    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
    def test_names_the_methods_of_the_old_path(self, method: str) -> None:
        assert allow(old_client(self.fastapi(), self.moved).request(method, "/old/x")) == (405, ["GET"])

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
    def test_names_the_methods_of_the_old_path_beside_those_that_stayed_there(self, method: str) -> None:
        app = self.fastapi()

        @app.post("/old/{key}")
        async def post(key: str) -> str:
            return key

        assert allow(old_client(app, self.moved).request(method, "/old/x")) == (405, ["GET", "POST"])
        assert allow(Client(gated(app, self.moved), HEAD).request(method, "/old/x")) == (405, ["POST"])

    @pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
    def test_names_the_methods_that_stayed(self, method: str) -> None:
        assert allow(old_client(self.fastapi(), self.moved).request(method, "/new/x")) == (405, ["PUT"])

    @shows("at a path that head lacks, 405 with `Allow`,")
    def test_of_options_at_the_old_path_is_what_the_app_says_at_the_new_one(self) -> None:
        app = FastAPI()

        @app.get("/new/{key}")
        async def get(key: str) -> str:
            return key

        head = Client(gated(app, self.moved), HEAD).request("OPTIONS", "/new/x")
        old = Client(gated(app, self.moved), OLD).request("OPTIONS", "/old/x")
        assert allow(head) == (405, ["GET"])
        assert allow(old) == (405, ["GET"])

    @pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
    def test_of_a_starlette_app_says_what_the_old_app_said(self, method: str) -> None:
        @operation(response=str)
        async def get(request: Request) -> str:
            return str(request.path_params["key"])

        app = Starlette(routes=[Route("/new/{key}", get, methods=["GET"])])
        response = old_client(app, self.moved).request(method, "/old/x")
        expected = Client(Starlette(routes=[Route("/old/{key}", get, methods=["GET"])])).request(method, "/old/x")
        assert response.status_code == expected.status_code
        assert sorted(response.headers.get("allow", "").split(", ")) == sorted(
            expected.headers.get("allow", "").split(", ")
        )

    def test_of_options_at_a_path_that_no_version_has_is_none(self) -> None:
        response = old_client(self.fastapi(), self.moved).request("OPTIONS", "/other/x")
        assert (response.status_code, "allow" in response.headers) == (404, False)

    @shows("unless it is a browser's preflight")
    def test_is_no_matter_of_a_preflight_which_middleware_of_the_app_handles(self) -> None:
        app = self.fastapi()
        app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"], allow_methods=["GET"])
        app.add_middleware(TimegateMiddleware, timeline=timeline_of(self.moved), select=path("/{version}"))
        fields = {"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"}
        response = Client(app).request("OPTIONS", f"/{OLD}/old/x", headers=fields)
        assert (response.status_code, response.text) == (200, "OK")
