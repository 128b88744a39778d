"""The kinds of order statuses, the facts every order hears, and the rules of what is asked of an order.

The table itself is a profile's: a profile lists its statuses under these kinds, adds its moves, and takes over
`REQUESTS`, the moves that change no status by themselves. No rule knows a status key: it asks the status's
capabilities, or how the order stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from orderkit.capabilities import Capabilities
from orderkit.errors import Refusal
from orderkit.lifecycles import ANY, STAY, Ask, Kind, Move, Status
from orderkit.money import Money

if TYPE_CHECKING:
    from orderkit.requests.records import PaymentRequest

MONEY_FACTS = frozenset({"payment_started", "payment_failed", "funded", "unfunded", "fully_refunded"})
GOODS_FACTS = frozenset({"all_provisioned", "all_shipped", "all_delivered"})
ORDER_FACTS = MONEY_FACTS | GOODS_FACTS

CAPABILITIES = frozenset(
    {
        "payable",
        "editable",
        "cancellable",
        "capturable",
        "refundable",
        "shipment_editable",
        "rebuyable",
        "purgeable",
        "counts_as_sale",
    }
)

DRAFT = Kind("draft", can={"editable"}, ignores=ORDER_FACTS)
OPEN = Kind("open", can={"payable", "editable", "cancellable", "capturable", "refundable", "shipment_editable"})
PAYING = Kind("paying", can={"payable", "cancellable", "capturable", "refundable"}, must_hear={"payment_failed"})
ACTIVE = Kind(
    "active", can={"payable", "cancellable", "capturable", "refundable", "shipment_editable", "counts_as_sale"}
)
HELD = Kind("held", can={"payable", "cancellable", "refundable"})
ATTENTION = Kind("attention", can={"payable", "cancellable", "refundable"})
FRAUD = Kind("fraud", can={"cancellable", "refundable", "purgeable"})
DONE = Kind("done", can={"capturable", "refundable", "rebuyable", "counts_as_sale"}, ended=True)
FAILED = Kind("failed", can={"payable", "refundable", "rebuyable"}, ended=True, yields_to_facts=True)
CANCELLED = Kind("cancelled", can={"refundable", "rebuyable", "purgeable"}, ended=True)
RETURNED = Kind("returned", can={"rebuyable"}, ended=True)
ORDER_KINDS = (DRAFT, OPEN, PAYING, ACTIVE, HELD, ATTENTION, FRAUD, DONE, FAILED, CANCELLED, RETURNED)


def _open_requests(ask: Ask) -> tuple[PaymentRequest, ...]:
    wanted = ask.maybe("request_id", UUID)
    every = (each for each in ask.relatives.requests if each.kind == "open")
    return tuple(each for each in every if wanted is None or each.id == wanted)


def is_payable(ask: Ask) -> Refusal | None:
    """The order's status lets it be paid."""
    status = ask.param("order_status", Status)
    return None if status.can("payable") else Refusal("is_payable", {"status": status.key})


def something_is_open(ask: Ask) -> Refusal | None:
    """A payment request has something left that is neither reserved nor settled (I-11)."""
    requests = _open_requests(ask)
    if any(each.open_amount.minor > 0 for each in requests):
        return None
    return Refusal("something_is_open", {"due": str(ask.stands.due)})


def one_payment_at_a_time(ask: Ask) -> Refusal | None:
    """No other payment of the request is live, unless the request is split (row S0-28)."""
    single = {each.id for each in _open_requests(ask) if not each.split}
    for each in ask.relatives.payments:
        if each.live and each.request_id in single:
            return Refusal("one_payment_at_a_time", {"payment": str(each.id), "status": each.status})
    return None


def nothing_in_doubt(ask: Ask) -> Refusal | None:
    """No operation on the order has an unknown outcome (I-38)."""
    for each in ask.relatives.operations:
        if each.kind == "in_doubt":
            return Refusal("nothing_in_doubt", {"operation": str(each.id), "payment": str(each.payment_id)})
    return None


def is_positive(ask: Ask) -> Refusal | None:
    """The amount is more than zero (I-13)."""
    amount = ask.maybe("amount", Money)
    return None if amount is None or amount.minor > 0 else Refusal("is_positive", {"amount": str(amount)})


def is_same_currency(ask: Ask) -> Refusal | None:
    """The amount is in the order's currency."""
    amount, currency = ask.maybe("amount", Money), ask.stands.total.currency
    if amount is None or amount.currency == currency:
        return None
    return Refusal("is_same_currency", {"amount": str(amount), "currency": currency})


def is_within_due(ask: Ask) -> Refusal | None:
    """The amount is not more than what is open on the request (I-06, I-11)."""
    amount = ask.maybe("amount", Money)
    largest = max((each.open_amount for each in _open_requests(ask)), default=ask.stands.due)
    if amount is None or amount <= largest:
        return None
    return Refusal("is_within_due", {"amount": str(amount), "open": str(largest)})


def may_be_partial(ask: Ask) -> Refusal | None:
    """Less than everything is paid only where every line's terms allow it (row S4-28)."""
    amount = ask.maybe("amount", Money)
    whole = all(amount == each.open_amount for each in _open_requests(ask))
    if amount is None or whole or all(line.terms.partial_payment for line in ask.relatives.lines):
        return None
    return Refusal("may_be_partial", {"amount": str(amount), "due": str(ask.stands.due)})


def reaches_minimum_share(ask: Ask) -> Refusal | None:
    """The first payment reaches the least share that the lines' terms ask for (row S4-37)."""
    amount, stands = ask.maybe("amount", Money), ask.stands
    shares = [line.terms.minimum_share for line in ask.relatives.lines if line.terms.minimum_share is not None]
    if amount is None or not shares or stands.paid.minor > 0:
        return None
    if amount.amount >= max(shares) * stands.total.amount:
        return None
    return Refusal("reaches_minimum_share", {"amount": str(amount), "minimum_share": str(max(shares))})


def gateway_takes_it(ask: Ask) -> Refusal | None:
    """The gateway's adapter takes the currency, and can authorize where the money is to be captured later."""
    able = ask.maybe("capabilities", Capabilities)
    currency = ask.maybe("currency", str) or ask.stands.total.currency
    if able is None:
        return None
    if not able.takes(currency):
        return Refusal("gateway_takes_it", {"currency": currency})
    if ask.maybe("capture", bool) is False and not able.authorize:
        return Refusal("gateway_takes_it", {"capability": "authorize"})
    return None


def is_cancellable(ask: Ask) -> Refusal | None:
    """The order's status lets it be cancelled."""
    status = ask.param("order_status", Status)
    return None if status.can("cancellable") else Refusal("is_cancellable", {"status": status.key})


def nothing_in_flight(ask: Ask) -> Refusal | None:
    """No payment is under way or held (rows S0-33, S0-34); the refusal names the payment."""
    for each in ask.relatives.payments:
        if each.live:
            return Refusal("nothing_in_flight", {"payment": str(each.id), "status": each.status})
    return None


def nothing_paid(ask: Ask) -> Refusal | None:
    """No money of the customer is with us; otherwise it has to go back first."""
    kept = ask.stands.net_paid
    return None if kept.minor <= 0 else Refusal("nothing_paid", {"paid": str(kept)})


def is_refundable(ask: Ask) -> Refusal | None:
    """The order's status lets money go back."""
    status = ask.param("order_status", Status)
    return None if status.can("refundable") else Refusal("is_refundable", {"status": status.key})


def something_was_paid(ask: Ask) -> Refusal | None:
    """Captured money is left that has not gone back."""
    stands = ask.stands
    return None if stands.net_paid.minor > 0 else Refusal("something_was_paid", {"paid": str(stands.paid)})


def nothing_is_owed(ask: Ask) -> bool:
    """Every item was refunded, also those that had been paid for in part."""
    return ask.stands.owed.minor <= 0


PAY_RULES = (
    is_payable,
    one_payment_at_a_time,
    something_is_open,
    nothing_in_doubt,
    is_positive,
    is_same_currency,
    is_within_due,
    may_be_partial,
    reaches_minimum_share,
    gateway_takes_it,
)
CANCEL_RULES = (is_cancellable, nothing_in_flight, nothing_in_doubt, nothing_paid)
CANCEL_AND_SETTLE_RULES = (is_cancellable, nothing_in_doubt)
"""With its money: attempts are abandoned, holds released, captured money sent back; only doubt keeps it from that."""

REQUESTS = (
    Move("pay", ANY, STAY, requires=PAY_RULES),
    Move("refund", ANY, STAY, requires=(is_refundable, something_was_paid, nothing_in_doubt)),
)
"""What may be asked of an order in any status; each asks the capabilities and the money, never a status key."""
