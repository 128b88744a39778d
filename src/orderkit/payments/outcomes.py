"""What a gateway may answer: values, matched exhaustively. `Unknown` never becomes `Declined`."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import frozen

from orderkit.money import Money


@frozen
class Redirect:
    """The customer has to go there to go on (3-D Secure, a hosted page)."""

    url: str


@frozen
class Wait:
    """Nothing to do but wait: the money is on its way, or a person has to confirm it."""

    until: str | None = None


NextStep: TypeAlias = Redirect | Wait


@frozen
class Approved:
    """It is done. `amount` is what moved; None is exactly what was asked. `reference` is the gateway's id for it."""

    reference: str
    amount: Money | None = None


@frozen
class Pending:
    """Accepted, and not final: a later event or look-up brings the outcome; `by_person`: a person will say it."""

    reference: str
    until: str | None = None
    by_person: bool = False


@frozen
class RequiresAction:
    """The customer must do something first."""

    reference: str
    redirect: str


@frozen
class Declined:
    """A definitive no to this attempt: the money did not move and will not.

    `category` says whether trying again makes sense: `soft` (insufficient funds), `hard` (stolen card), `fraud`.
    """

    code: str
    message: str = ""
    category: Literal["soft", "hard", "fraud"] = "soft"


@frozen
class Rejected:
    """A definitive no to the request itself: it was not understood or not allowed; the money did not move."""

    code: str
    message: str = ""


@frozen
class Unknown:
    """Nobody knows: a time-out, a 5xx, a dropped connection. It may have happened; it blocks its direction."""

    reason: str


Outcome: TypeAlias = Approved | Pending | RequiresAction | Declined | Rejected | Unknown


@frozen
class NeverSeen:
    """A look-up's answer: the gateway has never heard of this operation. Counts only after `send_before` and grace."""
