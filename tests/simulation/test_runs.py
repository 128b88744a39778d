"""The short session that every test run plays; and that a run is a function of its seed, and of nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orderkit.testing.simulation import goals
from orderkit.testing.simulation.breaking import Broken
from orderkit.testing.simulation.counting import Counts, never_met
from orderkit.testing.simulation.judging import can_judge, complaints
from orderkit.testing.simulation.laws import Law, require
from orderkit.testing.simulation.running import run
from orderkit.testing.simulation.session import Figures, play, play_all, smallest
from orderkit.testing.simulation.table import ARRIVED_LAWS, ARRIVING_LAWS, COMMIT_LAWS
from orderkit.testing.simulation.telling import told

SRC = Path(__file__).parents[2] / "src"
RUNS = 600


@pytest.fixture(scope="module")
def figures() -> Figures:
    """The short session; its seeds are fixed."""
    return play_all(0, RUNS, jobs=2, minutes=10.0)


@pytest.mark.row("SX-13")
def test_every_law_holds_in_every_run(figures: Figures) -> None:
    """I-02, I-04 to I-14, I-17 to I-23, I-26 to I-43, I-66: no run of the short session breaks one, with workers and
    whole processes dying at every call of a port and at every commit; recovery ends where nothing is open, and what
    moved at the gateway moved once. (Nothing is provisioned yet.)"""
    assert [f"{each.seed}: {each.why}" for each in figures.failed] == []
    assert figures.runs == RUNS


def test_what_is_listed_was_met(figures: Figures) -> None:
    """The short session met every pair of fault and state, and every rare thing, that is listed for it."""
    assert never_met(figures.counts, goals.SOME_PAIRS, goals.SOME_SIGHTS) == []


def test_journals_pass_a_judge_that_is_not_ours(figures: Figures) -> None:
    """I-04: bean-check has nothing against the journals of the short session, each on accounts of its own."""
    assert can_judge()
    assert len(figures.journals) >= RUNS // 20
    assert complaints(figures.journals) == ""


@pytest.mark.parametrize("seed", [3, 11, 26])
def test_a_seed_is_a_run(seed: int) -> None:
    """Two runs of one seed give the same trace to the byte, in processes that hash text otherwise, too."""
    command = [sys.executable, "-m", "orderkit.testing.simulation", "--seed", str(seed), "--no-shrinking"]
    traces = [
        subprocess.run(
            command,
            capture_output=True,
            check=True,
            timeout=120,
            env={**os.environ, "PYTHONPATH": str(SRC), "PYTHONHASHSEED": hashing},
        ).stdout
        for hashing in ("1", "2")
    ]

    assert traces[0] == traces[1]
    assert run(seed).log.text().encode() in traces[0]


def test_decisions_are_a_run() -> None:
    """A run that is played again from its decisions alone is the same run; with none of them nothing happens."""
    first = run(8)
    again = run(8, record=first.record)

    assert again.log.text() == first.log.text()
    assert run(8, record={}).counts.figures["commands"] == 0


def test_a_failing_run_is_told_and_made_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that breaks a law is told with its seed, the law and its schedule, and a smaller one that breaks it too."""
    from orderkit.testing.simulation import world

    no_refunds: Law[object] = Law("X-1", "nothing is refunded", _no_refunds)
    monkeypatch.setattr(world, "COMMIT_LAWS", (*COMMIT_LAWS, no_refunds))
    failed = next(each for each in map(run, range(100)) if each.broken == "X-1")
    small = smallest(failed, seconds=10.0)
    text = "\n".join(told(failed, small))

    assert small.broken == "X-1"
    assert len(small.log.lines) < len(failed.log.lines)
    assert f"seed {failed.seed} broke X-1: nothing is refunded" in text
    assert run(failed.seed, record=small.record).why == small.why


def _no_refunds(step: object) -> None:
    require(all(each.type != "refund" for each in step.after.operations), "a refund")  # type: ignore[attr-defined]  # a step


def test_what_was_never_met_is_named() -> None:
    """A session that misses what is listed is told which."""
    counts = Counts()
    counts.hit("answer lost after effect", "sale")

    assert never_met(counts, ["answer lost after effect | sale", "declined | void"], ["a sight"]) == [
        "declined | void",
        "a sight",
    ]


def test_nothing_catches_a_broken_law() -> None:
    """What is broken within a gateway's call or a commit is no `Exception` that a service could swallow."""
    assert not issubclass(Broken, Exception)


def test_laws_have_ids_and_sentences() -> None:
    """Every law of a step is named once per moment it is asked at."""
    for laws in (COMMIT_LAWS, ARRIVING_LAWS, ARRIVED_LAWS):
        ids = [each.id for each in laws]
        assert len(set(ids)) == len(ids)
        assert all(each.id.startswith("I-") and each.says for each in laws)


def test_chunks_add_up() -> None:
    """Runs that are played in parts come to what they come to at once."""
    whole, parts = play(40, 4), [play(40, 2), play(42, 2)]
    sums = Counts()
    for each in parts:
        sums.add(each.counts)

    assert sums == whole.counts
