"""The step laws by their ids, each with its sentence: what is asked after every commit and around every call.

Those that hold only when everything has come to rest are in `rest_laws`.
"""

from __future__ import annotations

from typing import Final

from orderkit.testing.simulation import call_laws, money_laws, state_laws
from orderkit.testing.simulation.laws import Call, Law, Step

COMMIT_LAWS: Final[tuple[Law[Step], ...]] = (
    Law("I-02", "the total is the sum of the lines, and the items share it out", money_laws.totals_come_from_lines),
    Law("I-04", "every journal entry balances, and none takes another's place", money_laws.journal_balances),
    Law("I-05", "no more is captured than was authorized", money_laws.captures_are_covered),
    Law("I-06", "no more goes back, what is on its way included, than came in", money_laws.returns_are_covered),
    Law("I-07", "figures and journal agree; too much is an explicit credit", money_laws.order_agrees_with_journal),
    Law("I-10", "what is recorded has really moved", money_laws.nothing_recorded_without_money),
    Law("I-11", "an order is not asked for more than is owed", money_laws.obligations_are_met_once),
    Law("I-12", "what was asked for never changes", money_laws.what_was_asked_stays),
    Law("I-13", "amounts and quantities are more than nothing", money_laws.amounts_are_positive),
    Law("I-17", "statuses move along rows of the table", state_laws.moves_are_declared),
    Law("I-18", "each commit adds one history row to the chain", state_laws.history_is_a_chain),
    Law("I-19", "a commit was decided on what stood", state_laws.decided_on_what_stood),
    Law("I-20", "a command's key is taken once", state_laws.keys_are_taken_once),
    Law("I-21", "no event leads an order out of a status that has ended", state_laws.ended_orders_stay),
    Law("I-22", "what moved never becomes less", money_laws.money_never_goes_back_in_time),
    Law("I-23", "figures are sums of the operations", money_laws.figures_are_derived),
    Law("I-29", "an event changes only what it names", state_laws.events_touch_their_own),
    Law("I-32", "a fact makes one message per channel", state_laws.messages_are_new),
    Law("I-38", "doubt blocks its direction, and is not a failure", call_laws.unknown_is_not_failed),
    Law("I-33", "no new key while an old one has no answer", call_laws.doubt_blocks_its_direction),
    Law("I-41", "only people send money back", state_laws.only_people_send_back),
    Law("I-42", "no order is cancelled while a gateway holds its money", call_laws.cancelling_asks_first),
    Law("I-66", "every change has an actor and a cause", state_laws.somebody_did_it),
)

ARRIVING_LAWS: Final[tuple[Law[Call], ...]] = (
    Law("I-14", "nothing is asked of a gateway for nothing", money_laws.free_orders_ask_nobody),
    Law("I-34", "a key stands for one request", call_laws.key_names_one_request),
    Law("I-35", "no unit of work is open", call_laws.no_unit_of_work_is_open),
    Law("I-36", "the intent is durable, and marked as being sent", call_laws.intent_is_durable),
    Law("I-37", "no key is sent again that the gateway may have forgotten", call_laws.expired_keys_are_not_sent),
)

ARRIVED_LAWS: Final[tuple[Law[Call], ...]] = (
    Law("I-09", "every line of the gateway has an operation", money_laws.no_money_without_record),
    Law("I-11", "no more is taken or held for an order than it costs", money_laws.nobody_is_charged_twice),
)
