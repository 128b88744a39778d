"""What adapter and plugin authors run: families, the exams for stores and gateways, and stores that must fail."""

from __future__ import annotations

import pytest

# The parts of the suite hold bare asserts; pytest gives them their messages, if it is told before they are imported.
_PARTS = (
    *("round_trips", "conflicts", "guards", "races", "keys", "commits", "numbers", "lists", "lookups", "steps"),
    *("inbox", "deliveries", "credit", "journal", "due"),
)
pytest.register_assert_rewrite(
    "orderkit.testing.gateway_suite",
    *(f"orderkit.testing.gateway_{part}" for part in ("case", "movements", "events", "statements")),
    *(f"orderkit.testing.storage_{part}" for part in _PARTS),
)
