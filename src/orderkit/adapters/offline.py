"""Payments that a person confirms: bank transfer, cash, cheque. There is no outside world to ask.

Every request is accepted and waits; a person confirms or rejects it with `payments.confirm` and `payments.reject`.
"""

from __future__ import annotations

from attrs import field, frozen

from orderkit.capabilities import KEPT_FOR_EVER, Capabilities
from orderkit.payments.outcomes import Approved, NeverSeen, Outcome, Pending, Rejected
from orderkit.ports.gateway import Instruction


@frozen
class OfflineGateway:
    """One way of paying that a person looks after; `account` says where the money arrives (an IBAN, a till).

    Sending the same instruction again changes nothing, so keys are good for ever. A void needs nobody: nothing was
    sent anywhere, so an attempt that nobody confirmed can be given up at once (design §11, S0-33).
    """

    account: str = "offline"
    capabilities: Capabilities = field(
        default=Capabilities(
            void=True,
            refund=True,
            partial_refund=True,
            confirmed_by_person=True,
            keys_kept=KEPT_FOR_EVER,
        ),
        init=False,
    )

    def sale(self, instruction: Instruction) -> Outcome:
        return Pending(f"{self.account}/{instruction.key.hex}", by_person=True)

    def refund(self, instruction: Instruction) -> Outcome:
        return Pending(f"{self.account}/{instruction.key.hex}", by_person=True)

    def void(self, instruction: Instruction) -> Outcome:
        return Approved(f"{self.account}/{instruction.key.hex}")

    def authorize(self, instruction: Instruction) -> Outcome:
        return Rejected("not_supported", "nothing can be held offline; ask for a sale")

    def capture(self, instruction: Instruction) -> Outcome:
        return Rejected("not_supported", "nothing can be held offline; ask for a sale")

    def look_up(self, instruction: Instruction) -> Outcome | NeverSeen:
        return NeverSeen()
