"""How a command becomes one commit: its key is looked up, the family loaded, decided, concluded, written; or refused.

`change` is for what somebody asks for; `record` for what happened, which is applied until it is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from attrs import evolve, field, frozen

from orderkit.actors import Actor
from orderkit.cases import Case
from orderkit.codec import to_plain, to_text
from orderkit.errors import (
    Busy,
    CommitUnknown,
    InvalidRequest,
    KeyReused,
    Plain,
    StaleRecord,
    StorageError,
    TransitionError,
)
from orderkit.extensions import with_derived
from orderkit.facts import Fact
from orderkit.families.concluding import Concluded, conclude
from orderkit.family import OrderFamily
from orderkit.history import entry_for
from orderkit.journal import entries_for
from orderkit.keys import fingerprint
from orderkit.personal import Person, PersonalValue
from orderkit.ports.storage import Change, CommandKey, Message, Reading, UnitOfWork
from orderkit.services import texts
from orderkit.services.refusals import refusals_noted
from orderkit.services.units import unit_of_work
from orderkit.services.wiring import Wiring

DECIDED_AGAIN = 5
RECORDED_AGAIN = 50


@frozen(kw_only=True)
class Command:
    """Somebody's request: who, what, on what, under which key.

    Attributes:
        target: the id it is about as text; empty for what makes a new order.
        request: what was asked, as given, in plain values; its fingerprint stands under the key.
        expected_version: the order's version the caller saw; then the command fails at once when it is not the present.
    """

    verb: str
    actor: Actor
    target: str = ""
    key: str | None = None
    request: Mapping[str, Plain] = field(factory=dict)
    reason: str | None = None
    expected_version: int | None = None

    @property
    def cause(self) -> str:
        return f"{self.verb}:{self.key}" if self.key else self.verb


@frozen
class Decision:
    """What was decided: the family before its consequences, the name of what was accepted, and what it made."""

    family: OrderFamily
    event: str
    facts: tuple[Fact, ...] = ()
    made: Mapping[str, str] = field(factory=dict)
    is_new: bool = False


@frozen
class Committed:
    """What stands now. `repeated` says that the key had been used for this very request before."""

    family: OrderFamily
    made: Mapping[str, str]
    repeated: bool = False

    def id(self, noun: str) -> UUID:
        return UUID(hex=self.made[noun])


Find = Callable[[Reading], OrderFamily]
Decide = Callable[[Case], Decision]


def change(wiring: Wiring, command: Command, find: Find, decide: Decide) -> Committed:
    """Carry out a command's first step in one commit; decide again, five times, when somebody else was faster.

    Raises:
        TransitionError, InvalidRequest: refused; nothing changed, the refusal is logged under the error's reference.
        StaleRecord: the order is not at the expected version. KeyReused: the key stands for another request.
        Busy: others were faster every time.
        CommitUnknown: the command has no key, and nobody knows whether it was written.
    """
    with refusals_noted(wiring, command):
        checked(command)
        for _ in range(DECIDED_AGAIN):
            try:
                return _once(wiring, command, find, decide)
            except (StaleRecord, Busy) as conflict:
                if command.expected_version is not None and isinstance(conflict, StaleRecord):
                    raise
                last: StorageError = conflict
            except CommitUnknown as lost:
                # The key was to be written in that very commit: reading it again tells what became of it.
                if command.key is None:
                    raise
                last = lost
        raise busy(command.verb, last)


def record(wiring: Wiring, actor: Actor, cause: str, find: Find, decide: Decide) -> Committed:
    """Store what happened, again and again until it is stored; facts are never refused.

    Raises:
        Busy: the store could not be written for very long; the operation stays open and is looked up later.
    """
    command = Command(verb=cause, actor=actor)
    last: StorageError | None = None
    for _ in range(RECORDED_AGAIN):
        try:
            return _once(wiring, command, find, decide)
        except (StaleRecord, Busy, CommitUnknown) as conflict:
            last = conflict
    raise Busy(f"{cause}: could not be recorded, {RECORDED_AGAIN} tries") from last


def busy(verb: str, last: StorageError) -> StorageError:
    """What to tell whoever was stopped each time: the store's own words, or that others were faster."""
    if not isinstance(last, StaleRecord):
        return last
    return Busy(f"{verb}: others changed the order {DECIDED_AGAIN} times meanwhile; make the same call again")


def checked(command: Command) -> None:
    """Refuse a key, a reason or anything else asked for that cannot be stored, before anything happens."""
    for name, value in (("key", command.key), ("reason", command.reason)):
        if value is not None and not isinstance(value, str):
            raise InvalidRequest(name, "is_text", type=type(value).__name__)
        texts.checked(value, name)
    if command.key is not None and not 0 < len(command.key) <= 200:
        raise InvalidRequest("key", "has_1_to_200_characters", length=len(command.key))
    texts.checked(command.request, "")


def known_under(work: Reading, wiring: Wiring, command: Command) -> Committed | None:
    """What the command's key made before, if it was used before.

    Raises:
        KeyReused: for another request.
    """
    if command.key is None:
        return None
    known = work.key(wiring.scope, command.verb, command.target, command.key)
    if known is None:
        return None
    if known.fingerprint != fingerprint(command.request):
        raise KeyReused(command.verb, command.key)
    family = work.family(wiring.scope, UUID(hex=known.made["order"]))
    return Committed(family, known.made, repeated=True)


def _once(wiring: Wiring, command: Command, find: Find, decide: Decide) -> Committed:
    now = wiring.clock.now()
    with unit_of_work(wiring.storage) as work:
        known = known_under(work, wiring, command)
        if known is not None:
            return known
        family = find(work)
        if command.expected_version is not None and command.expected_version != family.order.version:
            raise StaleRecord(family.order.id, command.expected_version, family.order.version)
        case = wiring.case(family, command.actor, now)
        try:
            decision = decide(case)
        except (TransitionError, InvalidRequest):
            # What was read may have been half of somebody's commit: a refusal counts only on the present version.
            if work.version_of(wiring.scope, family.order.id) != family.order.version:
                raise StaleRecord(family.order.id, family.order.version, None) from None
            raise
        return write(wiring, work, command, case, decision)


def write(wiring: Wiring, work: UnitOfWork, command: Command, case: Case, decision: Decision) -> Committed:
    """Draw the conclusions and put everything into the commit; nothing at all where nothing changed (I-20)."""
    new_id = wiring.new_id(case.at)
    concluded = conclude(case, decision.family, new_id=new_id, is_new=decision.is_new)
    before = None if decision.is_new else case.family
    made = {"order": case.family.order.id.hex, **decision.made}
    if concluded.family == before and command.key is None:
        return Committed(case.family, made)
    after, reason = _stamped(wiring, command, case, concluded)
    entry = entry_for(before, after, event=decision.event, actor=command.actor, cause=command.cause, reason=reason)
    after = evolve(after, head=entry.hash)
    work.write(
        Change(
            scope=wiring.scope,
            before=before,
            after=after,
            standing=concluded.standing,
            entry=entry,
            journal=entries_for(before, after),
            messages=messages_for(wiring, after, (*decision.facts, *concluded.facts), new_id),
            key=_key(wiring, command, made, case.at),
        )
    )
    return Committed(after, made)


def _stamped(
    wiring: Wiring, command: Command, case: Case, concluded: Concluded
) -> tuple[OrderFamily, PersonalValue | None]:
    order = evolve(
        concluded.family.order,
        version=case.family.order.version + 1,
        changed_at=case.at,
        lifecycles=wiring.fingerprint,
    )
    family = with_derived(concluded.family.with_order(order), wiring.fields, wiring.ids.salt)
    if not command.reason:
        return family, None
    customer = str(Person("customer", order.customer_id))
    reason = PersonalValue(order.id, f"reason.{order.version}", customer, command.reason, wiring.ids.salt())
    return evolve(family, personal=(*family.personal, reason)), reason


def messages_for(
    wiring: Wiring, family: OrderFamily, facts: tuple[Fact, ...], new_id: Callable[[], UUID]
) -> tuple[Message, ...]:
    """One message per fact and channel; the id is the fact's, the same on every channel (I-32)."""
    if not wiring.channels:
        return ()
    made: list[Message] = []
    for fact in facts:
        id, body = new_id(), to_text(to_plain(fact))
        made.extend(
            Message(
                id=id,
                channel=channel,
                scope=family.order.scope,
                order_id=family.order.id,
                sequence=family.order.version,
                type=fact.type(),
                schema=fact.schema,
                at=family.order.changed_at,
                body=body,
            )
            for channel in wiring.channels
        )
    return tuple(made)


def _key(wiring: Wiring, command: Command, made: Mapping[str, str], at: datetime) -> CommandKey | None:
    if command.key is None:
        return None
    return CommandKey(
        scope=wiring.scope,
        verb=command.verb,
        target=command.target,
        key=command.key,
        fingerprint=fingerprint(command.request),
        made=made,
        at=at,
    )
