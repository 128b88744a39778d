"""How operations and payments move: two tables, and the rules that may refuse a request.

An operation's outcomes join by rank, never by time: a later answer of a lower rank changes nothing. A payment's status
is a fold (`folding.py`), so its table holds a row from every status to every other (design §11, I-17).
"""

from __future__ import annotations

from datetime import timedelta

from orderkit.capabilities import Capabilities
from orderkit.errors import Refusal
from orderkit.lifecycles import ANY, STAY, Ask, Kind, Lifecycle, Move, Rule, Status
from orderkit.money import Money
from orderkit.payments.folding import Figures, fold, open_attempts
from orderkit.payments.rates import in_currency_of
from orderkit.payments.records import Payment

# --- operations -----------------------------------------------------------------------------------------------------

WAITING = Kind("waiting")
IN_FLIGHT = Kind("in_flight")
IN_DOUBT = Kind("in_doubt")
SUCCEEDED_KIND = Kind("succeeded", ended=True)
FAILED_KIND = Kind("failed", ended=True, yields_to_facts=True)

# By rank: what is further down wins over what is further up, whichever arrives first.
_RANKED: tuple[tuple[str, str, Kind, str], ...] = (
    ("", "created", WAITING, "written down, not sent"),
    ("", "sending", IN_FLIGHT, "the call may have begun"),
    ("doubt", "unknown", IN_DOUBT, "nobody knows whether it happened"),
    ("require_action", "requires_action", IN_FLIGHT, "the customer must do something first"),
    ("defer", "pending", IN_FLIGHT, "accepted, and not final"),
    ("abandon", "abandoned", FAILED_KIND, "given up; the gateway agrees that nothing will move"),
    ("reject", "rejected", FAILED_KIND, "the request itself was not allowed"),
    ("decline", "declined", FAILED_KIND, "a definitive no"),
    ("approve", "succeeded", SUCCEEDED_KIND, "the money moved"),
)
_FACTS = tuple(fact for fact, *_ in _RANKED if fact)


def _statuses() -> tuple[Status, ...]:
    made = []
    for rank, (_, key, kind, description) in enumerate(_RANKED):
        lower = frozenset(fact for fact, *_ in _RANKED[: rank + 1] if fact)
        made.append(Status(key, kind, description=description, ignores=lower))
    return tuple(made)


_STATUSES = _statuses()
_BY_KEY = {status.key: status for status in _STATUSES}

OPERATION = Lifecycle(
    "operation",
    initial=_BY_KEY["created"],
    statuses=_STATUSES,
    moves=(
        Move("dispatch", (_BY_KEY["created"], _BY_KEY["unknown"]), _BY_KEY["sending"]),
        Move("dispatch", _BY_KEY["sending"], STAY),
        *(Move(fact, tuple(_STATUSES[:rank]), _BY_KEY[key]) for rank, (fact, key, _, _) in enumerate(_RANKED) if fact),
    ),
    facts=frozenset(_FACTS),
)

# --- payments -------------------------------------------------------------------------------------------------------


def _figures(ask: Ask) -> Figures:
    return fold(ask.relatives.operations_of(ask.of(Payment).id))


def _money(ask: Ask, minor: int) -> Money:
    return Money.of_minor(minor, ask.of(Payment).amount.currency)


def order_allows_capture(ask: Ask) -> Refusal | None:
    """The order's status lets money be taken (row S3-38: not on a cancelled or fraudulent order)."""
    status = ask.param("order_status", Status)
    return None if status.can("capturable") else Refusal("order_allows_capture", {"order_status": status.key})


def supports(capability: str) -> Rule:
    """A rule that the gateway's adapter declares `capability`; not asked where the capabilities are not known."""

    def supported(ask: Ask) -> Refusal | None:
        able = ask.maybe("capabilities", Capabilities)
        if able is None or getattr(able, capability):
            return None
        return Refusal(supported.__name__, {"gateway": ask.of(Payment).gateway})

    supported.__name__ = supported.__qualname__ = f"gateway_supports_{capability}"
    return supported


supports_authorize, supports_void, supports_refund = supports("authorize"), supports("void"), supports("refund")


def is_held(ask: Ask) -> Refusal | None:
    """Something is authorized and neither captured nor released."""
    return None if _figures(ask).held > 0 else Refusal("is_held", {"payment": str(ask.of(Payment).id)})


def nothing_in_doubt(ask: Ask) -> Refusal | None:
    """No operation of this payment has an unknown outcome (I-38)."""
    for each in ask.relatives.operations_of(ask.of(Payment).id):
        if each.kind == "in_doubt":
            return Refusal("nothing_in_doubt", {"operation": str(each.id), "type": each.type})
    return None


def is_positive(ask: Ask) -> Refusal | None:
    """The amount is more than zero (I-13: zero is refused and never means all)."""
    amount = ask.maybe("amount", Money)
    return None if amount is None or amount.minor > 0 else Refusal("is_positive", {"amount": str(amount)})


def is_same_currency(ask: Ask) -> Refusal | None:
    """The amount is in the payment's currency."""
    amount, payment = ask.maybe("amount", Money), ask.of(Payment)
    if amount is None or amount.currency == payment.amount.currency:
        return None
    return Refusal("is_same_currency", {"amount": str(amount), "currency": payment.amount.currency})


def is_covered(ask: Ask) -> Refusal | None:
    """The authorization still covers the amount, captures in flight included (I-05, row S3-39)."""
    capturable = _money(ask, _figures(ask).capturable)
    amount = ask.maybe("amount", Money)
    if capturable.minor > 0 and (amount is None or amount <= capturable):
        return None
    return Refusal("is_covered", {"amount": str(amount or "everything"), "capturable": str(capturable)})


def is_whole_or_partial_capture_supported(ask: Ask) -> Refusal | None:
    """A capture of a part is possible with this gateway."""
    able, amount = ask.maybe("capabilities", Capabilities), ask.maybe("amount", Money)
    if able is None or able.partial_capture or amount is None or amount.minor >= _figures(ask).capturable:
        return None
    return Refusal("is_whole_or_partial_capture_supported", {"gateway": ask.of(Payment).gateway})


def nothing_being_captured(ask: Ask) -> Refusal | None:
    """No capture or void is on its way."""
    figures = _figures(ask)
    busy = figures.capturing + figures.voiding
    return None if busy == 0 else Refusal("nothing_being_captured", {"amount": str(_money(ask, busy))})


def awaits_money(ask: Ask) -> Refusal | None:
    """The attempt has no definitive answer yet."""
    figures = _figures(ask)
    waits = figures.authorizing + figures.charging > 0 and figures.voiding == 0
    return None if waits else Refusal("awaits_money", {"status": ask.of(Payment).status})


def is_confirmed_by_person(ask: Ask) -> Refusal | None:
    """The gateway is one whose outcomes a person reports."""
    able = ask.maybe("capabilities", Capabilities)
    if able is None or able.confirmed_by_person:
        return None
    return Refusal("is_confirmed_by_person", {"gateway": ask.of(Payment).gateway})


def is_past_grace(ask: Ask) -> Refusal | None:
    """No attempt may still be on its way to the gateway: `send_before` and its grace are over since (design §4)."""
    able = ask.maybe("capabilities", Capabilities)
    for each in open_attempts(ask.relatives.operations_of(ask.of(Payment).id)):
        until = each.send_before + (able.grace if able else timedelta(0))
        if each.status in ("sending", "unknown") and ask.at < until:
            return Refusal("is_past_grace", {"operation": str(each.id), "until": until.isoformat()})
    return None


def is_in_flight(ask: Ask) -> Refusal | None:
    """Money of this payment is on its way to us, so somebody may say that it came, or will not come."""
    attempts = open_attempts(ask.relatives.operations_of(ask.of(Payment).id))
    if any(each.kind == "in_flight" for each in attempts):
        return None
    return Refusal("is_in_flight", {"status": ask.of(Payment).status})


def is_refundable(ask: Ask) -> Refusal | None:
    """Captured money of this payment covers the amount, refunds in flight and chargebacks counted (I-06)."""
    refundable = _money(ask, _figures(ask).refundable)
    amount = ask.maybe("amount", Money)
    if refundable.minor > 0 and (amount is None or amount <= refundable):
        return None
    return Refusal("is_refundable", {"amount": str(amount or "everything"), "refundable": str(refundable)})


def is_in_excess(ask: Ask) -> Refusal | None:
    """The amount is not more than what was paid above what is owed; the rest goes back by refunding items."""
    payment, excess = ask.of(Payment), ask.stands.credit
    excess = in_currency_of(payment, excess)
    amount = ask.maybe("amount", Money)
    if excess.minor > 0 and (amount is None or amount <= excess):
        return None
    return Refusal("is_in_excess", {"amount": str(amount or "everything"), "excess": str(excess)})


def is_whole_or_partial_refund_supported(ask: Ask) -> Refusal | None:
    """A refund of a part is possible with this gateway."""
    able, amount = ask.maybe("capabilities", Capabilities), ask.maybe("amount", Money)
    if able is None or able.partial_refund or amount is None or amount == ask.of(Payment).captured:
        return None
    return Refusal("is_whole_or_partial_refund_supported", {"gateway": ask.of(Payment).gateway})


def credit_is_kept(ask: Ask) -> Refusal | None:
    """The host has wired a gateway that keeps customers' credit."""
    kept = ask.maybe("keeps_credit", bool)
    return Refusal("credit_is_kept") if kept is False else None


UNDER_WAY = Kind("under_way")
HELD = Kind("held")
SETTLED = Kind("settled")
FAILED = Kind("failed", ended=True, yields_to_facts=True)
RETURNED = Kind("returned", ended=True, yields_to_facts=True)

# status key, kind, the derived fact that leads there
_FOLDED: tuple[tuple[str, Kind, str], ...] = (
    ("started", UNDER_WAY, "start"),
    ("requires_action", UNDER_WAY, "await_customer"),
    ("unknown", UNDER_WAY, "lose_sight"),
    ("authorized", HELD, "hold"),
    ("captured", SETTLED, "settle"),
    ("failed", FAILED, "fail"),
    ("voided", FAILED, "release"),
    ("refunded", RETURNED, "give_back"),
    ("charged_back", RETURNED, "charge_back"),
)
_PAYMENT_STATUSES = {key: Status(key, kind, ignores=frozenset({fact})) for key, kind, fact in _FOLDED}
FACT_OF_STATUS = {key: fact for key, _, fact in _FOLDED}

PAYMENT = Lifecycle(
    "payment",
    initial=_PAYMENT_STATUSES["started"],
    statuses=tuple(_PAYMENT_STATUSES.values()),
    moves=(
        Move(
            "capture",
            ANY,
            STAY,
            requires=(
                order_allows_capture,
                supports_authorize,
                is_held,
                nothing_in_doubt,
                is_positive,
                is_same_currency,
                is_covered,
                is_whole_or_partial_capture_supported,
            ),
        ),
        Move("void", ANY, STAY, requires=(supports_void, is_held, nothing_in_doubt, nothing_being_captured)),
        Move("abandon", ANY, STAY, requires=(supports_void, awaits_money, is_past_grace)),
        Move("confirm", ANY, STAY, requires=(is_confirmed_by_person, is_in_flight, is_positive, is_same_currency)),
        Move("reject", ANY, STAY, requires=(is_confirmed_by_person, is_in_flight)),
        Move(
            "refund",
            ANY,
            STAY,
            requires=(
                supports_refund,
                nothing_in_doubt,
                is_positive,
                is_same_currency,
                is_refundable,
                is_whole_or_partial_refund_supported,
            ),
        ),
        Move(
            "refund_excess",
            ANY,
            STAY,
            requires=(
                supports_refund,
                nothing_in_doubt,
                is_positive,
                is_same_currency,
                is_refundable,
                is_in_excess,
                is_whole_or_partial_refund_supported,
            ),
        ),
        Move(
            "credit_excess",
            ANY,
            STAY,
            requires=(nothing_in_doubt, is_positive, is_same_currency, is_refundable, is_in_excess, credit_is_kept),
        ),
        *(
            Move(fact, tuple(each for each in _PAYMENT_STATUSES.values() if each.key != key), _PAYMENT_STATUSES[key])
            for key, _, fact in _FOLDED
        ),
    ),
    facts=frozenset(FACT_OF_STATUS.values()),
)
