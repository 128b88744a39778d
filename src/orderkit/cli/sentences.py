"""Sentences: what each refusal says to a person at the terminal, and what can be done about it.

Only the table and its one reader live here. A code is the fact that must hold; its sentence says what is the case
instead. Where a code comes with different figures in different places, the first sentence that they fill is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orderkit.errors import Refusal
from orderkit.imports import sentence as sentence_of_import

_DOUBT: Final = "nobody knows yet what became of an operation; `orderkit proceed` asks the gateway again"

SENTENCES: Final[Mapping[str, tuple[str, ...]]] = {
    # paying an order
    "is_payable": ("an order that is {status} cannot be paid",),
    "something_is_open": ("nothing is left to ask for (due: {due}; what is held or on its way is asked for already)",),
    "one_payment_at_a_time": (
        "{payment} is {status} and may still bring the money; capture, void or abandon it first",
    ),
    "nothing_in_doubt": (_DOUBT,),
    "is_positive": ("the amount must be more than zero, and is {amount}",),
    "is_same_currency": ("the amount {amount} is not in {currency}",),
    "is_within_due": ("{amount} is more than the {open} that are open",),
    "may_be_partial": ("the order has to be paid in one piece ({due}), and {amount} is only a part",),
    "reaches_minimum_share": ("the first payment must be at least the share {minimum_share}; {amount} is less",),
    "gateway_takes_it": (
        "the gateway does not take {currency}",
        "the gateway cannot {capability}; it takes the money at once",
    ),
    # cancelling and refunding an order
    "is_cancellable": ("an order that is {status} cannot be cancelled",),
    "nothing_in_flight": ("{payment} is {status}; void or abandon it first",),
    "nothing_paid": ("{paid} of the customer's money is here; refund it first",),
    "is_refundable": (
        "of an order that is {status} nothing goes back",
        "only {refundable} can still go back, not {amount}",
    ),
    "something_was_paid": ("no money is here that could go back (captured: {paid})",),
    "something_goes_back": ("what was chosen is free, so no money would go back",),
    # items
    "is_not_refunded": ("its refund is {status} already",),
    "is_within_refund_window": ("it could be refunded until {refundable_until}",),
    # payments
    "order_allows_capture": ("no money is taken for an order that is {order_status}",),
    "gateway_supports_authorize": ("{gateway} cannot hold money; it takes it at once",),
    "gateway_supports_void": ("{gateway} cannot release what is under way",),
    "gateway_supports_refund": ("{gateway} cannot send money back",),
    "is_held": ("nothing is authorized that waits to be captured",),
    "is_covered": (
        "{capturable} can still be captured, not {amount}",
        "the captured money that is left does not cover {amount}: {missing} are missing",
    ),
    "is_whole_or_partial_capture_supported": ("{gateway} can only capture all of it",),
    "is_whole_or_partial_refund_supported": ("{gateway} can only send back all of it",),
    "nothing_being_captured": ("{amount} are being captured or released at this moment",),
    "awaits_money": ("it waits for no answer: it is {status}",),
    "is_confirmed_by_person": ("{gateway} answers by itself; there is nothing to confirm by hand",),
    "is_past_grace": ("the gateway may still be about to answer; try again after {until}",),
    "is_in_flight": ("nothing of it waits for an answer: it is {status}",),
    # what a request names
    "is_possible": ("its status does not lead there",),
    "is_plain_move": ("{event} does more than move the order; use `orderkit {event}`",),
    "is_same_account": ("{gateway} is wired to the account {wired} here, and the payment went over {account}",),
    "is_known_event": ("there is no step {event} for an {noun}. Known are: {known}",),
    "is_known_gateway": ("there is no gateway {via}. Known are: {known}",),
    "is_known_status": ("there is no status {status}. Known are: {known}",),
    "is_known_kind": ("there is no kind {kind}. Known are: {known}",),
    "is_known_scope": ("no order is in the scope {scope}. Scopes with orders: {known}",),
    "is_known_locale": ("{given} is no locale. Use a name such as en, de or uk",),
    "is_named_map": ("say how the columns are called: --map orderkit, or --map uk-retail",),
    "is_known_lifecycle": ("there is no lifecycle {found}. Known are: {known}",),
    "is_known_actor": ("{found} is nobody. Write user:anna, client:c-1 or system:nightly",),
    "is_database_url": ("{found} is no database. Write sqlite:///file.db or postgresql://user@host/name",),
    "is_number_or_id": ("{found} is neither an order's number nor an id",),
    "is_payment": ("{found} names no payment. Write ORDER, ORDER/1 for its first payment, or the payment's id",),
    "is_refund": ("{found} names no refund. Write ORDER/r1 for its first refund, or the refund's id",),
    "awaits_person": ("it waits for nobody's word: it is {status}",),
    "has_payment": ("the order has no payment yet; `orderkit pay` starts one",),
    "has_one_choice": ("several are possible: {possible}. Name one",),
    "something_waits": ("nothing of the order waits for a person",),
    "is_item_number": ("{found} names no item. Write N, or N:QUANTITY; `orderkit show` numbers the items 1 to {most}",),
    "has_items": ("name what goes back: --item N (see `orderkit show`), or --all",),
    "is_whole_refund": ("a refund is paid out as a whole; leave the amount away",),
    "is_amount": ("{found} is no amount in {currency}. Write it like {example}",),
    "is_part_of_item": ("{quantity} is not within the item's quantity of {item_quantity}",),
    "is_selected_once": ("the same item is named twice",),
    "is_within_share": ("the fee {fee} is not within the {share} that were paid for the item",),
    "is_an_order_number": ("{number} cannot be an order's number",),
    "is_storable_text": ("it holds a character that no database can keep",),
    "is_a_cursor": ("{after} does not say where to go on. Take what the list before printed as the next one",),
    "is_from_1_to_500": ("it must be from 1 to 500, not {limit}",),
    "has_1_to_64_characters": ("it must have 1 to 64 characters",),
    "has_1_to_200_characters": ("it must have 1 to 200 characters",),
    "is_confirmed": ("cancelling cannot be undone, and nobody can be asked here; say --yes",),
    # files
    "is_report_file": ("{found} ends in neither .csv nor .jsonl, so the report's form is not known",),
    "is_writable": ("{path} cannot be written: {problem}",),
    "is_another_file": ("the report would overwrite the file that is imported",),
    "is_new_file": ("{path} is there already and was not made by a demo. Name another database, or remove that one",),
    "is_an_empty_desk": ("the scope {scope} holds orders there already. Name another database, or another scope",),
    "has_sample": ("the sample file did not come with this installation. Name a file of your own",),
}
"""Every rule of the tables in the box, and every refusal of this room, with what is the case where it does not hold."""


def sentence(refusal: Refusal, names: Mapping[str, str] | None = None) -> str:
    """The refusal in words; one without words here, as its code with its figures.

    `names` says how ids are called instead (``payment 1``).
    """
    figures = {name: _plain(name, value, names or {}) for name, value in refusal.params.items()}
    for words in SENTENCES.get(refusal.code, ()):
        try:
            return words.format_map(figures)
        except KeyError:
            continue
    return sentence_of_import(refusal)


def _plain(name: str, value: object, names: Mapping[str, str]) -> str:
    """An id with what it is the id of, a key in words, anything else as it is."""
    text = str(value)
    if name in ("payment", "refund"):
        return names.get(text, f"{name} {text}")
    return text.replace("_", " ") if name in ("status", "order_status", "event") else text
