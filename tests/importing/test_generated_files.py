"""Drawn files through the real services, against a yardstick that takes single sold units away one by one.

Whole, partial, early, doubled and excessive cancellations, in any order of lines; imported once, twice, in slices,
shuffled, and on trial.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.importing.canonical import histories, imported, rows
from tests.importing.desks import dumped, shop_over, sqlite_shop
from tests.importing.interruptions import SealedStorage

from orderkit import ImportReport, LineOutcome, Shop
from orderkit.adapters.memory import MemoryStorage
from orderkit.testing.retail_files import OPENING, ExpectedLine, RetailFile, RetailLine, retail_file, retail_files

Told = tuple[ImportReport, list[LineOutcome]]


def run(shop: Shop, path: Path, *, dry_run: bool = False, pay: bool = True) -> Told:
    """The report of one import, and what came of each line."""
    outcomes: list[LineOutcome] = []
    report = shop.import_file(path, map="uk-retail", dry_run=dry_run, pay=pay, outcomes=outcomes.append)
    return report, outcomes


def expected(file: RetailFile) -> dict[int, ExpectedLine]:
    """What must come of each line. The yardstick takes free units away too; of those, nothing can go back."""
    nothing = {number for number, line in file.lines.items() if takes_back_for_nothing(line)}
    return {
        number: refused(file.lines[number]) if number in nothing else each for number, each in file.expected.items()
    }


def takes_back_for_nothing(line: RetailLine) -> bool:
    return line.order.startswith("C") and not Decimal(line.unit_price)


def refused(line: RetailLine) -> ExpectedLine:
    return ExpectedLine(action="none", done=0, refused=line.quantity, amount_refused=line.amount)


def came_of(outcomes: list[LineOutcome]) -> dict[int, ExpectedLine]:
    """Outcomes in the yardstick's own words."""
    return {
        each.line: ExpectedLine(
            action=each.action,
            done=each.quantity_done,
            refused=each.quantity_refused,
            amount_refused=each.amount_refused if each.amount_refused is not None else Decimal("NaN"),
        )
        for each in outcomes
    }


def money_of(shop: Shop) -> dict[str, tuple[Decimal, Decimal]]:
    """What each stored order comes to, and what went back of it."""
    return {str(row.reference): (row.total.amount, row.refunded.amount) for row in rows(shop)}


def money_expected(file: RetailFile) -> dict[str, tuple[Decimal, Decimal]]:
    return {order: (each.total, each.refunded) for order, each in file.orders.items()}


def require_as_expected(shop: Shop, path: Path, file: RetailFile) -> None:
    """Every line came out as the yardstick says, the stored orders hold what it says, and the sums are the file's."""
    report, outcomes = run(shop, path)
    assert came_of(outcomes) == expected(file)
    assert money_of(shop) == money_expected(file)
    stored = sum((total - refunded for total, refunded in money_of(shop).values()), Decimal(0))
    beside = sum((each.refused + each.rounding for each in report.sums), Decimal(0))
    assert stored + beside == file.in_file


@given(file=retail_files())
def test_cancellations_become_the_refunds_that_the_file_determines(drawn: Path, file: RetailFile) -> None:
    """In memory: what is refunded of which order is what is left of a pile of single units."""
    drawn.write_bytes(file.content)
    require_as_expected(shop_over(MemoryStorage()), drawn, file)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=retail_files(most_orders=4, most_cancellations=4))
def test_a_database_holds_what_the_file_determines(
    drawn: Path, tmp_path_factory: pytest.TempPathFactory, file: RetailFile
) -> None:
    """The same in SQLite, read back through the store; memory and database agree on every field."""
    drawn.write_bytes(file.content)
    in_memory = shop_over(MemoryStorage())
    run(in_memory, drawn)
    with sqlite_shop(tmp_path_factory.mktemp("store") / "shop.db") as shop:
        require_as_expected(shop, drawn, file)
        assert imported(shop) == imported(in_memory)


@given(file=retail_files())
def test_a_second_run_changes_nothing(drawn: Path, file: RetailFile) -> None:
    """The same file again: the same report, the same orders, and not one more row of history (I-20, I-33)."""
    drawn.write_bytes(file.content)
    storage = MemoryStorage()
    first, _ = run(shop_over(storage), drawn)
    orders, lengths = imported(shop_over(storage)), histories(shop_over(storage))
    second, _ = run(shop_over(storage), drawn)
    assert second == first
    assert imported(shop_over(storage)) == orders
    assert histories(shop_over(storage)) == lengths


@given(file=retail_files(), pay=st.booleans())
def test_a_dry_run_reports_what_the_real_run_does_and_writes_nothing(drawn: Path, file: RetailFile, pay: bool) -> None:
    """On a sealed store: the same figures, and line by line the same outcome, before the import and after it."""
    drawn.write_bytes(file.content)
    storage = MemoryStorage()
    foretold, line_by_line = run(shop_over(SealedStorage(storage)), drawn, dry_run=True, pay=pay)
    report, outcomes = run(shop_over(storage), drawn, pay=pay)
    assert foretold == report
    assert line_by_line == outcomes
    again, _ = run(shop_over(SealedStorage(storage)), drawn, dry_run=True)
    done, _ = run(shop_over(storage), drawn)
    assert again == done


def test_a_dry_run_leaves_a_database_as_it_was(drawn: Path, tmp_path: Path) -> None:
    """After a dry run over a store that knows half of the file, every table holds what it held."""
    lines = [sale("536365", 3), sale("536366", 2), cancellation("C536400", 4)]
    database = tmp_path / "shop.db"
    with sqlite_shop(database) as shop:
        drawn.write_bytes(retail_file(lines[:1]).content)
        run(shop, drawn)
        before = dumped(database)
        drawn.write_bytes(retail_file(lines).content)
        report, _ = run(shop, drawn, dry_run=True)
        assert (report.sold, report.cancelled) == (2, 1)
        assert dumped(database) == before


@given(file=retail_files(), data=st.data())
def test_overlapping_slices_refund_nothing_twice(drawn: Path, file: RetailFile, data: st.DataObject) -> None:
    """Two slices that overlap anywhere, in either order, then the whole: no unit goes back that was not sold."""
    lines = list(file.lines.values())
    first_ends = data.draw(st.integers(0, len(lines)), label="the first slice ends before")
    second_begins = data.draw(st.integers(0, first_ends), label="the second one begins at")
    slices = [lines[:first_ends], lines[second_begins:]]
    storage = MemoryStorage()
    for each in (*data.draw(st.permutations(slices), label="slices"), lines):
        drawn.write_bytes(retail_file(each).content)
        run(shop_over(storage), drawn)
    orders = imported(shop_over(storage))
    for order in orders.values():
        sold: Counter[tuple[object, object]] = Counter()
        for _, offer, _, quantity, unit_price, *_ in order.lines:
            sold[offer, unit_price] += quantity  # type: ignore[operator]  # the fourth is a number
        assert order.refunded_units() <= sold
    asked = sum(-line.quantity for line in lines if line.order.startswith("C") and line.quantity < 0)
    assert sum(order.refunded_units().total() for order in orders.values()) <= asked


@given(file=retail_files(), data=st.data())
def test_slices_in_the_order_of_time_come_to_the_whole(drawn: Path, file: RetailFile, data: st.DataObject) -> None:
    """Cut between two orders at any instant, with the first part in both slices: the state is that of the whole."""
    lines = sorted(file.lines.values(), key=lambda line: line.at)
    minutes = data.draw(st.integers(-10, 600), label="minutes after opening")
    cut = ends_with_its_order(lines, sum(line.at <= OPENING + timedelta(minutes=minutes) for line in lines))
    whole, sliced = MemoryStorage(), MemoryStorage()
    drawn.write_bytes(retail_file(lines).content)
    run(shop_over(whole), drawn)
    for part in (lines[:cut], lines):
        drawn.write_bytes(retail_file(part).content)
        run(shop_over(sliced), drawn)
    assert imported(shop_over(sliced)) == imported(shop_over(whole))


def ends_with_its_order(lines: list[RetailLine], cut: int) -> int:
    """The cut moved on to where no order has lines on both sides."""
    while {line.order for line in lines[:cut]} & {line.order for line in lines[cut:]}:
        cut += 1
    return cut


@given(file=retail_files(), data=st.data())
def test_the_order_of_the_lines_has_no_say(drawn: Path, file: RetailFile, data: st.DataObject) -> None:
    """The file shuffled: each order comes to the same, and the same went back of it, as the yardstick agrees."""
    shuffled = retail_file(data.draw(st.permutations(list(file.lines.values())), label="shuffled"))
    assert shuffled.orders == file.orders
    stores: list[Mapping[str, tuple[Decimal, Decimal]]] = []
    for each in (file, shuffled):
        drawn.write_bytes(each.content)
        shop = shop_over(MemoryStorage())
        run(shop, drawn)
        stores.append(money_of(shop))
    assert stores[0] == stores[1]


SUB_PENNY = ("0.001", "0.005", "0.125", "1.005", "0.333333333")


@given(
    sold=st.lists(st.tuples(st.sampled_from(SUB_PENNY), st.integers(1, 40)), min_size=1, max_size=4),
    taken=st.lists(st.tuples(st.sampled_from(SUB_PENNY), st.integers(1, 40)), max_size=4),
)
def test_prices_below_the_penny_lose_nothing(
    drawn: Path, sold: list[tuple[str, int]], taken: list[tuple[str, int]]
) -> None:
    """Stored orders, refunds, refused amounts and the reported rounding add up to the file exactly (I-03)."""
    lines = [
        sale(f"5363{number}", quantity, price=price, offer=price) for number, (price, quantity) in enumerate(sold, 65)
    ]
    lines += [
        cancellation(f"C5364{number}", quantity, price=price, offer=price)
        for number, (price, quantity) in enumerate(taken, 10)
    ]
    file = retail_file(lines)
    drawn.write_bytes(file.content)
    shop = shop_over(MemoryStorage())
    report, outcomes = run(shop, drawn)
    stored = sum((total - refunded for total, refunded in money_of(shop).values()), Decimal(0))
    (sums,) = report.sums
    assert stored == sums.sold + sums.cancelled
    assert stored + sums.refused + sums.rounding == file.in_file
    for each in outcomes:
        assert each.quantity_done + each.quantity_refused == file.lines[each.line].quantity


def test_a_cancellation_over_two_orders_is_two_refunds_the_newest_first(drawn: Path) -> None:
    """Four units cancelled, three bought last and two before: three go back of the newer order, one of the older."""
    drawn.write_bytes(retail_file([sale("536365", 2), sale("536366", 3), cancellation("C536400", 4)]).content)
    shop = shop_over(MemoryStorage())
    run(shop, drawn)
    assert {order: refunded for order, (_, refunded) in money_of(shop).items()} == {
        "536365": Decimal("2.55"),
        "536366": Decimal("7.65"),
    }


@pytest.mark.parametrize(("bought", "goes_back"), [(10, "25.50"), (7, "17.85"), (5, "12.75")])
def test_a_doubled_cancellation_is_two_as_far_as_the_units_last(drawn: Path, bought: int, goes_back: str) -> None:
    """Two equal lines of five are two cancellations: both are done, the second in part, or the second not at all."""
    taken_back = cancellation("C536400", 5)
    file = retail_file([sale("536365", bought), taken_back, taken_back])
    drawn.write_bytes(file.content)
    shop = shop_over(MemoryStorage())
    for _ in range(2):
        require_as_expected(shop, drawn, file)
    assert money_of(shop)["536365"][1] == Decimal(goes_back)


def test_an_order_that_comes_again_with_other_lines_is_refused_and_left_as_it_was(drawn: Path) -> None:
    """Another quantity under a known order id: the line is refused with a sentence, the stored order stays."""
    shop = shop_over(MemoryStorage())
    for quantity in (2, 3):
        drawn.write_bytes(retail_file([sale("536365", quantity)]).content)
        _, (outcome,) = run(shop, drawn)
    assert outcome.reason is not None
    assert outcome.reason.code == "is_as_imported_before"
    assert "imported before with other lines" in outcome.sentence
    assert money_of(shop) == {"536365": (Decimal("5.10"), Decimal(0))}


def sale(order: str, quantity: int, *, price: str = "2.55", offer: str = "21750") -> RetailLine:
    """A sale to the one customer of these tests; each order stands twenty minutes after the one before."""
    at = OPENING + timedelta(minutes=20 * (int(order) - 536365))
    return RetailLine(order=order, offer=offer, quantity=quantity, unit_price=price, at=at, customer="17850")


def cancellation(order: str, quantity: int, *, price: str = "2.55", offer: str = "21750") -> RetailLine:
    """A cancellation by the same customer, a day later."""
    taken_back = sale("536365", quantity, price=price, offer=offer)
    return evolve(taken_back, order=order, quantity=-quantity, at=OPENING + timedelta(days=1))
