"""What must hold when a run is over: at rest (Q), and of what was stored, whether it has come to rest or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from attrs import frozen

from orderkit.asked import Asked
from orderkit.errors import OrderkitError
from orderkit.family import in_order
from orderkit.history import replay, verify, without_personal
from orderkit.journal import JournalEntry
from orderkit.payments.outcomes import NeverSeen
from orderkit.payments.records import Operation, Payment
from orderkit.testing.simulation.asking import Memory
from orderkit.testing.simulation.known import SCOPE
from orderkit.testing.simulation.laws import Law, require
from orderkit.testing.simulation.ledgers import OPEN_KINDS, came_in, moved, spent, went_back
from orderkit.testing.simulation.resting import Rest
from orderkit.testing.simulation.world import World


@frozen
class Ended:
    """A run that is over; `rest` is None where its faults never stopped."""

    world: World
    memory: Memory
    rest: Rest


def _everything(world: World) -> tuple[object, ...]:
    """All that nothing may add to."""
    known = world.known
    with world.storage.inner.reading() as store:
        families = {id: in_order(store.family(SCOPE, id)) for id in known.families}
    accounts = {place: tuple(entries) for place, entries in known.accounts.items()}
    return families, set(known.messages), accounts, len(world.card.ledger)


def _unchanged(ended: Ended, act: Callable[[], object]) -> None:
    before = _everything(ended.world)
    act()
    after = _everything(ended.world)
    for was, now in zip(before, after, strict=True):
        require(was == now, "before:", was, "\n     after:", now)


def gateway_and_store_agree(ended: Ended) -> None:
    world = ended.world
    dead = _told_by_the_dead(ended)
    for family in world.known.families.values():
        for payment in family.payments:
            operations = family.operations_of(payment.id)
            theirs = _theirs(ended, payment)
            if payment.gateway == "bank" or any(each.kind in OPEN_KINDS for each in operations) or payment.id in dead:
                continue
            ours = moved(operations)
            require(came_in(ours) == came_in(theirs), payment, "ours", dict(ours), "theirs", dict(theirs))
            require(went_back(ours) - ours["credit"] == went_back(theirs) - theirs["credit"], payment, ours, theirs)


def _told_by_the_dead(ended: Ended) -> set[object]:
    """Payments that an event speaks of which nobody could place: a person sees it among the dead."""
    ids = {each.event_id for each in ended.rest.desk.events(("dead",), limit=1000)}
    return {
        booking.payment_id
        for letter in ended.rest.outside.written()
        if letter.id in ids
        for booking in ended.world.card.ledger
        if booking.reference.encode() in letter.body
    }


def _theirs(ended: Ended, payment: Payment) -> Counter[str]:
    if payment.gateway == "card":
        return ended.world.oracle.sums(payment.id)
    family = ended.world.known.families[payment.order_id]
    return spent(ended.world.known.accounts[family.order.customer_id, payment.amount.currency], payment.id)


def every_event_is_applied_or_seen(ended: Ended) -> None:
    open_events = ended.rest.desk.events(("received", "parked"), limit=1000)
    require(not open_events, "neither applied nor dead:", open_events)


def every_fact_left_once(ended: Ended) -> None:
    known, receiver = ended.world.known, ended.world.receiver
    require(not receiver.altered, "came again and said something else:", receiver.altered)
    with ended.world.storage.inner.reading() as store:
        waiting = {each.id for each in store.messages("events", limit=10_000)}
        dead = {each.message.id for each in store.dead_messages("events", limit=10_000)}
    written = {id for id, _ in known.messages}
    require(set(receiver.taken) <= written, "never written:", set(receiver.taken) - written)
    require(written - set(receiver.taken) <= dead, "never came:", written - set(receiver.taken) - dead)
    require(not waiting, "still waiting:", waiting)


def nothing_waits_unseen(ended: Ended) -> None:
    seen = {each.id for each in ended.rest.shop.stuck() if each.what == "operation"}
    now = ended.world.clock.at
    for each in _open(ended):
        young = now - each.asked_at < ended.rest.shop.wiring.profile.policies.look_ups[0]
        require(young or each.id in seen, "open, and not shown as stuck:", each)
        waits = each.next_check_at is None
        require(waits or (each.next_check_at is not None and each.next_check_at > now), "due, and not looked at:", each)
        by_hand = ended.world.known.families[each.order_id].payment(each.payment_id).gateway == "bank"
        require(not waits or by_hand or each.send_before <= each.asked_at, "nobody looks at it again:", each)


def recovering_twice_is_once(ended: Ended) -> None:
    _unchanged(ended, lambda: ended.rest.desk.run_due(owner="again"))


def told_again_changes_nothing(ended: Ended) -> None:
    before = ended.world.known.families.copy()
    ended.rest.tell_all_again()
    for id, family in ended.world.known.families.items():
        require(family == before[id], "before:", before[id], "\n     after:", family)


def late_money_is_seen(ended: Ended) -> None:
    dead = _told_by_the_dead(ended)
    for family in ended.world.known.families.values():
        if family.order.kind != "cancelled":
            continue
        kept = sum(came_in(_theirs(ended, each)) - went_back(_theirs(ended, each)) for each in family.payments)
        kept -= moved(family.operations)["credit"]
        asked = any(each.kind in OPEN_KINDS for each in family.operations)
        codes = {each.code for each in family.attention}
        told = codes & {"late_money", "overpaid", "refund_failed", "manual_refund", "outcome_is_known"}
        unplaced = dead & {each.id for each in family.payments}
        seen = told or unplaced
        require(kept <= 0 or asked or seen, family.order, "holds", kept, "and nobody is told:", codes)


def never_seen_is_an_answer(ended: Ended) -> None:
    if not ended.world.gateways["card"].capabilities.looks_up:
        return
    for each in _open(ended):
        if ended.world.known.families[each.order_id].payment(each.payment_id).gateway == "card":
            lost = isinstance(ended.world.oracle.answered(each.id), NeverSeen) and each.status in ("sending", "unknown")
            require(not lost, "the gateway has never seen it, and it stays open:", each)


def pressed_again_changes_nothing(ended: Ended) -> None:
    for each in ended.memory.given:
        family = None if each.order_id is None else ended.world.known.families[each.order_id]
        open_now = family is not None and any(one.kind in OPEN_KINDS for one in family.operations)
        if open_now or (each.name, each.order_id, each.key) not in ended.memory.made:
            continue

        def press() -> None:
            try:
                each.ask(ended.rest.shop, Asked(key=each.key))  # noqa: B023  # called before the next one
            except OrderkitError as error:
                require(False, each, "was accepted, and now:", repr(error))  # noqa: B023

        _unchanged(ended, press)


def _open(ended: Ended) -> list[Operation]:
    families = ended.world.known.families.values()
    return [each for family in families for each in family.operations if each.kind in OPEN_KINDS]


# --- of what was stored, in every mode --------------------------------------------------------------------------------


def history_replays(ended: Ended) -> None:
    world = ended.world
    with world.storage.inner.reading() as store:
        for id, known in world.known.families.items():
            entries, family = store.history(SCOPE, id), store.family(SCOPE, id)
            verify(entries)
            require(len(entries) == family.order.version, family.order, len(entries))
            require(
                in_order(replay(entries)) == in_order(without_personal(family)), "replayed otherwise:", family.order
            )
            require(in_order(family) == in_order(known), "stored otherwise than committed:", family.order)


def journal_is_a_prefix(ended: Ended) -> None:
    world, stored = ended.world, journal_of(ended.world)
    by_order: dict[object, list[JournalEntry]] = {}
    for each in stored:
        by_order.setdefault(each.order_id, []).append(each)
    for id, entries in world.known.journal.items():
        require(by_order.get(id, []) == entries, "stored:", by_order.get(id, []), "\n     committed:", entries)
    sums: Counter[str] = Counter()
    for each in stored:
        for posting in each.postings:
            sums[posting.amount.currency] += posting.amount.minor
    require(not any(sums.values()), "the journal does not balance:", sums)


def journal_of(world: World) -> list[JournalEntry]:
    """All entries of the scope, in pages."""
    entries: list[JournalEntry] = []
    after = None
    with world.storage.inner.reading() as store:
        while page := store.journal(SCOPE, after=after, limit=50):
            entries.extend(page)
            after = page[-1].order_id, page[-1].sequence, page[-1].position
    return entries


def totals_agree(ended: Ended) -> None:
    families = ended.world.known.families.values()
    paid = sum(payment.captured.minor for family in families for payment in family.payments)
    back = sum(payment.refunded.minor for family in families for payment in family.payments)
    told = ended.rest.shop.orders.totals()
    require(sum(each.paid.minor for each in told) == paid, told, paid)
    require(sum(each.refunded.minor for each in told) == back, told, back)


STORED_LAWS: Final[tuple[Law[Ended], ...]] = (
    Law("I-18", "history is whole, and tells the stored records", history_replays),
    Law("I-04", "the journal is as it was entered, and balances", journal_is_a_prefix),
    Law("I-07", "the sums of a list are those of the orders", totals_agree),
)

REST_LAWS: Final[tuple[Law[Ended], ...]] = (
    Law("I-08", "store and gateway agree on what came in and went back", gateway_and_store_agree),
    Law("I-28", "every event is applied, or seen among the dead", every_event_is_applied_or_seen),
    Law("I-32", "every fact has left, once for who remembers ids", every_fact_left_once),
    Law("I-39", "nothing waits unseen", nothing_waits_unseen),
    Law("I-43", "what the gateway has never seen did not happen", never_seen_is_an_answer),
    Law("I-42", "money that came late is seen", late_money_is_seen),
    Law("I-40", "recovering twice is recovering once", recovering_twice_is_once),
    Law("I-26", "what was told, told again in another order, changes nothing", told_again_changes_nothing),
    Law("I-20", "what was accepted, asked again under its key, changes nothing", pressed_again_changes_nothing),
)
