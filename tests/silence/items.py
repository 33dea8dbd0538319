"""An app of items that a version calls otherwise, on FastAPI and on Starlette."""

from fastapi import FastAPI
from pydantic import BaseModel
from starlette.requests import Request

from tests.silence.exchanges import Response
from timegate import on
from timegate.starlette import operation


class Item(BaseModel):
    sku: str = "default"
    note: str | None = None


RENAMED = on(Item).renamed("article", to="sku")


NOTED = on(Item).renamed("memo", to="note")


async def get_item() -> Item:
    return Item(sku="s")


@operation(response=Item)
async def get_plainly(request: Request) -> object:
    return Item(sku="s")


@operation(request=Item, response=Item)
async def post_plainly(request: Request, *, body: Item) -> object:
    return body


def items(*, root_path: str = "") -> FastAPI:
    app = FastAPI()
    # As `FastAPI(root_path=…)` does, which newer releases warn of.
    app.root_path = root_path
    app.add_api_route("/items", get_item)
    return app


def is_old(response: Response) -> bool:
    return response.status == 200 and response.json() == {"article": "s", "note": None}
