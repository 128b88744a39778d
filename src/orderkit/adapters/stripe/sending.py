"""What is sent with each verb; the same for every try of an operation, as its key demands (I-34).

Only the parameters live here, and the refusal of what cannot be said to Stripe at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from orderkit.adapters.stripe.intents import intent_of
from orderkit.adapters.stripe.metadata import capture_name, written
from orderkit.adapters.stripe.methods import SavedMethod, saved
from orderkit.adapters.stripe.units import to_wire
from orderkit.errors import InvalidRequest, NotRepresentable
from orderkit.payments.outcomes import Rejected
from orderkit.ports.gateway import Instruction

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCaptureParams, PaymentIntentCreateParams, RefundCreateParams


class Unsendable(Exception):
    """There is nothing that could be sent; `outcome` says why. Raised before any call, so nothing has moved."""

    def __init__(self, code: str, message: str) -> None:
        self.outcome = Rejected(code, message)
        super().__init__(message)


def attempt(instruction: Instruction, *, return_url: str | None, several_captures: bool) -> PaymentIntentCreateParams:
    """A new intent that is confirmed at once: an authorization or a sale.

    Raises:
        Unsendable: the amount has no exact counterpart, or the method is no handle that Stripe could know.
    """
    method = _method(instruction)
    params: PaymentIntentCreateParams = {
        "amount": wire(instruction),
        "currency": instruction.amount.currency.lower(),
        "confirm": True,
        "capture_method": _capture_method(instruction),
        "payment_method": method.method if isinstance(method, SavedMethod) else method,
        "automatic_payment_methods": {"enabled": True},
        "metadata": written(instruction),
    }
    if isinstance(method, SavedMethod):
        params["customer"] = method.customer
    if isinstance(method, SavedMethod) and not method.present:
        params["off_session"] = True
    if return_url is not None and "off_session" not in params:
        params["return_url"] = return_url
    else:
        params["automatic_payment_methods"]["allow_redirects"] = "never"
    if several_captures and instruction.type == "authorize":
        params["payment_method_options"] = {"card": {"request_multicapture": "if_available"}}
    return params


def capture(instruction: Instruction, *, several_captures: bool) -> PaymentIntentCaptureParams:
    """All or a part of what is held, noted under our key in the same call.

    Raises:
        Unsendable: the amount has no exact counterpart.
    """
    amount = wire(instruction)
    params: PaymentIntentCaptureParams = {
        "amount_to_capture": amount,
        "metadata": {capture_name(instruction.key): str(amount)},
    }
    if several_captures:
        params["final_capture"] = instruction.final
    return params


def refund(instruction: Instruction) -> RefundCreateParams:
    """All or a part of what was captured.

    Raises:
        Unsendable: the amount has no exact counterpart, or there is nothing it could be taken from.
    """
    return {
        "payment_intent": intent_acted_on(instruction),
        "amount": wire(instruction),
        "metadata": written(instruction),
    }


def intent_acted_on(instruction: Instruction) -> str:
    """The intent that an operation is about.

    Raises:
        Unsendable: no reference is known.
    """
    if instruction.on is None:
        raise Unsendable("nothing_to_act_on", f"no reference is known that a {instruction.type} could act on")
    return intent_of(instruction.on)


def wire(instruction: Instruction) -> int:
    """The amount in Stripe's units.

    Raises:
        Unsendable: it has no exact counterpart there (I-15).
    """
    try:
        return to_wire(instruction.amount)
    except NotRepresentable as error:
        raise Unsendable("amount_not_representable", str(error)) from error


def _method(instruction: Instruction) -> SavedMethod | str:
    try:
        return saved(instruction.method or "")
    except InvalidRequest as error:
        raise Unsendable("method_not_understood", str(error)) from error


def _capture_method(instruction: Instruction) -> Literal["manual", "automatic"]:
    return "manual" if instruction.type == "authorize" else "automatic"
