"""An event as bytes, and back: the JSON of the scripted gateway, and how it is signed. Nothing is kept here.

    {"id": "evt_1", "type": "sale.succeeded", "created": "2026-03-02T12:00:00+00:00", "reports": [...]}

The header is ``scripted-signature: t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "t." and the body>``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, Literal, cast, get_args
from uuid import UUID

from orderkit.errors import InvalidRequest, MoneyError
from orderkit.keys import EPOCH
from orderkit.money import Money
from orderkit.payments.outcomes import Approved, Declined, Outcome, Pending, Rejected, RequiresAction, Unknown
from orderkit.payments.records import OperationKind
from orderkit.payments.reports import Report
from orderkit.ports.gateway import Event

HEADER: Final = "scripted-signature"
TOLERANCE: Final = timedelta(minutes=5)
"""How old a signature may be, and how far ahead of our clock the gateway's may go."""
_SECONDS: Final = re.compile("[0-9]{1,11}")

_STATES: Final[dict[type[Outcome], str]] = {
    Approved: "succeeded",
    Pending: "pending",
    RequiresAction: "requires_action",
    Declined: "failed",
    Rejected: "refused",
    Unknown: "unknown",
}
_OUTCOMES: Final = {state: kind for kind, state in _STATES.items()}
EVENT_TYPES: Final = frozenset(f"{kind}.{state}" for kind in get_args(OperationKind) for state in _STATES.values())


def event_type(report: Report) -> str:
    """What an event is called that tells of this first."""
    return f"{report.type}.{_STATES[type(report.outcome)]}"


def written(event: Event, created: datetime) -> bytes:
    """The event's body."""
    reports = [_report_written(each) for each in event.reports]
    body = {"id": event.id, "type": event.type, "created": created.isoformat(), "reports": reports}
    return json.dumps(body, separators=(",", ":"), sort_keys=True).encode()


def read(body: bytes) -> Event:
    """The event that a body is; one of an unknown type has no reports.

    Raises:
        InvalidRequest: it is none; `field` is ``body``.
    """
    try:
        event = json.loads(body)
        id, type = _text(event["id"]), _text(event["type"])
        reports = tuple(_report_read(each) for each in event["reports"]) if type in EVENT_TYPES else ()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, MoneyError) as error:
        raise InvalidRequest("body", "is_event", problem=error.__class__.__name__) from None
    return Event(id=id, type=type, reports=reports)


def signed(body: bytes, at: datetime, secret: str) -> dict[str, str]:
    """The header that goes with a body that is sent at this instant."""
    stamp = str((at - EPOCH) // timedelta(seconds=1))
    return {HEADER: f"t={stamp},v1={_digest(stamp, body, secret)}"}


def check(body: bytes, headers: Mapping[str, str], secret: str, *, at: datetime) -> None:
    """Nothing where the body was signed with the secret around `at` (I-31).

    Raises:
        InvalidRequest: the `signature` is missing, given twice or wrong; the `timestamp` is garbled, too old, or ahead.
    """
    found = [value for name, value in headers.items() if name.lower() == HEADER]
    if len(found) != 1:
        raise InvalidRequest("signature", "is_given_once" if found else "has_header", header=HEADER)
    parts = [each.strip().partition("=") for each in found[0].split(",")]
    stamp = next((value for name, _, value in parts if name == "t"), "")
    if not _SECONDS.fullmatch(stamp):
        raise InvalidRequest("timestamp", "is_well_formed", header=HEADER)
    expected = _digest(stamp, body, secret).encode()
    given = [value.encode(errors="replace") for name, _, value in parts if name == "v1"]
    if not any(hmac.compare_digest(expected, each) for each in given):
        raise InvalidRequest("signature", "is_of_known_secret")
    sent_at = EPOCH + timedelta(seconds=int(stamp))
    if at - sent_at > TOLERANCE:
        raise InvalidRequest("timestamp", "is_recent", sent_at=sent_at.isoformat(), oldest=(at - TOLERANCE).isoformat())
    if sent_at - at > TOLERANCE:
        raise InvalidRequest("timestamp", "is_past", sent_at=sent_at.isoformat(), latest=(at + TOLERANCE).isoformat())


def _digest(stamp: str, body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _report_written(report: Report) -> dict[str, object]:
    return {
        "type": report.type,
        "reference": report.reference,
        "outcome": _outcome_written(report.outcome),
        "key": None if report.key is None else str(report.key),
        "scope": report.scope,
        "payment_id": None if report.payment_id is None else str(report.payment_id),
        "on": report.on,
        "cumulative": report.cumulative,
        "credited": _money_written(report.credited),
    }


def _report_read(told: Mapping[str, object]) -> Report:
    if told["type"] not in get_args(OperationKind) or type(told["cumulative"]) is not bool:
        raise ValueError("no report")
    return Report(
        type=cast(OperationKind, told["type"]),
        reference=_text(told["reference"]),
        outcome=_outcome_read(cast(Mapping[str, object], told["outcome"])),
        key=_id(told["key"]),
        scope=None if told["scope"] is None else _text(told["scope"], empty=True),
        payment_id=_id(told["payment_id"]),
        on=None if told["on"] is None else _text(told["on"]),
        cumulative=told["cumulative"] is True,
        credited=_money_read(told["credited"]),
    )


def _outcome_written(outcome: Outcome) -> dict[str, object]:
    told: dict[str, object] = {"is": _STATES[type(outcome)]}
    match outcome:
        case Approved(reference, amount):
            told |= {"reference": reference, "amount": _money_written(amount)}
        case Pending(reference, until):
            told |= {"reference": reference, "until": until}
        case RequiresAction(reference, redirect):
            told |= {"reference": reference, "redirect": redirect}
        case Declined(code, message, category):
            told |= {"code": code, "message": message, "category": category}
        case Rejected(code, message):
            told |= {"code": code, "message": message}
        case Unknown(reason):
            told |= {"reason": reason}
    return told


def _outcome_read(told: Mapping[str, object]) -> Outcome:
    def text(name: str, *, empty: bool = True) -> str:
        return _text(told[name], empty=empty)

    readers: dict[type[Outcome], Callable[[], Outcome]] = {
        Approved: lambda: Approved(text("reference", empty=False), _money_read(told["amount"])),
        Pending: lambda: Pending(text("reference", empty=False), None if told["until"] is None else text("until")),
        RequiresAction: lambda: RequiresAction(text("reference", empty=False), text("redirect", empty=False)),
        Declined: lambda: Declined(text("code"), text("message"), _category(told["category"])),
        Rejected: lambda: Rejected(text("code"), text("message")),
        Unknown: lambda: Unknown(text("reason")),
    }
    return readers[_OUTCOMES[text("is")]]()


def _category(told: object) -> Literal["soft", "hard", "fraud"]:
    if told == "soft" or told == "hard" or told == "fraud":
        return told
    raise ValueError("no category of declines")


def _money_written(money: Money | None) -> dict[str, object] | None:
    return None if money is None else {"minor": money.minor, "currency": money.currency}


def _money_read(told: object) -> Money | None:
    if told is None:
        return None
    money = cast(Mapping[str, object], told)
    return Money.of_minor(cast(int, money["minor"]), _text(money["currency"]))


def _id(told: object) -> UUID | None:
    return None if told is None else UUID(_text(told))


def _text(told: object, *, empty: bool = False) -> str:
    if not isinstance(told, str) or not told.isprintable() or not (told or empty):
        raise ValueError("no text")
    return told
