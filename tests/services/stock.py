"""A plugin that holds orders back until there is stock: a status, its moves, and two rules of its own."""

from __future__ import annotations

from orderkit import Ask, Extension, Move, Refusal, Status
from orderkit.orders.lifecycle import GOODS_FACTS, HELD
from orderkit.profiles.retail import CANCELLED, PAID, PLACED

ON_HOLD = Status(
    "on_hold",
    HELD,
    label="On hold",
    ignores=GOODS_FACTS | {"payment_started", "payment_failed", "unfunded", "fully_refunded"},
)


def is_worth_waiting(ask: Ask) -> Refusal | None:
    """Only orders of more than ten are held back."""
    total = ask.stands.total
    return None if total.minor > 10_00 else Refusal("is_worth_waiting", {"total": str(total)})


def comes_from_sales(ask: Ask) -> Refusal | None:
    """Only people of the sales team let an order go."""
    return None if "sales" in ask.actor.roles else Refusal("comes_from_sales", {"actor": str(ask.actor)})


STOCK = Extension(
    "order",
    "stock",
    statuses=(ON_HOLD,),
    moves=(
        Move("hold", PLACED, ON_HOLD, requires=is_worth_waiting),
        Move("release", ON_HOLD, PLACED, requires=comes_from_sales),
        Move("funded", ON_HOLD, PAID),
        Move("drop", ON_HOLD, CANCELLED),
    ),
)
