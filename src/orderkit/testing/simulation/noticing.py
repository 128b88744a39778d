"""Rare things that have to happen sometimes, read off a commit; a simulator that never sees them proves little."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from orderkit.testing.simulation.laws import Step

_ATTENTION: Final = {
    "late_money": "money came to a cancelled order",
    "overpaid": "more was paid than was owed",
    "outcome_is_known": "a person is told that nobody knows an outcome",
    "charged_back": "money was charged back",
    "refund_failed": "money could not go back",
    "captured_above_authorized": "more was captured than authorized",
}


def seen(step: Step) -> Iterator[str]:
    """What is remarkable about a commit."""
    before = step.before
    if before is None:
        return
    then = {each.id: each for each in before.operations}
    told = step.change.entry.cause.startswith("event:")
    for each in step.after.operations:
        was = then.get(each.id)
        if was is None or was.status == each.status:
            continue
        if told and was.status == "sending":
            yield "a webhook was faster than the answer"
        if was.kind == "in_doubt" and each.kind == "succeeded":
            yield "a lost answer turned out a success"
        if was.kind == "failed" and each.kind == "succeeded":
            yield "what had failed succeeded late"
        if each.code == "never_sent":
            yield "an attempt was given up as never sent"
    opened = {each.code for each in step.after.attention} - {each.code for each in before.attention}
    yield from (_ATTENTION[code] for code in sorted(opened) if code in _ATTENTION)
    if len(step.after.payments) > 1 and sum(each.captured.minor > 0 for each in step.after.payments) > 1:
        yield "several payments paid one order"
    if step.after.order.status == "refunded" and before.order.status != "refunded":
        yield "an order was refunded in full"
