"""From a call that may fail in many ways to one value: the two ways of asking, for doing and for looking up.

Nothing else lives here. No exception of the SDK's leaves the adapter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from orderkit.adapters.stripe.client import TooMany
from orderkit.adapters.stripe.declines import outcome_of_error
from orderkit.adapters.stripe.reading import Unreadable
from orderkit.adapters.stripe.sending import Unsendable
from orderkit.payments.outcomes import Outcome, Unknown

T = TypeVar("T")


def answered(act: Callable[[], Outcome]) -> Outcome:
    """What came of a call that does something: a definitive no where Stripe gives one, otherwise `Unknown`."""
    import stripe

    try:
        return act()
    except Unsendable as error:
        return error.outcome
    except stripe.StripeError as error:
        return outcome_of_error(error)
    except (Unreadable, TooMany) as error:
        return Unknown(f"Stripe's answer cannot be relied on: {error}")


def asked(ask: Callable[[], T]) -> T | Unknown:
    """What a question found. A question that fails says nothing about what it asked for: `Unknown`, whatever failed."""
    import stripe

    try:
        return ask()
    except stripe.StripeError as error:
        return Unknown(f"{type(error).__name__}: {error}")
    except (Unreadable, TooMany) as error:
        return Unknown(f"Stripe's answer cannot be relied on: {error}")
