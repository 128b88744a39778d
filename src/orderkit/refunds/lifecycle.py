"""How a refund moves: requested, approved or rejected by a person, then as its operations tell."""

from __future__ import annotations

from orderkit.lifecycles import Kind, Lifecycle, Move, Status

ASKED = Kind("asked")
UNDER_WAY = Kind("under_way")
DONE_KIND = Kind("done", ended=True, yields_to_facts=True)
FAILED_KIND = Kind("failed", ended=True, yields_to_facts=True)

_NOT_YET = frozenset({"finish", "fail", "resume"})

REQUESTED = Status("requested", ASKED, ignores=_NOT_YET)
APPROVED = Status("approved", UNDER_WAY)
PROCESSING = Status("processing", UNDER_WAY, ignores=frozenset({"resume"}))
DONE = Status("done", DONE_KIND)
FAILED = Status("failed", FAILED_KIND)
REJECTED = Status("rejected", FAILED_KIND)

REFUND = Lifecycle(
    "refund",
    initial=REQUESTED,
    statuses=(REQUESTED, APPROVED, PROCESSING, DONE, FAILED, REJECTED),
    moves=(
        Move("approve", REQUESTED, APPROVED),
        Move("reject", REQUESTED, REJECTED),
        Move("resume", (APPROVED, DONE, FAILED), PROCESSING),
        Move("finish", (APPROVED, PROCESSING, FAILED), DONE),
        Move("fail", (APPROVED, PROCESSING, DONE), FAILED),
    ),
    facts=frozenset({"resume", "finish", "fail"}),
)
