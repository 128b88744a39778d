"""The words for refusals: every rule has some, and they use figures that the rule gives."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator

import pytest
from tests.cli.running import ROOT

from orderkit.cli.sentences import SENTENCES, sentence
from orderkit.errors import Refusal
from orderkit.imports.sentences import SENTENCES as IMPORT_SENTENCES
from orderkit.labels.refusals import ENGLISH
from orderkit.profiles import retail

SOURCE = ROOT / "src" / "orderkit"
KNOWN = {*SENTENCES, *ENGLISH, *IMPORT_SENTENCES}


def rules() -> set[str]:
    """The name of every rule that a table in the box holds."""
    return {rule.__name__ for table in retail.lifecycles().values() for move in table.moves for rule in move.requires}


def refusals_in(path: str) -> Iterator[str]:
    """Every code that a module hands to Refusal, InvalidRequest or a look-up as a literal."""
    for node in ast.walk(ast.parse((SOURCE / path).read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if name == "InvalidRequest" and len(texts) == 2:
                yield texts[1]
            elif name == "Refusal" and texts:
                yield texts[0]
            yield from (
                each.value.value
                for each in node.keywords
                if each.arg == "rule" and isinstance(each.value, ast.Constant) and isinstance(each.value.value, str)
            )


def test_every_rule_of_the_tables_has_words() -> None:
    """No why-not in `orderkit show` is a bare code (row SX-07)."""
    assert rules()
    assert rules() - KNOWN == set()


def test_everything_that_the_command_line_refuses_has_words() -> None:
    """Every code of this room's own, and of the services it calls with what a person types."""
    own = {code for path in (SOURCE / "cli").rglob("*.py") for code in refusals_in(str(path.relative_to(SOURCE)))}
    assert len(own) > 15
    assert own - KNOWN == set()
    services = ("services/reading.py", "services/wiring.py", "services/moving.py", "families/refunding.py")
    called = {code for path in services for code in refusals_in(path)}
    assert called - KNOWN - {"is_declared"} == set()  # the command line declares no fields


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_sentence_shows_its_figures(code: str) -> None:
    """Given the figures it names, each is in the words; without them the code and its figures are shown instead."""
    for words in SENTENCES[code]:
        figures = [name for _, name, _, _ in string.Formatter().parse(words) if name]
        said = sentence(Refusal(code, {name: f"<{name.upper()}>" for name in figures}))
        assert all(f"<{name.upper()}>".replace("_", " ") in said.replace("_", " ") for name in figures)
    if all("{" in words for words in SENTENCES[code]):
        assert sentence(Refusal(code, {"other": 1})) == f"{code} (other=1)" or code in IMPORT_SENTENCES


def test_ids_are_called_by_their_places_where_those_are_known() -> None:
    """`payment 1` where the order is at hand, otherwise the id with what it is the id of."""
    refusal = Refusal("nothing_in_flight", {"payment": "0199", "status": "in_payment"})
    assert sentence(refusal, {"0199": "payment 1"}).startswith("payment 1 is in payment")
    assert sentence(refusal).startswith("payment 0199 is in payment")
