"""The storage suite's third part: what may not be stored is refused whole, even when the version is right."""

from __future__ import annotations

from uuid import UUID

import pytest
from attrs import evolve

from orderkit.errors import StaleRecord, StorageError
from orderkit.money import Money
from orderkit.ports.storage import Change, Storage
from orderkit.testing.families import SCOPE, begun_payment, change_of, new_family
from orderkit.testing.storage_cases import id_of
from orderkit.testing.storage_steps import commit, exact, go_on, keep, load, noted, refused, with_attention


class Guards:
    """A store holds what no decision may break, should two of them ever be made on the same figures."""

    def test_an_order_is_placed_once(self, storage: Storage) -> None:
        """A second order of the same id is refused, and so is a second one of the same number in the scope."""
        family = keep(storage, new_family())
        numbered = new_family(number=2)
        numbered = numbered.with_order(evolve(numbered.order, number=family.order.number))
        for again in (new_family(), numbered):
            with pytest.raises(StorageError):
                commit(storage, change_of(None, again))
        with pytest.raises(StorageError), storage.reading() as reading:
            reading.family(SCOPE, numbered.order.id)
        assert exact(load(storage, family.order.id)) == exact(family)

    def test_a_reservation_that_was_decided_on_other_figures_is_refused(self, storage: Storage) -> None:
        """A request takes a reservation only on top of the figures that the decision saw (I-06, I-11).

        It is the second line of defence: the version is right, and the request in hand is not the stored one.
        """
        started = keep(storage, new_family())
        started = go_on(storage, started, begun_payment(started))
        request = started.requests[0]
        other = Money("1.00", "EUR")
        for wrong in (evolve(request, reserved=other), evolve(request, settled=other)):
            imagined = evolve(started, requests=(wrong,))
            reserving = imagined.with_request(evolve(imagined.requests[0], reserved=Money("30.00", "EUR")))
            refused(storage, change_of(imagined, reserving))
        assert exact(load(storage, started.order.id)) == exact(started)

    def test_a_request_has_one_live_payment(self, storage: Storage) -> None:
        """A second live payment of a request is refused, unless the request is split (row S0-28)."""
        for number, split in ((1, False), (2, True)):
            placed = new_family(number=number)
            family = keep(storage, change_of(None, placed.with_request(evolve(placed.requests[0], split=split))).after)
            family = go_on(storage, family, begun_payment(family))
            second = evolve(family.payments[0], id=id_of(2, family=number))
            change = change_of(family, family.with_payment(second))
            if split:
                commit(storage, change)
            else:
                refused(storage, change)
            assert len(load(storage, family.order.id).payments) == (2 if split else 1)

    def test_a_payment_may_take_the_place_of_another(self, storage: Storage) -> None:
        """One change may end the live payment of a request and start another one, whichever row is written first."""
        for number, step in ((1, -1), (2, 1)):
            family = keep(storage, new_family(number=number))
            family = go_on(storage, family, begun_payment(family))
            ended = evolve(family.payments[0], live=False, status="voided", kind="failed")
            successor = evolve(family.payments[0], id=UUID(int=ended.id.int + step))
            after = go_on(storage, family, family.with_payment(ended).with_payment(successor))
            assert {each.id: each.live for each in after.payments} == {ended.id: False, successor.id: True}

    def test_half_of_a_refused_change_is_never_committed(self, storage: Storage) -> None:
        """A caller that swallows the refusal and ends the unit of work commits none of that change.

        The store may refuse the whole unit of work then, or commit what else was written in it.
        """
        family = keep(storage, new_family())
        family = go_on(storage, family, begun_payment(family))
        twin = evolve(family.payments[0], id=id_of(3))
        change = change_of(family, noted(with_attention(family).with_payment(twin), "half"))
        refusals = _refusals_of(storage, change)
        assert refusals
        assert exact(load(storage, family.order.id)) == exact(family)
        with storage.reading() as reading:
            assert len(reading.history(SCOPE, family.order.id)) == 2


def _refusals_of(storage: Storage, change: Change) -> list[StorageError]:
    """What a caller hears that goes on after a refused write as if nothing were."""
    refusals: list[StorageError] = []
    try:
        with storage.begin() as work:
            try:
                work.write(change)
            except StaleRecord as refusal:
                refusals.append(refusal)
    except StorageError as refusal:
        refusals.append(refusal)
    return refusals
