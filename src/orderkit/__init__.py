"""The order desk that a shop imports: orders, payments, refunds as explicit state machines, money moved exactly once.

Every public name, and nothing else. A name is loaded when it is first used, so that `import orderkit` costs next to
nothing and brings in no library; the adapters stand in rooms of their own, such as `orderkit.adapters.sqlalchemy`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderkit import profiles
    from orderkit.actors import Actor
    from orderkit.capabilities import Capabilities
    from orderkit.credit.records import CreditAccount, CreditEntry
    from orderkit.desk import Orderkit
    from orderkit.errors import (
        Busy,
        CommitUnknown,
        CurrencyMismatch,
        GatewayError,
        InvalidRequest,
        KeyReused,
        LifecycleError,
        MoneyError,
        NotFound,
        NotRepresentable,
        NotSupported,
        OrderkitError,
        OutsideCallInUnitOfWork,
        PermissionDenied,
        PlanOutdated,
        Refusal,
        StaleRecord,
        StorageError,
        TransitionError,
        TransitionNotPossible,
        TransitionRefused,
    )
    from orderkit.extensions import Field
    from orderkit.families.billing import BilledPayment, BilledRequest
    from orderkit.families.cancelling import Plan, PlanStep
    from orderkit.families.placing import NewOrder
    from orderkit.families.refunding import RefundItem
    from orderkit.family import OrderFamily
    from orderkit.history import HistoryEntry
    from orderkit.imports import ColumnMap, ImportReport, LineOutcome
    from orderkit.items.records import Item
    from orderkit.journal import JournalEntry, Posting
    from orderkit.lifecycles import ANY, STAY, Ask, Extension, Kind, Lifecycle, Move, Status
    from orderkit.money import Money, Price, allocate
    from orderkit.orders.records import Address, Customer, Discount, Line, NewLine, Order, Source, Tax, Terms
    from orderkit.payments.outcomes import (
        Approved,
        Declined,
        NeverSeen,
        Pending,
        Redirect,
        Rejected,
        RequiresAction,
        Unknown,
        Wait,
    )
    from orderkit.payments.records import Operation, Payment
    from orderkit.payments.reports import Report
    from orderkit.policies import Policies
    from orderkit.ports.clock import Clock
    from orderkit.ports.delivery import Channel, Delivered, Never, NotNow
    from orderkit.ports.exchange import Delivery, InboxEvent, Message
    from orderkit.ports.gateway import Bookkeeper, Event, EventSource, Inquiry, Instruction, PaymentGateway
    from orderkit.ports.rates import ExchangeRates
    from orderkit.ports.storage import CurrencyTotals, OrderFilter, OrderRow, Storage
    from orderkit.profiles import ItemKind, Profile
    from orderkit.refunds.records import Refund, RefundLine
    from orderkit.requests.records import PaymentRequest
    from orderkit.services.reading import Action, Listed, OrderDetails, Remembered
    from orderkit.services.receiving import Receipt
    from orderkit.services.recovering import Recovered
    from orderkit.services.relaying import Relayed
    from orderkit.services.running import Ran
    from orderkit.services.synchronizing import Difference, Synchronized
    from orderkit.services.watching import Stuck
    from orderkit.settings import ScopeSettings
    from orderkit.shop import Shop
    from orderkit.standing import Standing

_ROOMS = {
    "actors": "Actor",
    "capabilities": "Capabilities",
    "credit.records": "CreditAccount CreditEntry",
    "desk": "Orderkit",
    "errors": "Busy CommitUnknown CurrencyMismatch GatewayError InvalidRequest KeyReused LifecycleError MoneyError "
    "NotFound NotRepresentable NotSupported OrderkitError OutsideCallInUnitOfWork PermissionDenied "
    "PlanOutdated Refusal StaleRecord StorageError TransitionError TransitionNotPossible "
    "TransitionRefused",
    "extensions": "Field",
    "families.billing": "BilledPayment BilledRequest",
    "families.cancelling": "Plan PlanStep",
    "families.placing": "NewOrder",
    "families.refunding": "RefundItem",
    "family": "OrderFamily",
    "history": "HistoryEntry",
    "imports": "ColumnMap ImportReport LineOutcome",
    "items.records": "Item",
    "journal": "JournalEntry Posting",
    "lifecycles": "ANY STAY Ask Extension Kind Lifecycle Move Status",
    "money": "Money Price allocate",
    "orders.records": "Address Customer Discount Line NewLine Order Source Tax Terms",
    "payments.outcomes": "Approved Declined NeverSeen Pending Redirect Rejected RequiresAction Unknown Wait",
    "payments.records": "Operation Payment",
    "payments.reports": "Report",
    "policies": "Policies",
    "ports.clock": "Clock",
    "ports.delivery": "Channel Delivered Never NotNow",
    "ports.exchange": "Delivery InboxEvent Message",
    "ports.gateway": "Bookkeeper Event EventSource Inquiry Instruction PaymentGateway",
    "ports.rates": "ExchangeRates",
    "ports.storage": "CurrencyTotals OrderFilter OrderRow Storage",
    "profiles": "ItemKind Profile",
    "refunds.records": "Refund RefundLine",
    "requests.records": "PaymentRequest",
    "services.reading": "Action Listed OrderDetails Remembered",
    "services.receiving": "Receipt",
    "services.recovering": "Recovered",
    "services.relaying": "Relayed",
    "services.running": "Ran",
    "services.synchronizing": "Difference Synchronized",
    "services.watching": "Stuck",
    "settings": "ScopeSettings",
    "shop": "Shop",
    "standing": "Standing",
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names.split()}

__all__ = [
    "ANY",
    "STAY",
    "Action",
    "Actor",
    "Address",
    "Approved",
    "Ask",
    "BilledPayment",
    "BilledRequest",
    "Bookkeeper",
    "Busy",
    "Capabilities",
    "Channel",
    "Clock",
    "ColumnMap",
    "CommitUnknown",
    "CreditAccount",
    "CreditEntry",
    "CurrencyMismatch",
    "CurrencyTotals",
    "Customer",
    "Declined",
    "Delivered",
    "Delivery",
    "Difference",
    "Discount",
    "Event",
    "EventSource",
    "ExchangeRates",
    "Extension",
    "Field",
    "GatewayError",
    "HistoryEntry",
    "ImportReport",
    "InboxEvent",
    "Inquiry",
    "Instruction",
    "InvalidRequest",
    "Item",
    "ItemKind",
    "JournalEntry",
    "KeyReused",
    "Kind",
    "Lifecycle",
    "LifecycleError",
    "Line",
    "LineOutcome",
    "Listed",
    "Message",
    "Money",
    "MoneyError",
    "Move",
    "Never",
    "NeverSeen",
    "NewLine",
    "NewOrder",
    "NotFound",
    "NotNow",
    "NotRepresentable",
    "NotSupported",
    "Operation",
    "Order",
    "OrderDetails",
    "OrderFamily",
    "OrderFilter",
    "OrderRow",
    "Orderkit",
    "OrderkitError",
    "OutsideCallInUnitOfWork",
    "Payment",
    "PaymentGateway",
    "PaymentRequest",
    "Pending",
    "PermissionDenied",
    "Plan",
    "PlanOutdated",
    "PlanStep",
    "Policies",
    "Posting",
    "Price",
    "Profile",
    "Ran",
    "Receipt",
    "Recovered",
    "Redirect",
    "Refund",
    "RefundItem",
    "RefundLine",
    "Refusal",
    "Rejected",
    "Relayed",
    "Remembered",
    "Report",
    "RequiresAction",
    "ScopeSettings",
    "Shop",
    "Source",
    "StaleRecord",
    "Standing",
    "Status",
    "Storage",
    "StorageError",
    "Stuck",
    "Synchronized",
    "Tax",
    "Terms",
    "TransitionError",
    "TransitionNotPossible",
    "TransitionRefused",
    "Unknown",
    "Wait",
    "allocate",
    "profiles",
]


if not TYPE_CHECKING:  # a type checker must see the names above and no others

    def __getattr__(name: str) -> object:
        """Load a public name from the room it lives in, once."""
        if name == "profiles":
            return import_module("orderkit.profiles")
        if name not in _ROOM_OF:
            raise AttributeError(f"module 'orderkit' has no attribute {name!r}")
        found = getattr(import_module(f"orderkit.{_ROOM_OF[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
