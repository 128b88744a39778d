"""How a run that broke a law is told: its seed, the law, and every line of its schedule."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import fields

from orderkit.testing.simulation.running import Outcome
from orderkit.testing.simulation.shrinking import decisions


def told(failed: Outcome, smallest: Outcome | None = None) -> Iterator[str]:
    """The run in full, and the smallest schedule that breaks the same law, if one was looked for."""
    yield f"seed {failed.seed} broke {failed.why}"
    yield _setup(failed)
    yield f"schedule, {len(failed.log.lines)} lines:"
    yield failed.log.text()
    if smallest is not None:
        yield f"smallest schedule that was found, {len(smallest.log.lines)} lines:"
        yield smallest.log.text()
        yield f"which broke {smallest.why}"
        yield "its decisions:"
        yield from decisions(smallest.record)
    yield f"again: python -m orderkit.testing.simulation --seed {failed.seed}"


def _setup(outcome: Outcome) -> str:
    found = outcome.setup
    return "setup: " + ", ".join(f"{each.name}={getattr(found, each.name)}" for each in fields(type(found)))
