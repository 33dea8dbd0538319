"""What version 2025-09-01 changed."""

from __future__ import annotations

from tests.faults.shop.models import Customer, CustomerPatch, Item, NewOrder, Order, Size
from timegate import VersionChange, endpoint, enum, on


class Sizes(VersionChange):
    """Items may be huge."""

    changes = (enum(Size).grew(Size.HUGE, seen_as=Size.LARGE),)


class Notes(VersionChange):
    """An item has a note."""

    changes = (on(Item).added("note"),)


class Vips(VersionChange):
    """A customer may be very important."""

    changes = (on(Customer, CustomerPatch).added("vip"),)


def to_cents(euros: float) -> int:
    return round(euros * 100)


def to_euros(cents: int) -> float:
    return cents / 100


class Cents(VersionChange):
    """Money is in cents, where it was in euros."""

    changes = (
        on(NewOrder).renamed("voucher", to="voucher_cents"),
        on(NewOrder).retyped("voucher_cents", was=float, to_head=to_cents, to_old=to_euros),
        on(Order).renamed("total", to="total_cents"),
        on(Order).retyped("total_cents", was=float, to_head=to_cents, to_old=to_euros),
    )


class Refunds(VersionChange):
    """An order can be refunded."""

    changes = (endpoint("/orders/{order_id}/refund", "POST").added(),)
