"""Every exception orderkit raises, and the refusal that says why.

Only errors and `Refusal` live here. An exception means *the caller may not, or the machinery could not*; whatever the
outside world may legitimately answer (a decline, a time-out) is an outcome, never an exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from attrs import field, frozen

Plain = str | int | bool | None


def _plain(params: Mapping[str, object]) -> dict[str, Plain]:
    return {name: value if isinstance(value, str | int | bool | None) else str(value) for name, value in params.items()}


@frozen
class Refusal:
    """Why something may not happen: a code for machines, the figures for a sentence.

    `code` is the name of the rule that refused, which reads as the fact that must hold (`nothing_in_flight`).
    `params` are plain values that a localised sentence may show; amounts are text such as ``"10.00 EUR"``.
    """

    code: str
    params: Mapping[str, Plain] = field(factory=dict, converter=_plain)

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code} ({details})" if details else self.code


class OrderkitError(Exception):
    """The root of everything orderkit raises on purpose.

    `reference` is set when the refused request was written to the log of refusals (checklist row S0-35).
    """

    reference: UUID | None = None


class LifecycleError(OrderkitError):
    """A lifecycle's table contradicts itself; raised while it is being built, never while an order moves."""

    def __init__(self, lifecycle: str, problems: tuple[str, ...]) -> None:
        self.lifecycle = lifecycle
        self.problems = problems
        super().__init__(f"the lifecycle {lifecycle!r} cannot be built: " + "; ".join(problems))


class TransitionError(OrderkitError):
    """A record may not take the move that was asked for."""

    def __init__(self, lifecycle: str, status: str, event: str, refusal: Refusal) -> None:
        self.lifecycle = lifecycle
        self.status = status
        self.event = event
        self.refusal = refusal
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        return f"{self.event!r} of {self.lifecycle} in status {self.status!r}: {self.refusal}"


class TransitionNotPossible(TransitionError):
    """No row of the table leads anywhere for this event from this status."""

    def __init__(self, lifecycle: str, status: str, event: str, possible: tuple[str, ...] = ()) -> None:
        self.possible = possible
        super().__init__(lifecycle, status, event, Refusal("is_possible", {"possible": ", ".join(possible)}))

    def _sentence(self) -> str:
        instead = f"; possible are: {', '.join(self.possible)}" if self.possible else ""
        return f"{self.event!r} is not possible: the {self.lifecycle} is {self.status!r}{instead}"


class TransitionRefused(TransitionError):
    """A row of the table matches, and one of its rules says no; `refusal` says which and why."""

    def _sentence(self) -> str:
        return f"{self.event!r} is refused: the {self.lifecycle} is {self.status!r}, and the rule says {self.refusal}"


class PlanOutdated(OrderkitError):
    """What was previewed is no longer what would happen; ask for a new preview."""


class PermissionDenied(OrderkitError):
    """The actor lacks the named permission."""

    def __init__(self, permission: str) -> None:
        self.permission = permission
        super().__init__(f"the permission {permission!r} is needed")


class InvalidRequest(OrderkitError):
    """A value in the request cannot be accepted, whatever the state; `field` names it, `refusal` says why."""

    def __init__(self, field: str, refusal: Refusal | str, **params: object) -> None:
        self.field = field
        self.refusal = refusal if isinstance(refusal, Refusal) else Refusal(refusal, params)
        super().__init__(f"{field}: {self.refusal}")


class StorageError(OrderkitError):
    """The store could not do what was asked, or must not be used as it is set up."""


class NotFound(StorageError):
    """Nothing of that id in this scope. An id that belongs to another scope answers exactly the same (row S1-09)."""

    def __init__(self, noun: str, wanted: object) -> None:
        self.noun = noun
        self.wanted = wanted
        super().__init__(f"no {noun} {str(wanted)!r} here")


class StaleRecord(StorageError):
    """Somebody else changed the order in between; nothing was written.

    `expected` is the version the decision was made on, `found` the stored one where it is known.
    """

    def __init__(self, root: object, expected: int, found: int | None) -> None:
        self.root = root
        self.expected = expected
        self.found = found
        super().__init__(f"{root} was changed meanwhile: version {expected} expected, {found or 'another'} found")


class KeyReused(StorageError):
    """The idempotency key already stands for another request; nothing was done."""

    def __init__(self, verb: str, key: str) -> None:
        self.verb = verb
        self.key = key
        super().__init__(
            f"the key {key!r} was already used for another {verb!r} request; use a new key for a new request"
        )


class Busy(StorageError):
    """The database was locked or refused to serialise; nothing was written and the same call may be made again."""


class GatewayError(OrderkitError):
    """The adapter broke its contract or is set up wrongly; never a decline."""


class NotSupported(GatewayError):
    """The gateway's adapter does not declare the capability that is asked of it."""

    def __init__(self, gateway: str, capability: str) -> None:
        self.gateway = gateway
        self.capability = capability
        super().__init__(f"the gateway {gateway!r} does not support {capability!r}")


class OutsideCallInUnitOfWork(GatewayError):
    """An outside call was attempted with a unit of work open (invariant I-35); this is a defect in the calling code."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} was called with a unit of work open; commit first, then call")


class CommitUnknown(StorageError):
    """The connection or the disk was lost while committing: nobody knows whether it was written.

    The same call under the same key finds out; orderkit does so by itself where there is a key, and for facts.
    """


class MoneyError(OrderkitError):
    """An amount is not money as orderkit understands it."""


class CurrencyMismatch(MoneyError):
    """Two currencies have no sum and no order."""

    def __init__(self, left: str, right: str) -> None:
        self.left = left
        self.right = right
        super().__init__(f"{left} and {right} cannot be added or compared")


class NotRepresentable(MoneyError):
    """The amount has more digits than the currency, or is not a number at all, or the currency is unknown."""
