"""Records as plain JSON: what `--json` prints, with the records' own field names as keys.

Only the translation lives here. Amounts are text in major units beside their currency, instants ISO 8601 in UTC, ids
their text; nothing is a float, and nothing is printed in the manner of a locale.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import attrs

from orderkit.cli.sentences import sentence
from orderkit.family import OrderFamily
from orderkit.jsons import Json
from orderkit.money import Money, Price
from orderkit.orders.records import Line
from orderkit.payments.records import Payment
from orderkit.ports.storage import OrderRow
from orderkit.refunds.records import Refund
from orderkit.services.reading import Action, OrderDetails, Remembered
from orderkit.standing import Standing


def emit(document: Mapping[str, Json]) -> None:
    """Print the one document that a command answers with."""
    print(json.dumps(document, indent=2, ensure_ascii=False))


def plain(value: object) -> Json:
    """A record, or a value of one, as plain JSON.

    Raises:
        TypeError: it holds something that has no form here.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Money | Price):
        return {"amount": format(value.amount, "f"), "currency": value.currency}
    if attrs.has(type(value)):
        return record(value)
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, tuple | list) else _scalar(value)


def _scalar(value: object) -> Json:
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, timedelta):
        return value // timedelta(seconds=1)
    if isinstance(value, UUID | date):
        return str(value)
    raise TypeError(f"a {type(value).__name__} has no form in JSON here")


def record(value: object, **more: object) -> dict[str, Json]:
    """A record's fields by name, and what is computed from them.

    Raises:
        TypeError: it is no record.
    """
    kind = type(value)
    if not attrs.has(kind):
        raise TypeError(f"a {kind.__name__} is no record")
    own = {each.name: getattr(value, each.name) for each in attrs.fields(kind)}
    return {name: plain(each) for name, each in {**own, **more}.items()}


def records(values: Iterable[object]) -> list[Json]:
    return [record(each) for each in values]


def order_plain(details: OrderDetails) -> dict[str, Json]:
    """An order with all that belongs to it, and what may be done: the answer of `show`."""
    family = details.family
    return {
        "order": record(family.order),
        "customer": record(details.customer),
        "bill_to": plain(details.bill_to),
        "ship_to": plain(details.ship_to),
        "standing": standing_plain(details.standing),
        "lines": [line_plain(each) for each in family.lines],
        "items": records(family.items),
        "requests": records(family.requests),
        "payments": records(family.payments),
        "operations": records(family.operations),
        "refunds": [refund_plain(each) for each in family.refunds],
        "attention": records(family.attention),
        "fields": records(family.fields),
        "actions": [action_plain(each) for each in details.actions],
    }


def standing_plain(standing: Standing) -> dict[str, Json]:
    return record(standing, owed=standing.owed, due=standing.due, credit=standing.credit, net_paid=standing.net_paid)


def line_plain(line: Line) -> dict[str, Json]:
    return record(line, amount=line.amount, discount=line.discount, tax_added=line.tax_added, total=line.total)


def refund_plain(refund: Refund) -> dict[str, Json]:
    return record(refund, amount=refund.amount)


def action_plain(action: Action) -> dict[str, Json]:
    refusal = action.refusal
    return {
        "name": action.name,
        "on": action.on,
        "id": str(action.id),
        "enabled": action.enabled,
        "code": refusal.code if refusal else None,
        "params": dict(refusal.params) if refusal else {},
        "why_not": sentence(refusal) if refusal else None,
    }


def row_plain(row: OrderRow) -> dict[str, Json]:
    return record(row)


def moved_plain(family: OrderFamily, standing: Standing, made: Payment | Refund | None = None) -> dict[str, Json]:
    """What a command that changed an order answers with: the order as it stands now, and what was made or moved."""
    document: dict[str, Json] = {"order": record(family.order), "standing": standing_plain(standing)}
    if isinstance(made, Payment):
        document["payment"] = record(made)
    if isinstance(made, Refund):
        document["refund"] = refund_plain(made)
    return document


def remembered_plain(each: Remembered) -> dict[str, Json]:
    """A history row; `changes` is parsed, and `reason` is the words, with their commitment beside them."""
    return {
        **record(each.entry),
        "changes": json.loads(each.entry.changes),
        "reason": each.reason,
        "reason_commitment": each.entry.reason,
    }
