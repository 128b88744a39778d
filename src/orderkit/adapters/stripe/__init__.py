"""The adapter for Stripe over its official SDK: PaymentIntents, refunds, disputes, webhooks.

Each module keeps to one thing: `units` to amounts, `declines` to what a no means, `intents`, `charges`, `refunds` and
`disputes` to reading one kind of object, `signatures` and `webhooks` to events, `finding` to look-ups, `sending` to
what is sent, `client` to the SDK, `answers` to its errors, `gateway` to the verbs. The SDK is loaded with the first
call.
"""

from orderkit.adapters.stripe.gateway import StripeGateway
from orderkit.adapters.stripe.methods import SavedMethod

__all__ = ["SavedMethod", "StripeGateway"]
