"""An import that dies and is run again ends where an undisturbed one does: at any commit, and killed at any moment."""

from __future__ import annotations

import hashlib
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st
from tests.importing.canonical import ImportedOrder, imported
from tests.importing.command_line import import_command, ran
from tests.importing.desks import shop_over, sqlite_shop
from tests.importing.interruptions import Died, DyingStorage, Moment

from orderkit.adapters.memory import MemoryStorage
from orderkit.errors import StorageError
from orderkit.testing.retail_files import OPENING, RetailFile, RetailLine, retail_file, retail_files

ORDERS = 40
KILLS = 20
FIRST, LAST = 0.25, 0.95
"""Between which shares of the run kills are spread: before, nothing but imports happens; after, the farewell."""

SEED = "twenty random moments"


def run_dying(kept: MemoryStorage, path: Path, *, dies_at: int, moment: Moment = "before") -> int:
    """Import by a process that dies at its n-th commit, if it comes that far; how many commits there were."""
    storage = DyingStorage(kept, dies_at=dies_at, moment=moment)
    try:
        shop_over(storage).import_file(path, map="uk-retail")
    except Died:
        assert storage.commits == dies_at
    return storage.commits


@given(file=retail_files(), data=st.data())
def test_dying_at_any_commit_of_any_file_leaves_no_trace_after_a_second_run(
    drawn: Path, file: RetailFile, data: st.DataObject
) -> None:
    """Right before or right after a commit, then again in the second run: the state is the undisturbed one (I-33)."""
    drawn.write_bytes(file.content)
    undisturbed, disturbed = MemoryStorage(), MemoryStorage()
    commits = run_dying(undisturbed, drawn, dies_at=0)
    for run in ("first", "second"):
        dies_at = data.draw(st.integers(1, commits), label=f"the {run} run dies at commit")
        run_dying(disturbed, drawn, dies_at=dies_at, moment=data.draw(st.sampled_from(("before", "after"))))
    shop_over(disturbed).import_file(drawn, map="uk-retail")
    assert imported(shop_over(disturbed)) == imported(shop_over(undisturbed))


def test_dying_at_each_commit_of_one_file_leaves_no_trace_after_a_second_run(drawn: Path) -> None:
    """Every single commit of a small file, with a cancellation over two orders: before it and after it."""
    drawn.write_bytes(retail_file(busy_lines(orders=3)).content)
    undisturbed = MemoryStorage()
    commits = run_dying(undisturbed, drawn, dies_at=0)
    wanted = imported(shop_over(undisturbed))
    moments: tuple[Moment, ...] = ("before", "after")
    for dies_at in range(1, commits + 1):
        for moment in moments:
            storage = MemoryStorage()
            run_dying(storage, drawn, dies_at=dies_at, moment=moment)
            second = run_dying(storage, drawn, dies_at=0)
            assert imported(shop_over(storage)) == wanted, f"died {moment} commit {dies_at} of {commits}"
            assert second <= commits + 2  # the numbers that the first run took are taken anew


def busy_lines(*, orders: int) -> list[RetailLine]:
    """Orders of four lines; every second one is cancelled in part, across into the order before, or twice."""
    return [line for number in range(orders) for line in (*_order(number), *_cancellations(number))]


def _order(number: int) -> Iterator[RetailLine]:
    at = OPENING + timedelta(minutes=20 * number)
    for position, price in enumerate(("2.55", "0.85", "12.75", "1.25")):
        yield RetailLine(
            order=str(536365 + number),
            offer=f"2175{position}",
            quantity=1 + (number + position) % 4,
            unit_price=price,
            at=at,
            customer=str(17850 + number // 4),
            title=f"ITEM {position}",
        )


def _cancellations(number: int) -> Iterator[RetailLine]:
    if number % 2 == 0:
        return
    whole, part, *_ = _order(number)
    at = whole.at + timedelta(minutes=5)
    yield evolve(whole, order=f"C{whole.order}", quantity=-(whole.quantity + 1), at=at)
    yield from [evolve(part, order=f"C{part.order}", quantity=-1, at=at)] * 2


@frozen
class Undisturbed:
    """What an import comes to that nobody disturbed, and how long it took."""

    file: Path
    seconds: float
    exit_code: int
    orders: dict[str, ImportedOrder]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """The command run once to its end, on a file of some two hundred lines and as many commits."""
    folder = tmp_path_factory.mktemp("undisturbed")
    file, database = folder / "retail.csv", folder / "shop.db"
    file.write_bytes(retail_file(busy_lines(orders=ORDERS)).content)
    begun = time.monotonic()
    done = ran(import_command(file, database))
    seconds = time.monotonic() - begun
    assert done.returncode == 0, done.stderr
    return Undisturbed(file, seconds, done.returncode, stored(database))


def stored(database: Path) -> dict[str, ImportedOrder]:
    with sqlite_shop(database) as shop:
        return imported(shop)


def test_killed_at_twenty_random_moments_and_run_again_it_is_as_if_nothing_had_happened(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    """SIGKILL anywhere from its first commit to its last, then a second run: the same orders, money, history (I-33)."""
    assert len(undisturbed.orders) == ORDERS
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda n: killed_and_run_again(undisturbed, tmp_path / f"{n}.db", n), range(KILLS)))
    for number, (_, orders) in enumerate(found):
        assert orders == undisturbed.orders, f"kill {number}"
    assert any(0 < rows < len(undisturbed.orders) for rows, _ in found), "no kill hit the import at work"


def killed_and_run_again(wanted: Undisturbed, database: Path, number: int) -> tuple[int, dict[str, ImportedOrder]]:
    """How many orders the killed run had stored, and what a second run made of it."""
    moment = wanted.seconds * (FIRST + (LAST - FIRST) * (number + fraction(number)) / KILLS)
    while not killed(import_command(wanted.file, database), after=moment):
        moment *= 0.8  # it was done by then, as the machine is faster now: earlier, on a fresh database
        for each in database.parent.glob(f"{database.name}*"):
            each.unlink()
    left = orders_in(database)
    again = ran(import_command(wanted.file, database))
    assert again.returncode == wanted.exit_code, again.stderr
    return left, stored(database)


def killed(command: list[str], *, after: float) -> bool:
    """Start the command and kill it; False if it had ended before."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait() < 0


def orders_in(database: Path) -> int:
    """How many orders are stored; none where the tables have not been made yet."""
    from orderkit.adapters.sqlalchemy import SqlStorage

    storage = SqlStorage(f"sqlite:///{database}")
    try:
        return sum(each.orders for each in shop_over(storage).orders.totals())
    except StorageError:
        return 0
    finally:
        storage.close()


def fraction(number: int) -> float:
    """A number from 0 to 1 that looks random and is the same in every run."""
    return hashlib.sha256(f"{SEED} {number}".encode()).digest()[0] / 256
