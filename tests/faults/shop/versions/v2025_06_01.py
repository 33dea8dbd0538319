"""What version 2025-06-01 changed."""

from __future__ import annotations

from tests.faults.shop.models import Address, Customer, Item
from timegate import VersionChange, endpoint, on


class Skus(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("article", to="sku"),)


class Zips(VersionChange):
    """A postal code is called `zip_code`."""

    changes = (on(Address).renamed("zip", to="zip_code"),)


class Tags(VersionChange):
    """An item has several tags, where it had one."""

    changes = (on(Item).became_list("tags", was=str, empty=""),)


class Purchases(VersionChange):
    """Purchases are called orders."""

    changes = (endpoint("/purchases/{order_id}", "GET").moved(to="/orders/{order_id}"),)


class Limits(VersionChange):
    """A list of orders holds twenty, where it held ten."""

    changes = (endpoint("/orders", "GET").query("limit").defaulted(was=10),)


class Phones(VersionChange):
    """A customer need not have a phone."""

    changes = (on(Customer).became_nullable("phone", null_was="none"),)


class Faxes(VersionChange):
    """Customers have no fax number."""

    changes = (on(Customer).removed("fax", was=str | None, backfill=None, loses="nobody has a fax"),)


class Created(VersionChange):
    """A new order is answered by 201, where it was 200."""

    changes = (endpoint("/orders", "POST").status(201, was=200),)
