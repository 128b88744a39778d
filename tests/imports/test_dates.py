"""Dates: what a file's local texts mean in UTC, around the clocks' changes too, and which texts are no dates."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.errors import InvalidRequest
from orderkit.imports.dates import instant

LONDON = "Europe/London"


def utc(text: str) -> datetime:
    """An instant written in ISO, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/12/2010 08:26", "2010-12-01 08:26"),
        ("01/12/2010 8:26", "2010-12-01 08:26"),
        ("1.7.2011", "2011-06-30 23:00"),
        ("1-7-2011 12:00:30.25", "2011-07-01 11:00:30.25"),
        ("2011-07-01", "2011-06-30 23:00"),
        ("2011-07-01 12:00", "2011-07-01 11:00"),
        ("2011-07-01T12:00:00Z", "2011-07-01 12:00"),
        ("2011-07-01T12:00:00.5-05:00", "2011-07-01 17:00:00.5"),
        ("29/2/2012 00:00", "2012-02-29 00:00"),
    ],
)
def test_dates_are_local_unless_they_say_otherwise(text: str, expected: str) -> None:
    """A text without an offset is meant in the map's zone, one with an offset is not."""
    assert instant(text, zone=LONDON, day_first=True) == utc(expected)
    assert instant(text, zone=LONDON, day_first=True).tzinfo is timezone.utc


def test_an_hour_shown_twice_is_the_first_and_a_skipped_one_moves_forward() -> None:
    """01:30 on the day the clocks go back is still summer time; on the day they go forward it is 02:30."""
    assert instant("30/10/2011 01:30", zone=LONDON, day_first=True) == utc("2011-10-30 00:30")
    assert instant("27/3/2011 01:30", zone=LONDON, day_first=True) == utc("2011-03-27 01:30")
    assert instant("27/3/2011 02:30", zone=LONDON, day_first=True) == utc("2011-03-27 01:30")


def test_the_month_may_come_first() -> None:
    """The same text is another day for a map that reads the month first; one that fits only one way is not turned."""
    assert instant("1/12/2010 08:26", zone=LONDON, day_first=False) == utc("2010-01-12 08:26")
    with pytest.raises(InvalidRequest):
        instant("13/12/2010", zone=LONDON, day_first=False)
    with pytest.raises(InvalidRequest):
        instant("12/13/2010", zone=LONDON, day_first=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31/2/2010 08:26",
        "29/2/2011",
        "0/1/2010",
        "1/0/2010",
        "1/12/2010 24:01",
        "1/12/2010 08:60",
        "1/12/10 08:26",
        "1/12-2010",
        "1/12/2010 08:26 tomorrow",
        "١/١٢/٢٠١٠",
        "2010-W48-3",
        "20101201",
        "2010-13-01",
        "-1/12/2010",
        "1/12/0000",
        "1/1/0001 00:00:00\n",
        "9999-12-31T23:59:59-14:00",
        "40513,35",
        "yesterday",
        "1" * 100_000,
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    """An impossible date and a text written in another way name the field, and show no more than a little of it."""
    with pytest.raises(InvalidRequest) as caught:
        instant(text, zone=LONDON, day_first=True)
    assert (caught.value.field, caught.value.refusal.code) == ("date", "is_a_date")
    assert len(str(caught.value)) < 200


@given(st.integers(0, 10**10), st.sampled_from([LONDON, "UTC", "Australia/Lord_Howe"]))
def test_what_is_written_locally_is_read_back(seconds: int, zone: str) -> None:
    """An instant written in the zone's own clock reads as that instant, or as the earlier one of the same text."""
    meant = datetime.fromtimestamp(seconds, timezone.utc)
    shown = meant.astimezone(ZoneInfo(zone))
    read = instant(f"{shown:%d/%m/%Y %H:%M:%S}", zone=zone, day_first=True)
    assert read in {meant, meant - timedelta(hours=1), meant - timedelta(minutes=30)}
    assert read.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == shown.replace(tzinfo=None)
