"""The adapter to that bank: instructions go out by HTTP, answers become outcomes, all else is `Unknown`."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from typing import Any
from uuid import UUID

from attrs import field, frozen

from orderkit import (
    Approved,
    Capabilities,
    Declined,
    Event,
    Inquiry,
    InvalidRequest,
    Money,
    NeverSeen,
    Pending,
    Rejected,
    Report,
    Unknown,
)
from orderkit.payments.outcomes import Outcome
from orderkit.ports.gateway import Instruction

SECRET = b"loopback"
SECONDS = 0.4
GRACE = timedelta(seconds=5)


@frozen
class BankGateway:
    """One account at the bank that listens on this port of the loopback."""

    port: int
    account: str = "loopback"
    capabilities: Capabilities = field(
        default=Capabilities(
            authorize=True,
            partial_capture=True,
            several_captures=True,
            void=True,
            refund=True,
            partial_refund=True,
            looks_up=True,
            keys_kept=timedelta(hours=24),
            grace=GRACE,
        )
    )

    def authorize(self, instruction: Instruction) -> Outcome:
        return self._ask(instruction)

    def sale(self, instruction: Instruction) -> Outcome:
        return self._ask(instruction)

    def capture(self, instruction: Instruction) -> Outcome:
        return self._ask(instruction)

    def void(self, instruction: Instruction) -> Outcome:
        return self._ask(instruction)

    def refund(self, instruction: Instruction) -> Outcome:
        return self._ask(instruction)

    def look_up(self, instruction: Instruction) -> Outcome | NeverSeen:
        try:
            said = self.call("GET", f"/look_up/{instruction.key}")
        except (OSError, HTTPException, ValueError) as error:
            return Unknown(f"look-up: {error!r}")
        return NeverSeen() if said["is"] == "never_seen" else _outcome(said, instruction.amount.currency)

    def statement(self, inquiry: Inquiry) -> tuple[Report, ...] | Unknown:
        try:
            said = self.call("GET", f"/statement/{inquiry.payment_id}")
        except (OSError, HTTPException, ValueError) as error:
            return Unknown(f"statement: {error!r}")
        return tuple(_report(each) for each in said)

    def authenticate(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> None:
        wanted = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, headers.get("signature", "")):
            raise InvalidRequest("signature", "is_authentic")

    def event(self, body: bytes) -> Event:
        told = json.loads(body)
        return Event(id=told["id"], type=told["type"], reports=(_report(told["report"]),))

    def events(self, limit: int) -> list[dict[str, str]]:
        """Webhooks on their way: `id`, `body` and `signature`; the same again until they are acknowledged."""
        found: list[dict[str, str]] = self.call("GET", f"/events/{limit}")
        return found

    def acknowledge(self, id: str) -> None:
        self.call("POST", "/acknowledge", {"id": id})

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The answer as plain values. Raises OSError, HTTPException or ValueError where there is none."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            line.request(method, path, None if body is None else json.dumps(body))
            answer = line.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise ValueError(f"HTTP {answer.status}")
            return json.loads(text)
        finally:
            line.close()

    def _ask(self, asked: Instruction) -> Outcome:
        body = {
            "key": str(asked.key),
            "type": asked.type,
            "minor": asked.amount.minor,
            "currency": asked.amount.currency,
            "payment_id": str(asked.payment_id),
            "order_id": str(asked.order_id),
            "scope": asked.scope,
            "method": asked.method,
            "on": asked.on,
            "final": asked.final,
        }
        try:
            said = self.call("POST", f"/{asked.type}", body)
        except (OSError, HTTPException, ValueError) as error:
            return Unknown(f"{asked.type}: {error!r}")
        return _outcome(said, asked.amount.currency)


def _outcome(said: Mapping[str, Any], currency: str) -> Outcome:
    if said["is"] == "approved":
        moved = None if said["minor"] is None else Money.of_minor(said["minor"], currency)
        return Approved(said["reference"], moved)
    if said["is"] == "pending":
        return Pending(said["reference"])
    if said["is"] == "declined":
        return Declined(said["code"])
    return Rejected(said["code"]) if said["is"] == "rejected" else Unknown(f"the bank said {said!r}")


def _report(said: Mapping[str, Any]) -> Report:
    return Report(
        type=said["type"],
        reference=said["reference"],
        outcome=_outcome(said["outcome"], said["currency"]),
        key=UUID(said["key"]),
        scope=said["scope"],
        payment_id=UUID(said["payment_id"]),
        on=said["on"],
    )
