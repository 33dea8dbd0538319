"""Edits that the changelogs of real applications tell of."""

from __future__ import annotations

from typing import Final

from tests.frozen.edits.edit import Edit

_SEND = '@app.put("/parcels")\nasync def send(parcel: Parcel) -> Parcel:\n    return parcel\n'

EDITS: Final = (
    Edit(
        "keys in camel case",
        '"""In what clients send and get."""\n\n    sku: str\n',
        '"""In what clients send and get."""\n\n    model_config = ConfigDict(\n'
        '        alias_generator=lambda name: f"item{name.title()}", populate_by_name=True\n    )\n    sku: str\n',
        "Item.sku",
        "breaking",
        'renamed: on(Item).renamed("sku", to="itemSku")',
        settled='on(Item).renamed("sku", to="itemSku"), on(Item).renamed("size", to="itemSize"), '
        'on(Item).renamed("quantity", to="itemQuantity")',
    ),
    Edit(
        "a class renamed",
        'class Strict(BaseModel):\n    """In what clients send, and closed."""\n\n'
        '    model_config = ConfigDict(extra="forbid")\n    word: str\n',
        'class Word(BaseModel):\n    """In what clients send, and closed."""\n\n'
        '    model_config = ConfigDict(extra="forbid")\n    word: str\n\n\nStrict = Word\n',
        "Word",
        "text",
        'on(Word).was_named("Strict")',
    ),
    Edit(
        "a set for a list",
        "    notes: list[str]\n",
        "    notes: set[str]\n",
        "Parcel.notes",
        "breaking",
        'declare on(Parcel).constrained("notes", was=list[str])',
        settled='on(Parcel).constrained("notes", was=list[str])',
    ),
    Edit(
        "decimals for floats",
        "    total: float\n",
        "    total: Decimal\n",
        "Order.total",
        "breaking",
        'on(Order).retyped("total", was=float, to_old=undecided(',
        settled='on(Order).retyped("total", was=float, to_old=float)',
    ),
    Edit(
        "anything for some types",
        "    either: int | str\n",
        "    either: Any\n",
        "Parcel.either",
        "breaking",
        'on(Parcel).retyped("either", was=int | str, to_head=undecided(',
        settled='on(Parcel).retyped("either", was=int | str, to_head=lambda value: value, to_old=lambda value: value)',
    ),
    Edit(
        "a body below its name",
        "async def say(word: Strict)",
        "async def say(word: Annotated[Strict, Body(embed=True)])",
        "PUT /words body",
        "breaking",
        'endpoint("/words", "PUT").enveloped("word")',
        True,
    ),
    Edit(
        "another value in the body",
        "async def say(word: Strict)",
        "async def say(word: Strict, loud: Annotated[bool, Body()] = False)",
        "PUT /words body",
        "breaking",
        'endpoint("/words", "PUT").enveloped("word")',
        True,
    ),
    Edit(
        "an object in an envelope",
        _SEND,
        "class Data(Item):\n    data: Parcel\n\n\n"
        + _SEND.replace("-> Parcel", "-> Data").replace(
            "return parcel", 'return Data.model_validate({"sku": "a", "size": "small", "data": parcel})'
        ),
        "PUT /parcels 200",
        "breaking",
        'endpoint("/parcels", "PUT").enveloped("data")',
        True,
    ),
    Edit(
        "fields in an object of their own",
        "class Parcel(BaseModel):\n"
        '    """In what clients send and get."""\n\n    full_name: str\n    street: str\n    city: str\n',
        "class Address(BaseModel):\n    street: str\n    city: str\n    floor: int = 0\n\n\nclass Parcel(BaseModel):\n"
        '    """In what clients send and get."""\n\n    full_name: str\n    address: Address\n',
        "Parcel.address",
        "breaking",
        'moved: on(Parcel).moved("city", to="address.city"), on(Parcel).moved("street", to="address.street"), '
        'on(Address).added("floor")',
        settled='on(Parcel).moved("city", to="address.city"), on(Parcel).moved("street", to="address.street"), '
        'on(Address).added("floor")',
    ),
    Edit(
        "fields out of an object",
        "    hold: Hold\n",
        "    deck: int\n    bay: str\n",
        "Ship.hold",
        "breaking",
        'moved: on(Ship).moved("hold.bay", to="bay"), on(Ship).moved("hold.deck", to="deck")',
        settled='on(Ship).moved("hold.bay", to="bay"), on(Ship).moved("hold.deck", to="deck")',
    ),
    Edit(
        "a name that is not alike, and a new key beside it",
        "    bay: str\n",
        '    berth: str\n    note: str = ""\n',
        "Hold.bay",
        "breaking",
        'renamed (60%: one is gone and one has come, the same type): on(Hold).renamed("bay", to="berth"), '
        'on(Hold).added("note")',
        settled='on(Hold).renamed("bay", to="berth"), on(Hold).added("note")',
    ),
    Edit(
        "a computed field",
        "    lives: int\n",
        "    lives: int\n\n    @computed_field\n    @property\n    def alive(self) -> bool:\n        return True\n",
        "Cat-Output.alive",
        "additive",
        'on(Cat).added("alive")',
        True,
        True,
    ),
    Edit(
        "a default that is made anew",
        '    code: str = "x"\n',
        '    code: str = Field(default_factory=lambda: "y")\n',
        "NewOrder.code",
        "risky",
        'on(NewOrder).defaulted("code", was="x")',
        True,
    ),
    Edit(
        "an optional list",
        "    notes: list[str]\n",
        "    notes: list[str] = []\n",
        "Parcel.notes",
        "breaking",
        'on(Parcel).became_optional("notes", missing_was=undecided(',
        settled='on(Parcel).became_optional("notes", missing_was=[])',
    ),
    Edit(
        "null for an object that may be left out",
        "    rates: dict[Zone, int]\n",
        "    rates: dict[Zone, int] | None = None\n",
        "Parcel.rates",
        "breaking",
        'on(Parcel).became_nullable("rates", null_was=undecided(',
        settled='on(Parcel).became_nullable("rates", null_was={}), on(Parcel).became_optional("rates", missing_was={})',
    ),
    Edit(
        "a deprecated operation",
        '@app.get("/pets")',
        '@app.get("/pets", deprecated=True)',
        "GET /pets",
        "text",
        'endpoint("/pets", "GET").documented(was={"deprecated": None})',
    ),
    Edit(
        "tags of an operation",
        '@app.get("/pets")',
        '@app.get("/pets", tags=["pets"])',
        "GET /pets",
        "text",
        'endpoint("/pets", "GET").documented(was={"tags": None})',
    ),
    Edit(
        "identifiers that are texts",
        "async def one(order_id: int, limit",
        "async def one(order_id: str, limit",
        "GET /orders/{order_id} path order_id",
        "breaking",
        'endpoint("/orders/{order_id}", "GET").path("order_id").retyped(was=int, to_head=undecided(',
        settled='endpoint("/orders/{order_id}", "GET").path("order_id").retyped(was=int, to_head=str)',
    ),
    Edit(
        "a response without a type",
        "async def say(word: Strict) -> int:",
        "async def say(word: Strict) -> Any:",
        "PUT /words 200",
        "breaking",
        'endpoint("/words", "PUT").rewritten(response=undecided(',
        settled='endpoint("/words", "PUT").rewritten(response=int, was=int)',
    ),
    Edit(
        "a required header field",
        "async def pets() ",
        "async def pets(x_trace: Annotated[str, Header()]) ",
        "GET /pets header x-trace",
        "breaking",
        'endpoint("/pets", "GET").header("x-trace").added(default=undecided(',
        settled='endpoint("/pets", "GET").header("x-trace").added(default="none")',
    ),
    Edit(
        "an optional header field",
        "async def pets() ",
        "async def pets(x_trace: Annotated[str | None, Header()] = None) ",
        "GET /pets header x-trace",
        "additive",
        'endpoint("/pets", "GET").header("x-trace").added()',
        True,
        True,
    ),
    Edit(
        "pages",
        "near: str | None = None)",
        "near: str | None = None, offset: int = 0, count: Annotated[int, Query(le=100)] = 100)",
        "GET /trees query offset",
        "additive",
        'endpoint("/trees", "GET").query("offset").added()',
        True,
        True,
    ),
    Edit(
        "credentials",
        "async def pets() ",
        'async def pets(token: Annotated[str, Depends(OAuth2PasswordBearer("token"))]) ',
        "GET /pets",
        "breaking",
        "GET /pets asks for credentials that old clients do not send, and no fact makes them up",
    ),
    Edit(
        "credentials that nobody needs any more",
        "async def ping(key: Annotated[str | None, Depends(KEY)])",
        "async def ping()",
        "POST /pings",
        "additive",
        "old clients send credentials that POST /pings does without, which no fact says: accept it with a reason.",
        appears=True,
    ),
    Edit(
        "a body for what had none",
        '@app.post("/pings", status_code=204)\nasync def ping(key: Annotated[str | None, Depends(KEY)]) -> None:\n'
        "    return None",
        '@app.post("/pings")\nasync def ping(key: Annotated[str | None, Depends(KEY)]) -> int:\n    return 7',
        "POST /pings 200",
        "breaking",
        'endpoint("/pings", "POST").status(200, was=204)',
        True,
    ),
)
