"""How a status changes, for any noun; this room knows no noun.

Here stand the public names, and nothing else.
"""

from __future__ import annotations

from orderkit.lifecycles.asking import Ask, Choice, Rule
from orderkit.lifecycles.findings import Finding, examine
from orderkit.lifecycles.merging import Extension, merge
from orderkit.lifecycles.moves import ANY, STAY, Move
from orderkit.lifecycles.rendering import as_dot, as_markdown, as_mermaid
from orderkit.lifecycles.statuses import Kind, Status
from orderkit.lifecycles.steps import Verdict, allowed, follow, permit
from orderkit.lifecycles.table import Lifecycle

__all__ = [
    "ANY",
    "STAY",
    "Ask",
    "Choice",
    "Extension",
    "Finding",
    "Kind",
    "Lifecycle",
    "Move",
    "Rule",
    "Status",
    "Verdict",
    "allowed",
    "as_dot",
    "as_markdown",
    "as_mermaid",
    "examine",
    "follow",
    "merge",
    "permit",
]
