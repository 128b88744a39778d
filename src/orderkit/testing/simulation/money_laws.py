"""The step laws about money (C1): each judges by lines, ledgers and plain sums, never by the library's fold."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from orderkit.payments.records import Operation, Payment
from orderkit.testing.simulation.laws import Call, Step, require
from orderkit.testing.simulation.ledgers import came_in, flying, held, moved, spent, total_of, went_back


def totals_come_from_lines(step: Step) -> None:
    family, standing = step.after, step.change.standing
    for line in family.lines:
        mine = [each for each in family.items if each.line_id == line.id]
        require(line.quantity >= 1 and line.unit_price.amount >= 0, "line", line)
        require(sum(each.quantity for each in mine) == line.quantity, "units of", line)
        require(sum(each.amount.minor for each in mine) == line.total.minor, "items of", line)
        require(all(each.quantity >= 1 and each.amount.minor >= 0 for each in mine), "items", mine)
    require(standing.total.minor == total_of(family) >= 0, standing.total, "is not", total_of(family))


def journal_balances(step: Step) -> None:
    places = {(each.sequence, each.position) for each in step.known.journal[step.after.order.id]}
    for entry in step.change.journal:
        sums: Counter[str] = Counter()
        for each in entry.postings:
            sums[each.amount.currency] += each.amount.minor
        require(not any(sums.values()), entry)
        place = entry.sequence, entry.position
        require(place not in places and entry.sequence == step.after.order.version, "not appended:", entry)
        places.add(place)


def captures_are_covered(step: Step) -> None:
    for each in step.intents:
        if each.type == "capture":
            sums, asked = _sums(step, each), _flying(step, each)
            rest = sums["authorize"] - sums["capture"] - sums["void"] - asked["capture"] - asked["void"]
            require(rest >= 0, f"{-rest} more than is held is asked for by", each)
    for payment in step.after.payments:
        sums = moved(step.after.operations_of(payment.id))
        told = "captured_above_authorized" in step.attention
        require(told or sums["capture"] <= sums["authorize"], payment)


def returns_are_covered(step: Step) -> None:
    for each in step.intents:
        if each.type in ("refund", "credit"):
            sums, asked = _sums(step, each), _flying(step, each)
            rest = came_in(sums) - went_back(sums) - asked["refund"] - asked["credit"]
            require(rest >= 0, f"{-rest} more than was captured is asked back by", each)
    for payment in step.after.payments:
        sums = moved(step.after.operations_of(payment.id))
        told = "returned_above_captured" in step.attention
        require(told or went_back(sums) <= came_in(sums), payment)


def order_agrees_with_journal(step: Step) -> None:
    standing, operations = step.change.standing, step.after.operations
    sums = [moved(step.after.operations_of(each.id)) for each in step.after.payments]
    net = sum(came_in(each) - went_back(each) for each in sums)
    require(standing.net_paid.minor == net, "net paid", standing.net_paid, "is not", net)
    require(min(standing.due.minor, standing.credit.minor) == 0 <= standing.due.minor, standing)
    require(0 <= standing.owed.minor <= standing.total.minor, "owed", standing.owed, "of", standing.total)
    accounts = Counter(step.known.balances[step.after.order.id])
    for entry in step.change.journal:
        for each in entry.postings:
            accounts[each.account] += each.amount.minor
    receivable = accounts["Assets:Receivable"]
    require(receivable == standing.due.minor - standing.credit.minor, "receivable", receivable, standing)
    cash = sum(minor for name, minor in accounts.items() if name.startswith("Assets:Clearing"))
    require(cash == _cash(step), "clearing", cash, "is not", _cash(step), "of", operations)


def nothing_recorded_without_money(step: Step) -> None:
    for payment in step.after.payments:
        ours = moved(step.after.operations_of(payment.id))
        if payment.gateway == "bank":
            require(came_in(ours) <= step.known.came[payment.id], payment, step.known.came[payment.id])
            require(ours["refund"] <= step.known.went[payment.id], payment, step.known.went[payment.id])
            continue
        theirs = _theirs(step, payment)
        for type, minor in ours.items():
            bound = theirs["void"] + theirs["release"] if type == "void" else theirs[type]
            require(type in ("credit", "void") or minor <= bound, f"{type} {minor} > {bound} of", payment)


def obligations_are_met_once(step: Step) -> None:
    for each in step.intents:
        if each.type in ("authorize", "sale"):
            require(_reserved(step) <= total_of(step.after), _reserved(step), "asked for by", each)
    leaving = flying(step.after.operations)
    kept = min(step.change.standing.credit.minor, step.change.standing.net_paid.minor)
    if kept > leaving["refund"] + leaving["credit"]:
        told = {"overpaid", "late_money", "refund_failed", "manual_refund"} & step.attention
        require(told, "paid above what is owed, and nobody is told", step.change.standing)


def what_was_asked_stays(step: Step) -> None:
    said = step.known.said
    for payment in step.after.payments:
        asked = (payment.amount, payment.rate, payment.gateway, payment.account, payment.method, payment.request_id)
        require(said.setdefault(payment.id, asked) == asked, payment)
    for each in step.after.operations:
        operation = (each.type, each.amount, each.asked_at, each.payment_id, each.refund_id)
        require(said.setdefault(each.id, operation) == operation, each)


def amounts_are_positive(step: Step) -> None:
    for each in step.after.operations:
        require(each.amount.minor > 0 or each.type == "void", each)
        require(each.moved is None or each.moved.minor >= 0, each)
    for refund in step.after.refunds:
        require(all(line.quantity >= 1 and line.amount.minor >= 0 <= line.fee.minor for line in refund.lines), refund)


def money_never_goes_back_in_time(step: Step) -> None:
    then = {} if step.before is None else {each.id: each for each in step.before.operations}
    now = {each.id: each for each in step.after.operations}
    for id, was in then.items():
        after = now.get(id)
        require(after is not None, "an operation is gone:", was)
        if after is not None and was.kind == "succeeded":
            less = after.moved is None or (was.moved is not None and after.moved.minor < was.moved.minor)
            require(after.kind == "succeeded" and not less, was, "became", after)


def figures_are_derived(step: Step) -> None:
    standing = step.change.standing
    for payment in step.after.payments:
        sums = moved(step.after.operations_of(payment.id))
        require(payment.captured.minor == came_in(sums), payment, sums)
        require(payment.refunded.minor == sums["refund"] - sums["refund_reversal"], payment, sums)
        lost = sums["chargeback"] - sums["chargeback_reversal"]
        require(payment.charged_back.minor == lost, payment, sums)
        final = any(
            each.final and each.type == "capture" and each.kind == "succeeded"
            for each in step.after.operations_of(payment.id)
        )
        require(payment.authorized.minor == (0 if final else held(sums)), payment, sums)
    for request in step.after.requests:
        mine = [each for each in step.after.payments if each.request_id == request.id]
        net = sum(_net(step, each) for each in mine)
        require(request.settled.minor == net, request, net)
    paid = sum(each.captured.minor for each in step.after.payments)
    require(standing.paid.minor == paid, standing, paid)


def free_orders_ask_nobody(call: Call) -> None:
    family = call.known.families[call.asked.order_id]
    require(call.asked.amount.minor > 0, call.asked)
    require(total_of(family) > 0, "the order is free:", call.asked)


def no_money_without_record(call: Call) -> None:
    for key in call.oracle.booked_keys:
        require(key in call.known.operations, "no operation for", call.oracle.booked(key))


def nobody_is_charged_twice(call: Call) -> None:
    if call.asked.order_id in call.known.excused or call.asked.type not in ("authorize", "sale", "capture"):
        return
    family = call.known.families[call.asked.order_id]
    kept = 0
    for payment in family.payments:
        sums = call.oracle.sums(payment.id) if payment.gateway == "card" else _credited(call, payment)
        if payment.gateway == "bank":
            sums = moved(family.operations_of(payment.id))
        kept += came_in(sums) + held(sums) - sums["refund"]
    require(kept <= total_of(family), f"{kept} of {total_of(family)} taken or held for the order by", call.asked)


def _credited(call: Call, payment: Payment) -> Counter[str]:
    family = call.known.families[call.asked.order_id]
    account = call.known.accounts[family.order.customer_id, payment.amount.currency]
    return spent(account, payment.id)


def _theirs(step: Step, payment: Payment) -> Counter[str]:
    if payment.gateway == "card":
        return step.oracle.sums(payment.id)
    return spent(step.known.accounts[step.after.order.customer_id, payment.amount.currency], payment.id)


def _sums(step: Step, operation: Operation) -> Counter[str]:
    return moved(step.after.operations_of(operation.payment_id))


def _flying(step: Step, operation: Operation) -> Counter[str]:
    return flying(step.after.operations_of(operation.payment_id))


def _net(step: Step, payment: Payment) -> int:
    sums = moved(step.after.operations_of(payment.id))
    return came_in(sums) - went_back(sums)


def _reserved(step: Step) -> int:
    """What stayed with us, is held, or is on its way."""
    reserved = 0
    for payment in step.after.payments:
        operations = step.after.operations_of(payment.id)
        asked = flying(operations)
        reserved += _net(step, payment) + payment.authorized.minor + asked["authorize"] + asked["sale"]
    return reserved


def _cash(step: Step) -> int:
    """What lies with the gateways, customers' credit and its moves left out."""
    cash = 0
    fees: dict[UUID, int] = {}
    for payment in step.after.payments:
        sums = moved(step.after.operations_of(payment.id))
        fees[payment.id] = sums["fee"]
        if payment.gateway != "credit":
            cash += came_in(sums) - went_back(sums) + sums["credit"] - sums["fee"]
    return cash
