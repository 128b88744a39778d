"""A small lifecycle with one of everything, and the asks that the tests of this room put to it."""

from __future__ import annotations

from datetime import datetime, timezone

from orderkit.actors import Actor
from orderkit.errors import Refusal
from orderkit.lifecycles import ANY, STAY, Ask, Kind, Lifecycle, Move, Status
from orderkit.policies import Policies

NOON = datetime(2025, 6, 1, 12, tzinfo=timezone.utc)

OPEN = Kind("open", can={"payable", "editable"})
PAYING = Kind("paying", can={"payable"}, must_hear={"fail"})
DONE = Kind("done", ended=True)
FAILED = Kind("failed", ended=True, yields_to_facts=True)
KINDS = (OPEN, PAYING, DONE, FAILED)

UNPAID = Status("unpaid", OPEN, ignores={"fail"})
IN_PAYMENT = Status("in_payment", PAYING)
PAID = Status("paid", DONE, grants={"refundable"})
DECLINED = Status("declined", FAILED, shown_as="Refused", denies={"payable"})


def is_large(ask: Ask) -> bool:
    """The amount is 100 or more."""
    return (ask.maybe("amount", int) or 0) >= 100


def is_even(ask: Ask) -> bool:
    """The amount is an even number."""
    return (ask.maybe("amount", int) or 0) % 2 == 0


def has_reason(ask: Ask) -> Refusal | None:
    """The request comes with a reason."""
    return None if ask.maybe("reason", str) else Refusal("has_reason")


def is_small_enough(ask: Ask) -> Refusal | None:
    """The amount is at most 150."""
    amount = ask.maybe("amount", int) or 0
    return None if amount <= 150 else Refusal("is_small_enough", {"amount": amount})


def is_never_allowed(ask: Ask) -> Refusal | None:
    """Nothing passes."""
    return Refusal("is_never_allowed")


SAMPLE = Lifecycle(
    "purchase",
    initial=UNPAID,
    statuses=(UNPAID, IN_PAYMENT, PAID, DECLINED),
    moves=(
        Move("note", ANY, STAY),
        Move("pay", UNPAID, PAID, when=is_large, requires=(is_small_enough, has_reason)),
        Move("pay", (UNPAID, IN_PAYMENT), IN_PAYMENT),
        Move("give_up", (OPEN, PAYING), DECLINED, requires=has_reason),
        Move("reopen", (PAID, DECLINED), UNPAID, requires=has_reason, reopens=True),
        Move("settle", (UNPAID, IN_PAYMENT, DECLINED), PAID),
        Move("fail", IN_PAYMENT, UNPAID, when=is_large),
        Move("fail", IN_PAYMENT, DECLINED),
    ),
    kinds=KINDS,
    facts={"settle", "fail"},
)


def ask(**params: object) -> Ask:
    """An ask with these params, by a person, about nothing in particular."""
    return Ask(
        subject="a purchase",
        family=None,
        standing=None,
        params=params,
        actor=Actor.user("u-1"),
        policies=Policies(),
        at=NOON,
    )
