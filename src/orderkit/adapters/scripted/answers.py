"""What a script may say: one `Answer` per call, and the functions that make them read like a story.

Only values live here. What an answer does to money is decided in `house`, what its key is worth in `keybook`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, cast

from attrs import evolve, field, frozen

from orderkit.money import Money
from orderkit.payments.outcomes import Approved, Declined, Outcome, Rejected, Unknown

Nonsense = Literal["other_currency", "too_much", "zero", "negative", "no_outcome"]


@frozen
class Answer:
    """One scripted answer: what happens at the gateway, and what the caller gets to hear.

    Attributes:
        does: `moves` the money, `accepts` the order to move it (pending, decided later), or `nothing`.
        says: the outcome the caller hears; None is the plain truth.
        raises: raised instead of an answer, after the effect: a dropped connection.
        at_most: no more than this moves; None is all that was asked for.
        late: all of this happens so much later, long after the caller has given up waiting.
        redirect: what is accepted waits for the customer, who has to go there.
        settles_after: what is accepted is decided after so much time; None is when `finish` says so.
        settles_as: what is then decided; None is that the money moves.
        nonsense: the truth, garbled on its way to the caller.
    """

    does: Literal["moves", "accepts", "nothing"] = "moves"
    says: Outcome | None = None
    raises: Exception | None = None
    at_most: Money | None = None
    late: timedelta | None = field(default=None, kw_only=True)
    redirect: str | None = field(default=None, kw_only=True)
    settles_after: timedelta | None = field(default=None, kw_only=True)
    settles_as: Outcome | None = field(default=None, kw_only=True)
    nonsense: Nonsense | None = field(default=None, kw_only=True)


def approves(at_most: Money | None = None) -> Answer:
    """The money moves, or a part of it, and the gateway says so."""
    return Answer(at_most=at_most)


def declines(code: str = "card_declined") -> Answer:
    return Answer("nothing", Declined(code))


def rejects(code: str = "invalid_request") -> Answer:
    return Answer("nothing", Rejected(code))


def waits() -> Answer:
    """Accepted, not final: nothing has moved yet; `finish` decides later."""
    return Answer("accepts")


def settles(after: timedelta, outcome: Outcome | None = None) -> Answer:
    """Accepted, not final; decided by itself after so much time (F060, F062). None is that the money moves."""
    return Answer("accepts", settles_after=after, settles_as=outcome)


def asks_customer(url: str = "https://bank.example/3ds") -> Answer:
    return Answer("accepts", redirect=url)


def times_out(*, after: bool) -> Answer:
    """The connection drops: after the money moved, or before anything happened."""
    return Answer("moves" if after else "nothing", raises=_time_out())


def late(by: timedelta, then: Answer | None = None) -> Answer:
    """The call times out, and takes effect `by` later: the gateway was slow, and nobody listens any more."""
    return evolve(then or approves(), late=by, raises=_time_out())


def fails(*, after: bool) -> Answer:
    """A server error: after the money moved, or having done nothing. The gateway may keep it under the key (A2)."""
    return Answer("moves" if after else "nothing", Unknown("500: internal server error"))


def answers_nonsense(kind: Nonsense) -> Answer:
    """The money moves as asked; what the caller hears of it cannot be."""
    return Answer(nonsense=kind)


def garbled(truth: Outcome, kind: Nonsense, asked: Money) -> Outcome:
    """The truth as it reaches the caller: of another currency, too much, not more than zero, or no outcome at all."""
    if kind == "no_outcome":
        return cast(Outcome, {"status": "ok"})  # that it is none is the point
    wrong = {
        "other_currency": Money.of_minor(asked.minor, "USD" if asked.currency == "CHF" else "CHF"),
        "too_much": asked * 2,
        "zero": asked * 0,
        "negative": -asked,
    }
    reference = truth.reference if isinstance(truth, Approved) else "garbled"
    return Approved(reference, wrong[kind])


def _time_out() -> TimeoutError:
    return TimeoutError("the gateway did not answer in time")
