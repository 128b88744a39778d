"""What a type checker is told about the currency of an amount (row SX-12). Nothing here does anything at run time.

``Money[Literal["EUR"]]`` is known to be in euro; plain `Money` is of any currency, and is checked when it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Never, Protocol, TypeAlias

if TYPE_CHECKING:
    # PEP 696 came with 3.13; type checkers know it from here on every Python, without anything being installed.
    from typing_extensions import TypeVar

    from orderkit.money.amounts import Money

    # A bound that names one literal makes mypy keep every literal, so that Money("1", "EUR") is Money[Literal["EUR"]].
    Currency = TypeVar("Currency", bound=str | Literal["EUR"], covariant=True, default=str)
    Code = TypeVar("Code", bound=str | Literal["EUR"], default=str)
else:
    from typing import TypeVar

    Currency = TypeVar("Currency", bound=str, covariant=True)
    Code = TypeVar("Code", bound=str)

_Narrow = TypeVar("_Narrow", covariant=True)
_Wide = TypeVar("_Wide", bound=str, contravariant=True)


class _Narrower(Protocol[_Narrow]):
    """An amount of this currency, or of one of these currencies: euro for euro, euro for any."""

    @property
    def currency(self) -> _Narrow: ...
    def _comparable(self, other: Never) -> int: ...


class _Wider(Protocol[_Wide]):
    """An amount that may be of this currency: euro for euro, any for euro."""

    def _comparable(self, other: Money[_Wide]) -> int: ...


# Two protocols rather than `Money[Code]` and one: of those mypy would keep the one that contains the other, and then
# take the code from the amounts, where `total` means the amounts to be held to the code.
Compatible: TypeAlias = _Narrower[Code] | _Wider[Code]
"""An amount that can be added to one of this currency and compared with it, as far as types can tell."""
