"""Sentences: what each refusal of an import says to a shopkeeper, in plain English.

Only the table of sentences and its one reader live here; a code says the fact that must hold, its sentence what is
wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orderkit.errors import Refusal

SENTENCES: Final[Mapping[str, str]] = {
    # the file
    "exists": "There is no file {path}. Check the name and the folder.",
    "is_a_file": "{path} is a folder. Name the CSV file in it.",
    "is_readable": "{path} cannot be read: {problem}. Check its permissions.",
    "is_not_empty": "The file is empty. It needs a header and at least one line.",
    "has_header": "The header lacks {missing}. Found: {found}. Rename the columns, or choose another map than {map}.",
    "is_there_once": "The header has {found} more than once. Keep one column of that name.",
    "separates_the_columns": "The columns are not separated by {used}, it seems, but by {better}. Set the delimiter.",
    "reads_the_file": "The header is not {encoding} text. Save the file as CSV in UTF-8, or name its encoding.",
    # the map
    "is_known_map": "There is no map named {found}. Known are: {known}.",
    "names_what_is_needed": "The map names no column for: {missing}.",
    "is_known_field": "The map names fields that orderkit does not know: {found}. Known are: {known}.",
    "is_one_character": "{found} cannot separate columns. Use one character, such as a semicolon, a comma or tab.",
    "is_point_or_comma": "{found} cannot stand before a price's fraction. Use a point or a comma.",
    "is_usable_encoding": "{found} is no encoding that lines can be found in. Save the file as CSV in UTF-8.",
    "is_known_zone": "{found} is no time zone. Use a name such as Europe/London.",
    # a line as a whole
    "has_columns": "The line has {found} columns where the header has {expected}.",
    "is_decodable": "Byte {byte} of the line is not {encoding} text. Save the file as CSV in UTF-8.",
    "has_no_nul": "The line holds a NUL character, so it is no text. Export the file again.",
    "has_closed_quotes": "A quotation mark in the line is never closed. Double it, or close it.",
    "is_clearly_quoted": "A quoted text over lines {first} to {last} holds what looks like a whole line. "
    "Close a forgotten quotation mark, or put the text on one line.",
    "is_one_line": "The {field} runs over several lines: a quotation mark may be missing.",
    # its fields
    "is_given": "The {field} is missing.",
    "is_short_enough": "The {field} is longer than {most} characters.",
    "is_whole_number": "The quantity {found} is not a whole number.",
    "is_positive_quantity": "The quantity is {found}, and the line is no cancellation: an adjustment of the stock, "
    "perhaps, but not a sale.",
    "is_negative_quantity": "The quantity of a cancellation is {found}. It takes back, so it must be negative.",
    "is_not_too_large": "The quantity {found} is beyond {most}, which cannot be meant.",
    "is_a_number": "The price {found} is not a plain number with {decimal} before its fraction.",
    "is_not_negative_price": "The price {found} is negative: an adjustment of the books, not a sale.",
    "is_representable": "The price {found} {currency} has too many digits, or makes an amount that is too large.",
    "is_known_currency": "{found} is no currency code of ISO 4217, such as GBP or EUR.",
    "is_a_date": "{found} is not a date that exists ({order}, or written like 2010-12-01 08:26).",
    # its order
    "one_currency_per_order": "The order began in {expected}, this line is in {found}. Split the order.",
    "one_customer_per_order": "The order began with customer {expected}, this line names {found}. Split the order.",
    "order_is_short_enough": "The order has more than {most} lines. Split it.",
    # the sale a cancellation reverses
    "has_customer": "The cancellation names no customer, so the sale that it reverses cannot be found.",
    "something_goes_back": "Nothing was paid for it, so nothing goes back.",
    "something_was_paid": "The sale that it reverses is not paid, so nothing goes back.",
    "is_as_imported_before": "The order {order} was imported before with other lines, and is left as it was.",
    "finds_its_sale": "For {left} of {quantity} units no earlier sale to this customer at this price is left.",
}
"""Every code that reading, parsing, staging, matching and taking up refuse with, and its sentence."""


def sentence(refusal: Refusal) -> str:
    """The refusal as a sentence; one of another room, which has none here, as its code with its figures."""
    try:
        return SENTENCES[refusal.code].format_map({name: _plain(value) for name, value in refusal.params.items()})
    except KeyError:  # another code, or the same code with other figures
        return str(refusal)


def _plain(value: object) -> str:
    names = {"\t": "tab", "": "nothing", " ": "a space"}
    text = str(value)
    return names.get(text, text.replace("unit_price", "price"))
