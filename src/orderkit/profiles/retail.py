"""The plain shop: an order is placed, paid, completed; or cancelled; or sent back."""

from __future__ import annotations

from orderkit.items import lifecycle as items
from orderkit.lifecycles import STAY, Lifecycle, Move, Status
from orderkit.orders import lifecycle as orders
from orderkit.profiles.profile import ItemKind, Profile

PLACED = Status("placed", orders.OPEN, ignores=orders.GOODS_FACTS | {"payment_failed", "unfunded"})
IN_PAYMENT = Status("in_payment", orders.PAYING, ignores=orders.GOODS_FACTS | {"payment_started", "unfunded"})
PAID = Status("paid", orders.ACTIVE, ignores=orders.GOODS_FACTS | {"payment_started", "payment_failed", "funded"})
COMPLETED = Status("completed", orders.DONE)
CANCELLED = Status("cancelled", orders.CANCELLED)
REFUNDED = Status("refunded", orders.RETURNED)

ORDER = Lifecycle(
    "order",
    initial=PLACED,
    statuses=(PLACED, IN_PAYMENT, PAID, COMPLETED, CANCELLED, REFUNDED),
    moves=(
        *orders.REQUESTS,
        Move("cancel", (PLACED, IN_PAYMENT), CANCELLED, requires=orders.CANCEL_RULES),
        Move("cancel_and_settle", (PLACED, IN_PAYMENT, PAID), CANCELLED, requires=orders.CANCEL_AND_SETTLE_RULES),
        Move("cancel_and_settle", CANCELLED, STAY, requires=(orders.nothing_in_doubt,)),
        Move("complete", PAID, COMPLETED),
        Move("payment_started", PLACED, IN_PAYMENT),
        Move("payment_failed", IN_PAYMENT, PLACED),
        Move("funded", (PLACED, IN_PAYMENT), PAID),
        Move("unfunded", PAID, PLACED),
        Move("fully_refunded", PLACED, REFUNDED, when=(orders.nothing_is_owed,)),
        Move("fully_refunded", (IN_PAYMENT, PAID), REFUNDED),
    ),
    kinds=orders.ORDER_KINDS,
    facts=orders.ORDER_FACTS,
)

PENDING = Status("pending", items.PENDING)
DELIVERED = Status("delivered", items.ACTIVE)
ITEM_CANCELLED = Status("cancelled", items.CANCELLED)
RETURNED = Status("returned", items.RETURNED)

ITEM = Lifecycle(
    "item",
    initial=PENDING,
    statuses=(PENDING, DELIVERED, ITEM_CANCELLED, RETURNED),
    moves=(
        *items.REQUESTS,
        Move("deliver", PENDING, DELIVERED),
        Move("order_cancelled", PENDING, ITEM_CANCELLED),
        Move("refunded", (PENDING, DELIVERED), RETURNED),
    ),
    kinds=items.ITEM_KINDS,
    facts=items.ITEM_FACTS,
)

RETAIL = Profile(
    name="retail",
    order=ORDER,
    item=ITEM,
    item_kinds=(
        ItemKind("product", physical=True),
        ItemKind("shipping"),
        ItemKind("fee"),
        ItemKind("service", individual=True),
    ),
)
