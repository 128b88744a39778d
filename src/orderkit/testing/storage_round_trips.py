"""The storage suite's first part: what goes in comes out again, exactly, and only in its own scope."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from attrs import evolve

from orderkit.codec import to_text
from orderkit.errors import NotFound
from orderkit.families.refunding import RefundItem
from orderkit.family import OrderFamily
from orderkit.money import LARGEST, SMALLEST, Money, Price
from orderkit.orders.records import FieldValue, NewLine
from orderkit.personal import PersonalValue
from orderkit.ports.storage import Reading, Relative, Storage
from orderkit.testing.families import SCOPE, begun_refund, change_of, new_family
from orderkit.testing.storage_cases import changed_family, full_family
from orderkit.testing.storage_steps import commit, exact, go_on, keep, keep_paid, load, noted
from orderkit.testing.storage_values import EXTRA

RELATIVES: tuple[tuple[Relative, str], ...] = (
    ("item", "items"),
    ("payment_request", "requests"),
    ("payment", "payments"),
    ("operation", "operations"),
    ("refund", "refunds"),
)


class RoundTrips:
    """What is stored comes back, to those who name its scope."""

    def test_every_field_of_every_record_comes_back(self, storage: Storage) -> None:
        """A family in which every field says something comes back without the least difference."""
        family = keep(storage, full_family())
        assert exact(load(storage, family.order.id)) == exact(family)

    def test_every_field_that_changes_comes_back(self, storage: Storage) -> None:
        """After a change of every field that can change, the new values come back, and the others as they were."""
        before = keep(storage, full_family())
        after = changed_family(before)
        commit(storage, change_of(before, after))
        assert exact(load(storage, before.order.id)) == exact(after)

    def test_currencies_of_no_and_of_three_digits_come_back(self, storage: Storage) -> None:
        """Yen, which have no minor unit, and dinars, which have a thousand, come back as exactly as euros."""
        for number, currency in enumerate(("JPY", "KWD", "CLF"), start=1):
            family = keep(storage, full_family(currency, number=number))
            assert exact(load(storage, family.order.id)) == exact(family)

    def test_the_ends_of_64_bits_come_back(self, storage: Storage) -> None:
        """The largest and the smallest amounts, prices and counts that money can hold come back."""
        line = NewLine("GOLD", "Gold", unit_price=Price.of_coefficient(LARGEST, 2, "EUR"))
        placed = new_family(line)
        least = evolve(placed.requests[0], reserved=Money.of_minor(SMALLEST, "EUR"), number=2**62)
        family = keep(storage, change_of(None, placed.with_request(least)).after)
        assert exact(load(storage, family.order.id)) == exact(family)

    def test_prices_keep_nine_digits(self, storage: Storage) -> None:
        """Prices with more digits than their currency come back with all of them."""
        prices = (Price("0.000000001", "EUR"), Price("12345.123456789", "EUR"), Price("7", "EUR"), Price("0", "EUR"))
        lines = [NewLine(f"O-{each}", "One", unit_price=each, quantity=1000) for each in prices]
        family = keep(storage, new_family(*lines))
        assert tuple(line.unit_price for line in load(storage, family.order.id).lines) == prices

    def test_plain_values_keep_their_type(self, storage: Storage) -> None:
        """True is not 1 and 1 is not "1": in fields, in nested JSON and in what attention was opened with."""
        family = keep(storage, full_family())
        loaded = load(storage, family.order.id)
        own = {each.name: repr(each.value) for each in loaded.fields if each.owner_id == loaded.order.id}
        assert own == {"acme.flag": "True", "acme.none": "None", "acme.number": "1", "acme.text": "'1'"}
        assert to_text(loaded.order.extra) == to_text(EXTRA)
        assert to_text(loaded.attention[0].params) == to_text(family.attention[0].params)

    def test_instants_come_back_aware(self, storage: Storage) -> None:
        """Instants come back with every microsecond, and know that they are in UTC."""
        family = keep(storage, full_family())
        loaded = load(storage, family.order.id)
        assert loaded.order.placed_at.isoformat() == "1969-07-20T20:17:40.000001+00:00"
        assert loaded.order.recorded_at.isoformat() == "2026-03-01T12:00:00.123457+00:00"

    def test_records_stand_in_order_of_creation(self, storage: Storage) -> None:
        """Lines stand by position, items by their line and then by id, so that a split part stands by its origin."""
        paid = keep_paid(storage, NewLine("A", "A", unit_price=Money(1, "EUR"), quantity=3), _line("B"), _line("C"))
        after = go_on(storage, paid, begun_refund(paid, RefundItem(paid.items[0].id, 1)))
        offers = [after.line(item.line_id).offer for item in after.items]
        assert [line.offer for line in after.lines] == ["A", "B", "C"]
        assert offers == ["A", "A", "B", "C"]
        assert after.items[1].split_from_id == after.items[0].id

    def test_the_lines_of_a_refund_keep_their_order(self, storage: Storage) -> None:
        """The lines of a refund come back in the order in which they were selected, whatever the ids are."""
        paid = keep_paid(storage, _line("A"), _line("B"), _line("C"))
        selection = [paid.items[position].id for position in (2, 0, 1)]
        after = go_on(storage, paid, begun_refund(paid, *(RefundItem(each) for each in selection)))
        assert [line.item_id for line in after.refunds[0].lines] == selection

    def test_version_and_head_follow_the_change(self, storage: Storage) -> None:
        """The stored version and the head of the history are those of the last change."""
        family = keep(storage, new_family())
        after = go_on(storage, family, noted(family, "second"))
        with storage.reading() as reading:
            assert reading.version_of(SCOPE, family.order.id) == after.order.version == 2
            assert reading.history(SCOPE, family.order.id)[-1].hash == after.head

    def test_what_did_not_change_stays(self, storage: Storage) -> None:
        """A change of one record leaves every other one, of this family and of others, as it was."""
        other, family = keep(storage, full_family(number=2)), keep(storage, full_family())
        changed = family.with_item(evolve(family.items[0], status="delivered", kind="active"))
        after = go_on(storage, family, changed)
        assert exact(after) == exact(change_of(family, changed).after)
        assert exact(load(storage, other.order.id)) == exact(other)

    def test_fields_are_replaced_by_owner_and_name(self, storage: Storage) -> None:
        """A declared field has one value per owner: the latest, of whatever type it is now."""
        family = keep(storage, full_family())
        now = FieldValue(owner_id=family.order.id, on="order", name="acme.flag", value=1)
        others = tuple(each for each in family.fields if (each.owner_id, each.name) != (now.owner_id, now.name))
        new = FieldValue(owner_id=family.items[1].id, on="item", name="acme.new", value=None)
        after = go_on(storage, family, evolve(family, fields=(*others, now, new)))
        assert exact(after) == exact(change_of(family, evolve(family, fields=(*others, now, new))).after)

    def test_personal_values_of_later_changes_are_added(self, storage: Storage) -> None:
        """A personal value that comes with a later change, such as a reason, joins those that are there."""
        family = keep(storage, new_family())
        reason = PersonalValue(family.order.id, "reason.2", "customer:c-1", "changed their mind", "ab" * 16)
        change = change_of(family, evolve(family, personal=(*family.personal, reason)), reason=reason)
        commit(storage, change)
        assert exact(load(storage, family.order.id)) == exact(change.after)

    def test_a_unit_of_work_sees_what_it_wrote(self, storage: Storage) -> None:
        """Within a unit of work, what it has written is there already."""
        family = new_family()
        with storage.begin() as work:
            work.write(change_of(None, family))
            assert exact(work.family(SCOPE, family.order.id)) == exact(family)
            work.write(change_of(family, noted(family, "second")))
            assert work.version_of(SCOPE, family.order.id) == 2
        assert load(storage, family.order.id).order.contract == "second"

    def test_relatives_lead_to_their_order(self, storage: Storage) -> None:
        """From the id of an item, request, payment, operation or refund the store finds the order."""
        keep(storage, full_family(number=2))
        family = keep(storage, full_family())
        with storage.reading() as reading:
            for noun, plural in RELATIVES:
                for record in getattr(family, plural):
                    assert reading.order_of(SCOPE, noun, record.id) == family.order.id

    def test_an_id_of_one_noun_is_none_of_another(self, storage: Storage) -> None:
        """The id of an item is not found as that of a payment."""
        family = keep(storage, full_family())
        with storage.reading() as reading, pytest.raises(NotFound):
            reading.order_of(SCOPE, "payment", family.items[0].id)

    def test_numbers_lead_to_their_order(self, storage: Storage) -> None:
        """An order is found by its number, in its own scope; the same number may stand for another one elsewhere."""
        family, other = keep(storage, new_family(number=7)), keep(storage, new_family(number=7, scope="other"))
        with storage.reading() as reading:
            assert reading.order_with_number(SCOPE, 7) == family.order.id
            assert reading.order_with_number("other", 7) == other.order.id

    def test_another_scope_is_told_the_same_as_of_unknown_ids(self, storage: Storage) -> None:
        """Whoever asks in another scope cannot tell an order of somebody else from one that never was (row S1-09)."""
        family, never = keep(storage, full_family()), full_family(number=2)
        with storage.reading() as reading:
            assert _answers(reading, "other", family) == _answers(reading, "other", never)
            assert _answers(reading, "other", family) == _answers(reading, SCOPE, never)

    def test_scopes_are_listed_by_name(self, storage: Storage) -> None:
        """The scopes that have orders are listed once each, in order of name."""
        for number, scope in enumerate(("b", "a", "b"), start=1):
            keep(storage, new_family(number=number, scope=scope))
        with storage.reading() as reading:
            assert reading.scopes() == ("a", "b")

    def test_reading_changes_nothing(self, storage: Storage) -> None:
        """Whatever is asked, the store is the same afterwards (I-69)."""
        family = keep(storage, full_family())
        with storage.reading() as reading:
            before = reading.history(SCOPE, family.order.id)
            reading.totals(SCOPE)
            reading.key(SCOPE, "place", "", "none")
            reading.messages("shop", limit=1)
            assert reading.history(SCOPE, family.order.id) == before
        assert exact(load(storage, family.order.id)) == exact(family)


def _line(offer: str) -> NewLine:
    return NewLine(offer, offer, unit_price=Money("1.00", "EUR"))


def _answers(reading: Reading, scope: str, family: OrderFamily) -> list[str]:
    """What the store says to whoever asks for this family in this scope, ids left out."""
    id, number = family.order.id, family.order.number
    questions: list[tuple[object, Callable[[], object]]] = [
        (id, lambda: reading.family(scope, id)),
        (id, lambda: reading.version_of(scope, id)),
        (id, lambda: reading.history(scope, id)),
        (number, lambda: reading.order_with_number(scope, number)),
    ]
    for noun, plural in RELATIVES:
        relative = getattr(family, plural)[0].id
        questions.append((relative, partial(reading.order_of, scope, noun, relative)))
    return [_refusal(question).replace(str(wanted), "…") for wanted, question in questions]


def _refusal(question: Callable[[], object]) -> str:
    with pytest.raises(NotFound) as refused:
        question()
    return str(refused.value)
