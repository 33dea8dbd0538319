"""The faults that a maintainer makes, each as an edit of the shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MODELS, APP = "models.py", "app.py"
OLDEST, MIDDLE, NEWEST = "versions/v2025_01_01.py", "versions/v2025_06_01.py", "versions/v2025_09_01.py"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Args:
        name: what the maintainer did.
        file: where.
        old: the text that the edit replaces, which the file has once; empty for the end of the file.
        new: the text in its place.
    """

    name: str
    file: str
    old: str
    new: str

    def planted(self, text: str) -> str:
        """The file with the fault."""
        if not self.old:
            return text + self.new
        assert text.count(self.old) == 1, f"{self.name}: {self.file} has {self.old!r} {text.count(self.old)} times"
        return text.replace(self.old, self.new)


def dropped(name: str, file: str, fact: str) -> Fault:
    """A change whose facts are gone."""
    return Fault(name, file, f"changes = ({fact},)", "changes = ()")


_SIZES = "enum(Size).grew(Size.HUGE, seen_as=Size.LARGE)"
_VIPS = 'on(Customer, CustomerPatch).added("vip")'
_SKUS = 'on(Item).renamed("article", to="sku")'
_ZIPS = 'on(Address).renamed("zip", to="zip_code")'
_TAGS = 'on(Item).became_list("tags", was=str, empty="")'
_MOVE = 'endpoint("/purchases/{order_id}", "GET").moved(to="/orders/{order_id}")'
_LIMIT = 'endpoint("/orders", "GET").query("limit").defaulted(was=10)'
_PHONE = 'on(Customer).became_nullable("phone", null_was="none")'
_FAX = 'on(Customer).removed("fax", was=str | None, backfill=None, loses="nobody has a fax")'
_CREATED = 'endpoint("/orders", "POST").status(201, was=200)'
_VOUCHER = 'on(NewOrder).retyped("voucher_cents", was=float, to_head=to_cents, to_old=to_euros)'

FAULTS: Final = (
    dropped("drop a grown enum", NEWEST, _SIZES),
    dropped("drop an added field", NEWEST, 'on(Item).added("note")'),
    dropped("drop an added field of two models", NEWEST, _VIPS),
    Fault("drop a converted field", NEWEST, f"        {_VOUCHER},\n", ""),
    dropped("drop an added endpoint", NEWEST, 'endpoint("/orders/{order_id}/refund", "POST").added()'),
    dropped("drop a renamed field", MIDDLE, _SKUS),
    dropped("drop a renamed field of a nested model", MIDDLE, _ZIPS),
    dropped("drop a list", MIDDLE, _TAGS),
    dropped("drop a moved endpoint", MIDDLE, _MOVE),
    dropped("drop a query parameter's default", MIDDLE, _LIMIT),
    dropped("drop a nullable field", MIDDLE, _PHONE),
    dropped("drop a removed field", MIDDLE, _FAX),
    dropped("drop a changed status", MIDDLE, _CREATED),
    Fault("forget the twin for requests", NEWEST, _VIPS, 'on(Customer).added("vip")'),
    Fault("forget the twin for responses", NEWEST, _VIPS, 'on(CustomerPatch).added("vip")'),
    Fault("swap the names of a renamed field", MIDDLE, _SKUS, 'on(Item).renamed("sku", to="article")'),
    Fault("swap the paths of a moved endpoint", MIDDLE, _MOVE,
          'endpoint("/orders/{order_id}", "GET").moved(to="/purchases/{order_id}")'),
    Fault("swap the two statuses", MIDDLE, _CREATED, 'endpoint("/orders", "POST").status(200, was=201)'),
    Fault("swap to_head and to_old", NEWEST, _VOUCHER,
          'on(NewOrder).retyped("voucher_cents", was=float, to_head=to_euros, to_old=to_cents)'),
    Fault("forget to_old", NEWEST, _VOUCHER, 'on(NewOrder).retyped("voucher_cents", was=float, to_head=to_cents)'),
    Fault("forget to_head", NEWEST, _VOUCHER, 'on(NewOrder).retyped("voucher_cents", was=float, to_old=to_euros)'),
    Fault("a converter to old with a wrong factor", NEWEST, "cents / 100", "cents / 10"),
    Fault("a converter to head with a wrong factor", NEWEST, "euros * 100", "euros * 10"),
    Fault("a converter that returns a text", NEWEST, "return cents / 100", 'return f"{cents / 100:.2f}"'),
    Fault("name the wrong old type", MIDDLE, "was=str | None, backfill=None", "was=int | None, backfill=None"),
    Fault("see a grown member as another one", NEWEST, "seen_as=Size.LARGE", "seen_as=Size.SMALL"),
    Fault("forget what a grown member is seen as", NEWEST, ", seen_as=Size.LARGE", ""),
    Fault("change a backfill", MIDDLE, "backfill=None", 'backfill="none"'),
    Fault("change what null was", MIDDLE, 'null_was="none"', 'null_was="unknown"'),
    Fault("change an old default", MIDDLE, "was=10", "was=15"),
    Fault("change what an empty list was", MIDDLE, 'empty=""', 'empty="none"'),
    Fault("misspell a field", MIDDLE, _ZIPS, 'on(Address).renamed("zip", to="zipcode")'),
    Fault("misspell an old name in a released file", MIDDLE, _ZIPS, 'on(Address).renamed("zap", to="zip_code")'),
    Fault("name the wrong model", MIDDLE, _PHONE, 'on(Item).became_nullable("phone", null_was="none")'),
    Fault("name the wrong method", MIDDLE, _CREATED, 'endpoint("/orders", "PUT").status(201, was=200)'),
    Fault("forget the comma of a tuple", NEWEST, '(on(Item).added("note"),)', '(on(Item).added("note"))'),
    Fault("forget to call a fact", NEWEST, 'endpoint("/orders/{order_id}/refund", "POST").added(),',
          'endpoint("/orders/{order_id}/refund", "POST").added,'),
    Fault("forget the docstring", NEWEST, '    """An item has a note."""\n\n', ""),
    Fault("add a change to the oldest version", OLDEST, "",
          "\nfrom timegate import VersionChange\n\n\nclass Nothing(VersionChange):\n    \"\"\"Nothing.\"\"\"\n"),
    Fault("name a second change like another", NEWEST, "class Refunds(", "class Notes("),
    Fault("add a fact to a released file", MIDDLE, f"changes = ({_ZIPS},)",
          f'changes = ({_ZIPS}, on(Address).renamed("road", to="street"))'),
    Fault("add a member to an enum", MODELS, '    HUGE = "huge"\n', '    HUGE = "huge"\n    GIANT = "giant"\n'),
    Fault("rename a member of an enum", MODELS, 'LARGE = "large"', 'LARGE = "big"'),
    Fault("change a default", MODELS, "quantity: int = 1", "quantity: int = 2"),
    Fault("change a query parameter's default", APP, "Query(ge=1)] = 20", "Query(ge=1)] = 50"),
    Fault("take a default away", MODELS, "quantity: int = 1", "quantity: int"),
    Fault("add a required field", MODELS, "    sku: str\n", "    sku: str\n    colour: str\n"),
    Fault("add an optional field", MODELS, "    sku: str\n", '    sku: str\n    colour: str = "red"\n'),
    Fault("rename a field", MODELS, "    street: str\n", "    road: str\n"),
    Fault("change the type of a field", MODELS, "    name: str\n    phone", "    name: int\n    phone"),
    Fault("let a field be null", MODELS, "    street: str\n", "    street: str | None\n"),
    Fault("limit a field", MODELS, "quantity: int = 1", "quantity: int = Field(1, le=10)"),
    Fault("loosen a limit of a response", MODELS, "total_cents: int = Field(ge=0)", "total_cents: int"),
    Fault("limit a query parameter", APP, "Query(ge=1)", "Query(ge=1, le=50)"),
    Fault("rename a query parameter", APP, "Query(ge=1)", 'Query(ge=1, alias="most")'),
    Fault("move an endpoint", APP, '@app.patch("/customers/{name}")', '@app.patch("/people/{name}")'),
    Fault("remove an endpoint", APP, '@app.patch("/customers/{name}")\n', ""),
    Fault("change the method of an endpoint", APP, '@app.patch("/customers/{name}")', '@app.put("/customers/{name}")'),
    Fault("change a status", APP, "status_code=201", "status_code=202"),
    Fault("lose the type of a response", APP, "refund(order_id: int) -> Order:", "refund(order_id: int) -> object:"),
)  # fmt: skip
