"""Edits of what people read."""

from __future__ import annotations

from typing import Final

from tests.frozen.edits.edit import Edit

EDITS: Final = (
    Edit(
        "another title",
        "    total: float\n",
        '    total: float = Field(title="The sum")\n',
        "Order.total",
        "text",
        'on(Order).documented("total", was={"title": "Total"})',
    ),
    Edit(
        "another description",
        "    tag: str\n",
        '    tag: str = Field(description="For people.")\n',
        "Order.tag",
        "text",
        'on(Order).documented("tag", was={"description": None})',
    ),
    Edit(
        "a model renamed in documents",
        "class Cat(BaseModel):\n",
        'class Cat(BaseModel):\n    model_config = ConfigDict(title="Tomcat")\n',
        "Cat",
        "text",
        'on(Cat).documented(was={"title": "Cat"})',
    ),
)
