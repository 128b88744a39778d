"""Splitting an amount into parts that add up to it again: by weights, or by units that go in portions."""

from __future__ import annotations

from collections.abc import Sequence

from orderkit.errors import InvalidRequest
from orderkit.money.amounts import Money, made
from orderkit.money.known import Code
from orderkit.money.numbers import half_up, require_count


def allocate(amount: Money[Code], weights: Sequence[int]) -> tuple[Money[Code], ...]:
    """The amount in parts that stand to one another as the weights, by largest remainder (I-03, row SX-11).

    The parts add up to the amount, have its sign, and each is within one minor unit of its exact share. Of equal
    remainders the earlier position gets the unit; a weight of zero gets nothing.

    Raises:
        InvalidRequest: there is no weight above zero, or one that is negative or not a whole number.
    """
    for weight in weights:
        require_count("weights", weight)
    whole = sum(weights)
    if not whole:
        raise InvalidRequest("weights", "has_weight_above_zero")
    sign = -1 if amount.minor < 0 else 1
    shares = [divmod(abs(amount.minor) * weight, whole) for weight in weights]
    left = abs(amount.minor) - sum(floor for floor, _ in shares)
    first_served = sorted(range(len(shares)), key=lambda position: -shares[position][1])
    favoured = frozenset(first_served[:left])
    return tuple(
        made(sign * (floor + (position in favoured)), amount.currency) for position, (floor, _) in enumerate(shares)
    )


def split_units(amount: Money[Code], quantity: int, part: int, *, taken: int = 0) -> tuple[Money[Code], Money[Code]]:
    """What `part` of the `quantity` units that share the amount get, and what then remains (I-03, failure F084).

    Either keep calling with what remained (`amount` the rest, `quantity` the units left), or, where the units go in
    many portions, name the whole amount and quantity each time with how many units were `taken` before. Both add up
    to the amount exactly. A share is within one minor unit of its proportion of the amount that was named, so the
    second way holds every share to the whole, however many there are.

    Raises:
        InvalidRequest: a count is negative or not whole, the quantity is zero, or fewer units are left than `part`.
    """
    for field, count in (("quantity", quantity), ("part", part), ("taken", taken)):
        require_count(field, count)
    if not quantity:
        raise InvalidRequest("quantity", "is_above_zero")
    if taken + part > quantity:
        raise InvalidRequest("part", "is_left", part=part, left=quantity - taken)
    before, after = (half_up(amount.minor * units, quantity) for units in (taken, taken + part))
    return made(after - before, amount.currency), made(amount.minor - after, amount.currency)
