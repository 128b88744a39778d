"""A dispute: the chargeback it is, its reversal when it is won, what it costs. Only reading and judging live here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from orderkit.adapters.stripe.charges import read_fee
from orderkit.adapters.stripe.metadata import Names
from orderkit.adapters.stripe.reading import Body, Unreadable, id_of, parts, text, whole
from orderkit.adapters.stripe.units import from_wire
from orderkit.payments.outcomes import Approved
from orderkit.payments.reports import Report

_QUESTIONS: Final = frozenset({"prevented", "warning_closed", "warning_needs_response", "warning_under_review"})
_OPEN: Final = frozenset({"appeal_needs_response", "appeal_under_review", "needs_response", "under_review"})
_ENDED: Final = frozenset({"lost", "won"})

_NAMELESS: Final = Names(None, None, None)  # a dispute is opened by a bank, which knows nothing of our metadata


def reports_of_dispute(body: Body) -> tuple[Report, ...]:
    """What was taken for the dispute and what was given back, as its own balance transactions show.

    A bank's question (``warning_…``) moves nothing, nor does a dispute whose money has not been withdrawn yet.

    Raises:
        Unreadable: the status is unknown, or says something else than the balance.
    """
    status = text(body, "status")
    movements = [whole(each, "amount") for each in parts(body, "balance_transactions")]
    taken, returned = any(each < 0 for each in movements), any(each > 0 for each in movements)
    if status not in _QUESTIONS | _OPEN | _ENDED:
        raise Unreadable(f"status: {status!r} is none of a dispute's that anybody has heard of")
    if _contradicts(status, taken=taken, returned=returned):
        raise Unreadable(f"status: the dispute is {status!r}, and its money was {_moved(taken, returned)}")
    return tuple(_reports(body, taken=taken, returned=returned))


def _contradicts(status: str, *, taken: bool, returned: bool) -> bool:
    if returned and not taken:
        return True
    if status in _QUESTIONS:
        return taken and not returned
    return status == "lost" and (returned or not taken)


def _moved(taken: bool, returned: bool) -> str:
    said = [word for word, applies in (("taken", taken), ("given back", returned)) if applies]
    return " and ".join(said) or "not taken"


def _reports(body: Body, *, taken: bool, returned: bool) -> Iterator[Report]:
    id, on = text(body, "id"), id_of(body, "payment_intent") or id_of(body, "charge")
    moved = Approved(id, from_wire(whole(body, "amount"), text(body, "currency")))
    if taken:
        yield _NAMELESS.report("chargeback", moved, reference=id, on=on)
    if returned:
        yield _NAMELESS.report("chargeback_reversal", moved, reference=id, on=on)
    for fee in map(read_fee, parts(body, "balance_transactions")):
        if fee.amount.minor > 0:
            yield _NAMELESS.report("fee", Approved(fee.reference, fee.amount), reference=fee.reference, on=on)
