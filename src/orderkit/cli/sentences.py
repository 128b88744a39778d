"""Sentences: what each refusal says to a person at the terminal, and what can be done about it.

Only the table and its one reader live here. A code is the fact that must hold; its sentence says what is the case
instead. Where a code comes with different figures in different places, the first sentence that they fill is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orderkit.errors import Refusal
from orderkit.imports import sentence as sentence_of_import
from orderkit.labels.refusals import ENGLISH, filled

SENTENCES: Final[Mapping[str, tuple[str, ...]]] = {
    # what a request names
    "is_plain_move": ("{event} does more than move the order; use `orderkit {event}`",),
    "is_same_account": ("{gateway} is wired to the account {wired} here, and the payment went over {account}",),
    "is_free_or_forced": ("{path} is there already; say --force to replace it, or name another file",),
    "is_not_the_database": ("{path} is the database itself; name another file",),
    "is_file_beside_json": ("--json answers with one document, so the ledger needs a file: --beancount FILE",),
    "is_given_up": (
        "nothing that was given up on the channel {channel} has the id {found}; `orderkit outbox` shows what was",
    ),
    "is_known_way": ("{settle} is no way to settle. Known are: {known}",),
    "is_known_plan": ("there is no plan {plan}. Known are: {known}",),
    "is_a_token": ("that is no token of a preview; preview again and execute what it answers",),
    "keeps_credit": ("no gateway that keeps customers' credit is wired. Wired are: {known}",),
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
"""Every refusal of this room, with what is the case where it does not hold; those of the rules are in `labels`."""


def sentence(refusal: Refusal, names: Mapping[str, str] | None = None) -> str:
    """The refusal in words; one without words here, as its code with its figures.

    `names` says how ids are called instead (``payment 1``).
    """
    own = filled(SENTENCES.get(refusal.code, ()), refusal, names)
    rule = filled(ENGLISH.get(refusal.code, ()), refusal, names)
    return own or rule or sentence_of_import(refusal)
