"""Why not, in words: every refusal that an order in any situation shows has a sentence in each language."""

from __future__ import annotations

import string

import pytest
from tests.lived import lives

from orderkit import Actor, Orderkit, Refusal, profiles
from orderkit.adapters.memory import MemoryStorage
from orderkit.adapters.offline import OfflineGateway
from orderkit.adapters.scripted import ScriptedGateway
from orderkit.labels.refusals import ENGLISH, REASONS, reason
from orderkit.services.offering import Action, actions_of

LANGUAGES = sorted(REASONS)


def actions() -> list[Action]:
    """Everything that may or may not be done with every order of the lives, at each of their steps."""
    gateways = {"card": ScriptedGateway(), "cash": OfflineGateway()}
    shop = Orderkit(storage=MemoryStorage(), gateways=gateways).scope("acme", actor=Actor.user("u-1"))
    return [each for family in lives() for each in actions_of(shop.wiring, shop.actor, family)]


@pytest.mark.row("SX-07")
@pytest.mark.parametrize("locale", ["en_GB", "uk_UA", "ru"])
def test_whatever_may_not_be_done_says_why_in_the_readers_language(locale: str) -> None:
    """For every action that is not enabled there is a code for machines and a sentence of the locale's own language."""
    refused = [each for each in actions() if not each.enabled]
    assert len({each.refusal.code for each in refused if each.refusal}) > 12
    for action in refused:
        assert action.refusal is not None
        assert action.refusal.code.isidentifier()
        said = reason(action.refusal, locale)
        assert said != str(action.refusal), action
        assert "{" not in said
    assert all(each.refusal is None for each in actions() if each.enabled)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_words_in_every_language(language: str) -> None:
    """No rule of a table in the box is without a sentence, and translations name the figures of the English one."""
    tables = profiles.retail.lifecycles().values()
    rules = {rule.__name__ for table in tables for move in table.moves for rule in move.requires}
    assert rules - set(REASONS[language]) == set()
    assert set(REASONS[language]) == set(ENGLISH)
    for code, sentences in REASONS[language].items():
        assert [figures(each) for each in sentences] == [figures(each) for each in ENGLISH[code]], code


def figures(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_what_has_no_words_is_shown_as_it_is() -> None:
    """A plugin's rule without a text shows its code and figures; an unknown language is read in English (row SX-25)."""
    assert reason(Refusal("customer_is_known", {"customer": "c-9"}), "uk") == "customer_is_known (customer=c-9)"
    assert reason(Refusal("is_positive", {"amount": "0.00 EUR"}), "de") == reason(
        Refusal("is_positive", {"amount": "0.00 EUR"}), "en"
    )
