"""Importing a file of orders: every order placed and paid, every cancellation matched and refunded, by the same
services as any other; so a second run finds what the first one did by its keys and goes on where it stopped.

Only the order of the steps lives here. What a file says is read and staged in `imports/`, which decides nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from os import PathLike
from uuid import UUID

from attrs import frozen

from orderkit.actors import Actor
from orderkit.codec import to_text
from orderkit.errors import InvalidRequest, KeyReused, MoneyError, Refusal, TransitionError
from orderkit.families.placing import NewOrder
from orderkit.families.refunding import RefundItem
from orderkit.imports import (
    CancellationLine,
    Candidate,
    ColumnMap,
    ImportReport,
    LineOutcome,
    Staged,
    StagedOrder,
    cancelled,
    changed_since,
    has_customer,
    match,
    refused,
    sold,
    something_goes_back,
    stage_file,
    unpaid,
)
from orderkit.money import total
from orderkit.orders.records import Customer, NewLine, Order, Source
from orderkit.ports.storage import ReferencedRefund, SoldItem
from orderkit.services import paying, placing, refunding
from orderkit.services.asking import proceed
from orderkit.services.commands import Command
from orderkit.services.wiring import Wiring
from orderkit.standing import stand

Progress = Callable[[str, int, int], None]


def import_file(
    wiring: Wiring,
    actor: Actor,
    path: str | PathLike[str],
    column_map: ColumnMap,
    *,
    dry_run: bool = False,
    pay: bool = True,
    progress: Progress | None = None,
    outcomes: Callable[[LineOutcome], None] | None = None,
) -> ImportReport:
    """Import a file; every one of its lines has exactly one outcome, and the sums add up to the file's own.

    Args:
        dry_run: everything is read, checked and matched; nothing is written.
        pay: the sales of a map whose payments are `offline` are paid and confirmed as well.
        progress: called with ("reading" | "orders" | "cancellations", how many are done, of how many or 0).
        outcomes: called with each line's outcome at the end, in the order of the file.

    Raises:
        InvalidRequest: the file cannot be read at all, or offline payments have no gateway to go through.
        StorageError, Busy: the database cannot be written; what is done is done, and a second run goes on.
    """
    tell = progress or (lambda stage, done, of: None)
    tell("reading", 0, 0)
    with stage_file(path, column_map) as staged:
        via = _offline_gateway(wiring) if pay and column_map.payment == "offline" else None
        importing = _Importing(wiring, actor, column_map.name, staged, via, dry_run)
        counts = staged.counts
        for done, order in enumerate(staged.orders(), start=1):
            importing.take_order(order)
            tell("orders", done, counts.orders)
        for done, line in enumerate(staged.cancellations(), start=1):
            importing.take_cancellation(line)
            tell("cancellations", done, counts.cancellations)
        report = staged.report()
        if outcomes is not None:
            for outcome in staged.outcomes():
                outcomes(outcome)
        return report


def _offline_gateway(wiring: Wiring) -> str:
    for name, gateway in wiring.gateways(wiring.scope).items():
        if gateway.capabilities.confirmed_by_person:
            return name
    raise InvalidRequest("gateways", "has_offline_gateway", hint="wire an OfflineGateway, or import without paying")


@frozen
class _Importing:
    """One run over one staged file."""

    wiring: Wiring
    actor: Actor
    map: str
    staged: Staged
    via: str | None
    dry_run: bool

    def take_order(self, order: StagedOrder) -> None:
        try:
            note = self._known(order) if self.dry_run else self._place_and_pay(order)
        except (InvalidRequest, TransitionError) as error:
            self._refuse(order, error.refusal)
        except MoneyError as error:
            self._refuse(order, Refusal("is_representable", {"why": str(error)}))
        except KeyReused:
            self._refuse(order, changed_since(order.order))
        else:
            for line in order.lines:
                self.staged.record(sold(line, note=note))

    def _refuse(self, order: StagedOrder, refusal: Refusal) -> None:
        for line in order.lines:
            self.staged.record(refused(line, refusal))

    def _place_and_pay(self, order: StagedOrder) -> str:
        key = self._key(order.order)
        new = self._new_order(order)
        placed = placing.place(self.wiring, self.actor, new, key=key, fields={}, reason=None)
        note = "Imported before." if placed.repeated else ""
        if self.via is None or stand(placed.family).is_funded:
            return note
        try:
            self._pay(placed.family.order, key, self.via)
        except TransitionError as error:
            return f"Placed, but not paid: {error.refusal}."
        return note

    def _pay(self, placed: Order, key: str, via: str) -> None:
        """Drive the order on to paid, from wherever an earlier run left it; a free order is funded already."""
        pay = self._command("pay", placed.id, key)
        payment = paying.pay(self.wiring, pay, placed.id, via=via, method=None, amount=None, capture=True)
        paying.confirm(self.wiring, self._command("confirm", payment.id, key), payment.id, amount=None)

    def _known(self, order: StagedOrder) -> str:
        """What a dry run can say: the order is checked as if it were placed, and an earlier run is recognised."""
        new = self._new_order(order)
        known = placing.known(self.wiring, self.actor, new, key=self._key(order.order))
        if known is not None:
            for line in order.lines:
                self.staged.take(f"line:{line.line}", line.quantity)
            return "Imported before."
        placing.checked(self.wiring, self.actor, new)
        return ""

    def _new_order(self, order: StagedOrder) -> NewOrder:
        channel = f"import:{self.map}"
        lines = tuple(
            NewLine(each.offer, each.title, unit_price=each.unit_price, quantity=each.quantity, extra=dict(each.extra))
            for each in order.lines
        )
        return NewOrder(
            customer=Customer(order.customer or f"guest:{order.order}", order.name),
            lines=lines,
            placed_at=order.placed_at,
            source=Source(channel, order.order),
        )

    def take_cancellation(self, line: CancellationLine) -> None:
        refusal = has_customer(line) or something_goes_back(line)
        if refusal is not None:
            self.staged.record(refused(line, refusal))
            return
        reference = self._reference(line)
        before = self._refunds(reference)
        for each in before:
            self._finish(each)
        rest = line.quantity - sum(each.quantity for each in before)
        if self.dry_run:
            self._preview(line, before, rest)
            return
        parts, why = self._reverse(line, reference, rest) if rest > 0 else ((), None)
        done = (*before, *parts)
        self.staged.record(
            cancelled(
                line,
                quantity=sum(each.quantity for each in done),
                refunded=total((each.amount for each in done), line.currency),
                refusal=why,
                note="Refunded before." if before and not parts else "",
            )
        )

    def _reverse(
        self, line: CancellationLine, reference: str, quantity: int
    ) -> tuple[tuple[ReferencedRefund, ...], Refusal | None]:
        """Refund up to `quantity` units of the sales the line reverses, the newest order first."""
        made: list[ReferencedRefund] = []
        why: Refusal | None = None
        for order_id, items in self._matched(line, quantity).items():
            try:
                made.append(self._refund(order_id, items, reference, len(made)))
            except (TransitionError, InvalidRequest) as error:
                why = error.refusal
        return tuple(made), why

    def _preview(self, line: CancellationLine, before: tuple[ReferencedRefund, ...], rest: int) -> None:
        """What a dry run can say: matched against the stored sales and the file's own, nothing refunded.

        Where a unit price has more digits than its currency, the real run may give back a minor unit more or less.
        """
        candidates = (*self._stored(line), *self.staged.sales_like(line)) if rest > 0 else ()
        parts = match(rest, candidates, at=line.placed_at).parts if candidates else ()
        # Without being paid, the file's own sales have nothing to give back.
        paid = [part for part in parts if self.via is not None or not part.sale.startswith("line:")]
        for part in paid:
            self.staged.take(part.sale, part.quantity)
        would = sum(part.quantity for part in paid)
        refunded = total((each.amount for each in before), line.currency) + line.unit_price.times(would)
        self.staged.record(
            cancelled(
                line,
                quantity=line.quantity - rest + would,
                refunded=refunded,
                refusal=unpaid(line.currency) if len(paid) < len(parts) else None,
            )
        )

    def _stored(self, line: CancellationLine) -> list[Candidate[str]]:
        names = [(f"item:{each.item_id.hex}", each) for each in self._sold(line)]
        return [
            Candidate(sale=name, placed_at=each.placed_at, remaining=each.quantity - self.staged.taken(name))
            for name, each in reversed(names)
        ]

    def _sold(self, line: CancellationLine) -> tuple[SoldItem, ...]:
        with self.wiring.storage.reading() as store:
            return store.sold(
                self.wiring.scope,
                customer_id=line.customer or "",
                offer=line.offer,
                unit_price=line.unit_price,
                until=line.placed_at,
            )

    def _matched(self, line: CancellationLine, quantity: int) -> dict[UUID, list[RefundItem]]:
        found = self._sold(line)
        # `match` takes the later of two sales at one instant for the newer; the store gives the newest first.
        candidates = [Candidate(sale=each, placed_at=each.placed_at, remaining=each.quantity) for each in found[::-1]]
        by_order: dict[UUID, list[RefundItem]] = {}
        for part in match(quantity, candidates, at=line.placed_at).parts:
            by_order.setdefault(part.sale.order_id, []).append(RefundItem(part.sale.item_id, part.quantity))
        return by_order

    def _refund(self, order_id: UUID, items: list[RefundItem], reference: str, part: int) -> ReferencedRefund:
        key = f"{reference}#{part}"
        command = self._command("refund", order_id, key)
        refund = refunding.refund(self.wiring, command, order_id, items, reference=reference)
        made = ReferencedRefund(
            order_id=order_id,
            refund_id=refund.id,
            quantity=sum(each.quantity for each in refund.lines),
            amount=refund.amount,
            kind=refund.kind,
        )
        self._finish(made)
        return made

    def _finish(self, refund: ReferencedRefund) -> None:
        """Drive a refund on that has not gone back yet; what a person pays out has been paid out, says the file."""
        if refund.kind != "under_way" or self.dry_run:
            return
        family = proceed(self.wiring, self.actor, refund.order_id)
        if family.refund(refund.refund_id).kind == "under_way":
            key = f"import:{refund.refund_id.hex}"
            refunding.confirm(self.wiring, self._command("confirm_refund", refund.refund_id, key), refund.refund_id)

    def _refunds(self, reference: str) -> tuple[ReferencedRefund, ...]:
        with self.wiring.storage.reading() as store:
            return store.refunds_under(self.wiring.scope, reference)

    def _command(self, verb: str, target: UUID, key: str) -> Command:
        return Command(verb=verb, actor=self.actor, target=str(target), key=key)

    def _reference(self, line: CancellationLine) -> str:
        """The line's own name, the same in every file that holds it: what it says, and the how many-th time."""
        says = (line.order, line.offer, str(line.unit_price.amount), line.quantity, line.repeat)
        return self._key(to_text(says))

    def _key(self, external: str) -> str:
        """A key for something of the file; long names are cut to a digest, for a key has 200 characters at most."""
        if len(external) > _LONGEST_NAME:
            external = hashlib.sha256(external.encode()).hexdigest()
        return f"import:{self.map}:{external}"


_LONGEST_NAME = 100
