"""How a payment request moves: open, paid, cancelled, expired; every move is a fact about the order or its money."""

from __future__ import annotations

from orderkit.lifecycles import Kind, Lifecycle, Move, Status

OPEN_KIND = Kind("open")
PAID_KIND = Kind("paid", ended=True, yields_to_facts=True)
CANCELLED_KIND = Kind("cancelled", ended=True)

OPEN = Status("open", OPEN_KIND, ignores=frozenset({"fall_short"}))
PAID = Status("paid", PAID_KIND)
CANCELLED = Status("cancelled", CANCELLED_KIND)
EXPIRED = Status("expired", CANCELLED_KIND)

PAYMENT_REQUEST = Lifecycle(
    "payment_request",
    initial=OPEN,
    statuses=(OPEN, PAID, CANCELLED, EXPIRED),
    moves=(
        Move("settle", OPEN, PAID),
        Move("fall_short", PAID, OPEN),
        Move("cancel", OPEN, CANCELLED),
        Move("expire", OPEN, EXPIRED),
    ),
    facts=frozenset({"settle", "fall_short", "cancel", "expire"}),
)
