"""The gateways that the command line brings: two that a person looks after, and a pretended one for cards.

Only their wiring lives here. A host wires its own gateways in its own program; the command line moves no real money.
"""

from __future__ import annotations

from typing import Final

from orderkit.adapters.offline import OfflineGateway
from orderkit.adapters.scripted import ScriptedGateway, declines
from orderkit.ports.gateway import Instruction, PaymentGateway

DECLINED_METHOD: Final = "declined"
"""The card that the pretended gateway says no to, so that a decline can be tried out."""


def gateways_in_the_box() -> dict[str, PaymentGateway]:
    """``transfer`` and ``cash`` wait for a person's word; ``card`` approves whatever it is asked, in any process."""
    return {
        "transfer": OfflineGateway("bank account"),
        "cash": OfflineGateway("till"),
        "card": pretended_card(),
    }


def pretended_card() -> ScriptedGateway:
    """A gateway that approves everything but the card `declined`; its own ledger is gone with the process."""
    card = ScriptedGateway(account="pretended")

    def answer(instruction: Instruction) -> None:
        if instruction.method == DECLINED_METHOD and instruction.type in ("sale", "authorize"):
            card.play(declines())

    card.on_call = answer
    return card
