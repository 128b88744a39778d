"""Staging: lines grouped into orders wherever they stand, contradictions refused, outcomes kept once each."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest

from orderkit.errors import InvalidRequest, Refusal, StorageError
from orderkit.imports import (
    SaleLine,
    Staged,
    map_named,
    parse_rows,
    read_rows,
    refused,
    sold,
    stage,
    stage_file,
    staging,
)
from orderkit.testing.retail_files import write_long_file

RETAIL = map_named("uk-retail")
ORDERKIT = map_named("orderkit")
Write = Callable[..., Path]


def sale(order: str, offer: str, *, customer: str = "17850", at: str = "1/12/2010 08:26") -> str:
    """A line of a retail file."""
    return f"{order};{offer};HEART;6;{at};2,55;{customer};UK"


def test_lines_of_an_order_come_together_wherever_they_stand(new_retail_file: Write) -> None:
    """Orders come by their first line, each with all its lines in the file's order and its first line's time."""
    path = new_retail_file(
        sale("2", "a", at="2/12/2010 08:26"), sale("1", "b"), sale("2", "c", at="2/12/2010 08:27"), sale("1", "d")
    )
    with stage_file(path, RETAIL) as staged:
        orders = list(staged.orders())
        assert [(order.order, [(line.line, line.offer) for line in order.lines]) for order in orders] == [
            ("2", [(2, "a"), (4, "c")]),
            ("1", [(3, "b"), (5, "d")]),
        ]
        assert orders[0].placed_at == datetime(2010, 12, 2, 8, 26, tzinfo=timezone.utc)
        assert (orders[0].customer, orders[0].currency) == ("17850", "GBP")
        assert (staged.counts.lines, staged.counts.orders, staged.counts.cancellations) == (4, 2, 0)


def test_staged_lines_are_the_parsed_ones(new_retail_file: Write) -> None:
    """Nothing that a line states is lost on its way through the table."""
    path = new_retail_file('1;a;"TWO\nLINES é";6;1/12/2010 08:26;0,001;c;EIRE', "C2;a;t;-6;1/7/2011 08:26;2,55;c;UK")
    parsed = list(parse_rows(read_rows(path, RETAIL), RETAIL))
    with stage(parsed) as staged:
        assert [line for order in staged.orders() for line in order.lines] + list(staged.cancellations()) == parsed


def test_cancellations_come_by_time_and_then_by_line(new_retail_file: Write) -> None:
    """Cancellations are taken up in the order in which they happened, those of one minute in the file's order."""
    times = ("3/12/2010 10:00", "1/12/2010 10:00", "2/12/2010 10:00", "1/12/2010 10:00")
    path = new_retail_file(*(f"C{n};a;t;-1;{at};2,55;c;UK" for n, at in enumerate(times)))
    with stage_file(path, RETAIL) as staged:
        assert [line.line for line in staged.cancellations()] == [3, 5, 4, 2]


def test_a_customer_may_be_said_once(new_retail_file: Write) -> None:
    """Lines without a customer belong to the one that another line of their order names, also when that comes later."""
    path = new_retail_file(
        sale("1", "a", customer=""), sale("1", "b"), sale("1", "c", customer=""), sale("2", "d", customer="")
    )
    with stage_file(path, RETAIL) as staged:
        first, second = staged.orders()
        assert (first.customer, {line.customer for line in first.lines}) == ("17850", {"17850"})
        assert (second.customer, second.lines[0].customer) == (None, None)


def test_a_line_of_another_customer_is_refused(new_retail_file: Write) -> None:
    """A line that names another customer than its order's is refused by that field; its order keeps the rest."""
    path = new_retail_file(sale("1", "a"), sale("1", "b", customer="13047"), sale("1", "c"))
    with stage_file(path, RETAIL) as staged:
        (order,) = staged.orders()
        assert [line.offer for line in order.lines] == ["a", "c"]
        (outcome,) = staged.outcomes()
    assert outcome.line == 3
    assert outcome.reason == Refusal(
        "one_customer_per_order", {"field": "customer", "expected": "17850", "found": "13047"}
    )
    assert "13047" in outcome.sentence


def test_a_line_in_another_currency_is_refused(new_file: Write) -> None:
    """An order has one currency, its first line's; a line in another is refused and summed up in its own."""
    path = new_file(
        "order,date,customer,sku,quantity,unit_price,currency\n"
        "1,2010-12-01,c,a,1,2.50,EUR\n1,2010-12-01,c,b,2,3.50,GBP\n1,2010-12-01,c,b,1,100,JPY\n"
    )
    with stage_file(path, ORDERKIT) as staged:
        (order,) = staged.orders()
        staged.record(sold(order.lines[0]))
        report = staged.report()
    assert report.reasons == {"one_currency_per_order": 2}
    assert [(each.currency, str(each.in_file), str(each.refused)) for each in report.sums] == [
        ("EUR", "2.50", "0"),
        ("GBP", "7.00", "7.00"),
        ("JPY", "100", "100"),
    ]


def test_an_order_longer_than_memory_should_hold_is_cut(
    new_retail_file: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines beyond an order's most are refused, so that no file can make one order of everything."""
    monkeypatch.setattr(staging, "MOST_LINES_PER_ORDER", 3)
    with stage_file(new_retail_file(*(sale("1", str(n)) for n in range(5))), RETAIL) as staged:
        (order,) = staged.orders()
        assert [line.offer for line in order.lines] == ["0", "1", "2"]
        assert [(each.line, each.reason and each.reason.code) for each in staged.outcomes()] == [
            (5, "order_is_short_enough"),
            (6, "order_is_short_enough"),
        ]


def test_a_line_has_one_outcome(new_retail_file: Write) -> None:
    """Recording a second outcome of a line is an error and changes neither the outcome nor the figures."""
    with stage_file(new_retail_file(sale("1", "a")), RETAIL) as staged:
        (order,) = staged.orders()
        staged.record(sold(order.lines[0]))
        with pytest.raises(StorageError, match="line 2 already has its outcome"):
            staged.record(refused(order.lines[0], Refusal("no_reason")))
        assert list(staged.outcomes()) == [sold(order.lines[0])]
        assert staged.report().sold == 1


def test_a_report_waits_for_every_line(new_retail_file: Write) -> None:
    """No report is given while a line has no outcome; such lines can be asked for, whatever became of the rest."""
    path = new_retail_file(sale("1", "a"), "garbage", "C2;a;t;-1;1/12/2010 10:00;2,55;17850;UK", sale("3", "a"))
    with stage_file(path, RETAIL) as staged:
        first, _ = staged.orders()
        staged.record(sold(first.lines[0]))
        with pytest.raises(StorageError, match="line 4 has no outcome"):
            staged.report()
        for line in list(staged.unaccounted()):
            staged.record(refused(line, Refusal("was_interrupted")))
        assert [(each.line, each.action, each.quantity_refused) for each in staged.outcomes()] == [
            (2, "sale", 0),
            (3, "none", 0),
            (4, "none", -1),
            (5, "none", 6),
        ]
        assert staged.report().balances


def test_orders_may_be_recorded_while_they_are_read(new_retail_file: Write) -> None:
    """Recording outcomes in the midst of the iteration neither repeats nor skips an order or a cancellation."""
    lines = [sale(str(n), "a") for n in range(700)] + [f"C{n};a;t;-1;1/12/2010 10:00;2,55;c;UK" for n in range(700)]
    with stage_file(new_retail_file(*lines), RETAIL) as staged:
        for order in staged.orders():
            staged.record(sold(order.lines[0]))
        for line in staged.cancellations():
            staged.record(refused(line, Refusal("finds_its_sale", {"left": 1, "quantity": 1})))
        assert [outcome.line for outcome in staged.outcomes()] == list(range(2, 1402))


def test_a_file_that_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    """The reason why a file cannot be read comes through staging unchanged."""
    with pytest.raises(InvalidRequest, match="file: exists"):
        stage_file(tmp_path / "none.csv", RETAIL)


def test_a_closed_table_is_a_storage_error(new_retail_file: Write) -> None:
    """What the temporary database cannot do is a typed error, not SQLite's own."""
    staged = stage_file(new_retail_file(sale("1", "a")), RETAIL)
    (order,) = staged.orders()
    line: SaleLine = order.lines[0]
    staged.close()
    with pytest.raises(StorageError, match="temporary table"):
        staged.record(sold(line))
    with pytest.raises(StorageError, match="temporary table"):
        next(staged.outcomes())


def test_nothing_staged_is_a_whole_report() -> None:
    """No lines at all make a report without figures that balances."""
    with Staged() as staged:
        staged.add([])
        assert staged.report().as_json() == {
            "lines": 0,
            "sold": 0,
            "cancelled": 0,
            "refused": 0,
            "partly_refused": 0,
            "unreadable": 0,
            "reasons": {},
            "sums": [],
            "balances": True,
        }


PEAK = """
import sys
from orderkit.imports import map_named, refused, sold, stage_file
from orderkit.errors import Refusal
with stage_file(sys.argv[1], map_named("uk-retail")) as staged:
    for order in staged.orders():
        for line in order.lines:
            staged.record(sold(line))
    for line in staged.cancellations():
        staged.record(refused(line, Refusal("finds_its_sale", {"left": 1, "quantity": 1})))
    assert staged.report().lines == sum(1 for _ in staged.outcomes())
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of one process is read from /proc")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """A process that imports 40,000 lines more needs hardly more memory: far less than those lines as records."""
    peaks = []
    for lines in (10_000, 50_000):
        path = tmp_path / f"{lines}.csv"
        write_long_file(path, lines=lines)
        done = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, check=True, text=True)
        peaks.append(int(done.stdout))
    assert peaks[1] - peaks[0] < 12 * 1024  # the table's cache is 8 MB, and 40,000 records are some 28 MB
