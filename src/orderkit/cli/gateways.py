"""The gateways that the command line brings: two that a person looks after, and a pretended one for cards.

Only these live here. A host wires its own gateways in its own program; the command line moves no real money.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Final
from uuid import UUID

from attrs import define, field

from orderkit.adapters.offline import OfflineGateway
from orderkit.capabilities import KEPT_FOR_EVER, Capabilities
from orderkit.payments.outcomes import Approved, Declined, Outcome
from orderkit.ports.gateway import Instruction, PaymentGateway

DECLINED_METHOD: Final = "declined"
"""The card that the pretended gateway says no to, so that a decline can be tried out."""

LOST_METHOD: Final = "lost"
"""The card that is charged while the connection drops, so that a lost answer can be tried out."""


def gateways_in_the_box() -> dict[str, PaymentGateway]:
    """``transfer`` and ``cash`` wait for a person's word; ``card`` approves whatever it is asked, in any process."""
    return {
        "transfer": OfflineGateway("bank account"),
        "cash": OfflineGateway("till"),
        "card": PretendedCard(),
    }


_ABLE: Final = Capabilities(
    authorize=True,
    partial_capture=True,
    several_captures=True,
    void=True,
    refund=True,
    partial_refund=True,
    looks_up=True,
    keys_kept=KEPT_FOR_EVER,
    grace=timedelta(0),
)


@define
class PretendedCard:
    """Approves everything but the card `declined`, and drops the connection after it has charged the card `lost`.

    It keeps nothing: whatever it is asked about, in whatever process, its answer follows from the question.
    `calls` counts how often each operation really reached it in this one.
    """

    account: str = "pretended"
    capabilities: Capabilities = _ABLE
    calls: Counter[UUID] = field(factory=Counter, init=False)

    def authorize(self, instruction: Instruction) -> Outcome:
        return self._charged(instruction)

    def sale(self, instruction: Instruction) -> Outcome:
        return self._charged(instruction)

    def capture(self, instruction: Instruction) -> Outcome:
        return self.look_up(instruction)

    def void(self, instruction: Instruction) -> Outcome:
        return self.look_up(instruction)

    def refund(self, instruction: Instruction) -> Outcome:
        return self.look_up(instruction)

    def look_up(self, instruction: Instruction) -> Outcome:
        if instruction.method == DECLINED_METHOD and instruction.type in ("sale", "authorize"):
            return Declined("card_declined")
        return Approved(f"{instruction.type}_{instruction.key.hex}")

    def _charged(self, instruction: Instruction) -> Outcome:
        self.calls[instruction.key] += 1
        if instruction.method == LOST_METHOD:
            raise TimeoutError("the connection dropped before the answer came")
        return self.look_up(instruction)
