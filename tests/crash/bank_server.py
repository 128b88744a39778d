"""The bank as a process of its own, on a port of the loopback: it acts, then answers, and sometimes only acts.

    python -m tests.crash.bank_server SEED

It prints its port. Faults are thrown by dice: an answer that is dropped before or after the effect, a server error, a
call that takes effect long after its caller has gone, a decision that comes later, an event that is never sent.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.crash.bank import Bank, Plain
from tests.crash.dice import Dice

SECRET = b"loopback"
SLOW_SECONDS = 0.6
LOST_EVENTS = 0.2
WEIGHTS = {
    "approve": 64.0,
    "drop_before": 6.0,
    "drop_after": 9.0,
    "error_before": 3.0,
    "error_after": 4.0,
    "slow": 2.0,
    "pending": 8.0,
    "decline": 4.0,
}


class Server(ThreadingHTTPServer):
    """Answers each call in a thread of its own."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, seed: str) -> None:
        super().__init__(("127.0.0.1", 0), Clerk)
        self._parent = os.getppid()
        self._dice, self._rolling = Dice(seed), threading.Lock()
        self.bank = Bank(is_told=lambda event: self.roll(lambda dice: dice.roll() >= LOST_EVENTS))

    def roll(self, how: Any) -> Any:
        with self._rolling:
            return how(self._dice)

    def service_actions(self) -> None:
        """Nobody keeps an account here any more once the conductor is gone."""
        if os.getppid() != self._parent:
            raise SystemExit

    def handle_error(self, request: object, client_address: object) -> None:
        """Callers are killed all the time; that a connection breaks is no news."""


class Clerk(BaseHTTPRequestHandler):
    """One call."""

    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/acknowledge":
            self.server.bank.acknowledge(body["id"])
            return self.answer({})
        kind = self.server.roll(lambda dice: dice.weighed(WEIGHTS))
        if kind == "drop_before":
            return self.hang_up()
        if kind == "error_before":
            return self.answer({}, 500)
        if kind == "slow":
            time.sleep(SLOW_SECONDS)
        after, wins = self.server.roll(lambda dice: (dice.between(0.1, 0.8), dice.roll() < 0.8))
        settles_as = None if wins else {"is": "declined", "code": "declined_later"}
        outcome = self.server.bank.take(body, kind, settles_after=after, settles_as=settles_as)
        if kind == "drop_after":
            return self.hang_up()
        return self.answer(outcome, 500 if kind == "error_after" else 200)

    def do_GET(self) -> None:
        noun, _, id = self.path.lstrip("/").partition("/")
        bank = self.server.bank
        if noun == "look_up":
            self.answer(bank.look_up(id))
        elif noun == "statement":
            self.answer(bank.statement(id))
        elif noun == "events":
            self.answer([self.signed(each) for each in bank.waiting_events(int(id))])
        elif noun == "all_events":
            self.answer([self.signed(each) for each in bank.books()["events"]])
        else:
            self.answer(bank.books())

    def signed(self, event: Plain) -> Plain:
        body = json.dumps(event)
        return {
            "id": event["id"],
            "body": body,
            "signature": hmac.new(SECRET, body.encode(), hashlib.sha256).hexdigest(),
        }

    def answer(self, said: object, status: int = 200) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self) -> None:
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing is printed but the port."""


if __name__ == "__main__":
    server = Server(sys.argv[1])
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()
