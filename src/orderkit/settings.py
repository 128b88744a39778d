"""What a scope decides for itself: its zone, language, currency, and who issues its documents."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class ScopeSettings:
    """A tenant's own settings.

    Attributes:
        zone: an IANA name; the business days of lists and reports are counted there.
        locale: a Babel locale for labels and money.
        currency: ISO 4217, the default for new lines; issuer: who issues documents.
        number_format: how a number is shown to people, with ``{number}``.
    """

    zone: str = "UTC"
    locale: str = "en"
    currency: str = "EUR"
    issuer: str = ""
    number_format: str = "{number}"

    def shown(self, number: int) -> str:
        """An order's or request's number as people read it."""
        return self.number_format.format(number=number)
