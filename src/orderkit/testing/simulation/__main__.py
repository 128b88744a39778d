"""The command line: one seed again, or a session of many runs.

python -m orderkit.testing.simulation --seed 4711
python -m orderkit.testing.simulation --runs 10000 --jobs 2 --minutes 15
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from orderkit.testing.simulation import goals
from orderkit.testing.simulation.counting import never_met
from orderkit.testing.simulation.judging import can_judge, complaints
from orderkit.testing.simulation.known_defects import KNOWN
from orderkit.testing.simulation.running import run
from orderkit.testing.simulation.session import Figures, play_all, smallest
from orderkit.testing.simulation.telling import told

_SHORT, _FULL = 500, 5_000
"""From so many runs on what is listed as reached soon, and as reached at all, has to have been met."""


def main(arguments: Sequence[str] | None = None) -> int:
    """What to tell the shell: 0 where every law held and everything listed was met."""
    parser = argparse.ArgumentParser(prog="python -m orderkit.testing.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="play this one run again, and print its schedule")
    parser.add_argument("--first", type=int, default=0, help="the first seed of a session")
    parser.add_argument("--runs", type=int, default=10_000, help="how many runs a session plays")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--minutes", type=float, default=15.0, help="begin no more runs after this")
    parser.add_argument("--no-shrinking", action="store_true", help="do not look for the smallest schedule")
    asked = parser.parse_args(arguments)
    if asked.seed is not None:
        return _again(asked.seed, shrinks=not asked.no_shrinking)
    return _session(asked)


def _again(seed: int, *, shrinks: bool) -> int:
    outcome = run(seed)
    if outcome.broken is None:
        _say(outcome.log.text(), f"seed {seed}: every law held")
        return 0
    _say(*told(outcome, smallest(outcome) if shrinks else None))
    return 1


def _session(asked: argparse.Namespace) -> int:
    figures = play_all(asked.first, asked.runs, jobs=asked.jobs, minutes=asked.minutes, progress=_progress)
    sys.stderr.write("\n")
    for place, failed in enumerate(figures.failed):
        _say(*told(failed, smallest(failed) if place == 0 and not asked.no_shrinking else None))
    problems = [f"{len(figures.failed)} runs broke a law"] if figures.failed else []
    problems.extend(_unmet(figures))
    if can_judge() and (wrong := complaints(figures.journals)):
        problems.append(f"bean-check: {wrong}")
    _say(*_figures(figures), *(f"PROBLEM: {each}" for each in problems))
    return 1 if problems else 0


def _unmet(figures: Figures) -> list[str]:
    if figures.runs < _SHORT:
        return []
    full = figures.runs >= _FULL
    pairs, sights = (goals.EVERY_PAIR, goals.EVERY_SIGHT) if full else (goals.SOME_PAIRS, goals.SOME_SIGHTS)
    return [f"never met: {each}" for each in never_met(figures.counts, pairs, sights)]


def _figures(figures: Figures) -> list[str]:
    counts = figures.counts
    lines = [
        f"{figures.runs} runs in {figures.seconds:.0f} s, {figures.runs / max(figures.seconds, 0.001):.1f} a second"
    ]
    lines.extend(f"  {name}: {count}" for name, count in sorted(counts.figures.items()))
    lines.append(f"  pairs of fault and state: {len(counts.pairs)}, hit {counts.pairs.total()} times")
    lines.extend(f"  sometimes: {name}: {count}" for name, count in sorted(counts.sometimes.items()))
    judged = f"{len(figures.journals)} journals" if can_judge() else "no journal: beancount is not installed"
    lines.append(f"  bean-check judged {judged}")
    lines.extend(f"  KNOWN, not mended yet: {name}: {why}" for name, why in KNOWN.items())
    return lines


def _progress(figures: Figures) -> None:
    sys.stderr.write(f"\r{figures.runs} runs, {figures.seconds:.0f} s, {len(figures.failed)} failed ")
    sys.stderr.flush()


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    raise SystemExit(main())
