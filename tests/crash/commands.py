"""The commands that workers ask for: from plain arguments, as they stand in the notes, to a call and plain results."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from tests.crash.notes import Plain

from orderkit import Customer, Money, NewLine, RefundItem, Shop, Terms


def _place(shop: Shop, key: str, args: Plain) -> Plain:
    lines = [
        NewLine(
            f"MUG-{number}",
            "A mug",
            unit_price=Money.of_minor(minor, "EUR"),
            quantity=quantity,
            terms=Terms(partial_payment=True),
        )
        for number, (minor, quantity) in enumerate(args["lines"])
    ]
    order = shop.orders.place(customer=Customer(f"c-{key}"), lines=lines, key=key)
    return {"order": str(order.id)}


def _pay(shop: Shop, key: str, args: Plain) -> Plain:
    payment = shop.pay(UUID(args["order"]), via="card", amount=_eur(args["minor"]), capture=args["capture"], key=key)
    return {"payment": str(payment.id), "status": payment.status}


def _on_payment(verb: str) -> Callable[[Shop, str, Plain], Plain]:
    def act(shop: Shop, key: str, args: Plain) -> Plain:
        amount = {"amount": _eur(args["minor"])} if args.get("minor") else {}
        payment = getattr(shop.payments, verb)(UUID(args["payment"]), key=key, **amount)
        return {"payment": str(payment.id), "status": payment.status}

    return act


def _refund(shop: Shop, key: str, args: Plain) -> Plain:
    items = [RefundItem(UUID(item), quantity) for item, quantity in args["items"]]
    refund = shop.refund(UUID(args["order"]), items, key=key)
    return {"refund": str(refund.id), "status": refund.status}


def _cancel(shop: Shop, key: str, args: Plain) -> Plain:
    order = shop.orders.cancel(UUID(args["order"]), confirm=True, settle="refund", key=key)
    return {"order": str(order.id), "status": order.status}


COMMANDS: dict[str, Callable[[Shop, str, Plain], Plain]] = {
    "place": _place,
    "pay": _pay,
    "capture": _on_payment("capture"),
    "void": _on_payment("void"),
    "abandon": _on_payment("abandon"),
    "refund": _refund,
    "cancel": _cancel,
}


def _eur(minor: int | None) -> Money | None:
    return None if minor is None else Money.of_minor(minor, "EUR")
