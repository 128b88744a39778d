"""The signature under a webhook, as Stripe documents it: who sent it, and when; pure.

Only the check lives here. Nothing is said about replays: who receives keeps the events' ids, for ever.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from orderkit.errors import InvalidRequest
from orderkit.keys import EPOCH

HEADER: Final = "stripe-signature"
TOLERANCE: Final = timedelta(seconds=300)
FUTURE: Final = timedelta(seconds=300)
"""Stripe's own library takes any time in the future; a clock that far ahead is somebody else's."""

_SECONDS: Final = re.compile(r"[0-9]{1,11}")
_MAC: Final = re.compile(r"[0-9a-f]{64}")


def verify(body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], at: datetime) -> None:
    """Nothing where the body was signed with one of the secrets, not long before `at` (I-31).

    The header is ``t=<seconds>,v1=<hex>``, with one ``v1`` for each secret while one is being replaced; what is signed
    with HMAC-SHA256 is ``<seconds>.<body>``. Other schemes (``v0``) beside it are ignored.

    Raises:
        InvalidRequest: the `signature` is missing, given twice, garbled or of another secret; the `timestamp` is
            missing, too old or too far ahead; or there are no `secrets` to check with.
    """
    if not secrets:
        raise InvalidRequest("secrets", "has_secret")
    timestamp, given = _parsed(_header(headers))
    signed = timestamp.encode() + b"." + body
    expected = [hmac.digest(each.encode(), signed, "sha256").hex() for each in secrets]
    # Every pair is compared, each in constant time: how long it takes tells nothing of what was expected.
    matches = [hmac.compare_digest(one, other) for one in expected for other in given]
    if not any(matches):
        raise InvalidRequest("signature", "is_of_known_secret")
    sent_at = EPOCH + timedelta(seconds=int(timestamp))
    if at - sent_at > TOLERANCE:
        raise InvalidRequest("timestamp", "is_recent", sent_at=sent_at.isoformat(), oldest=(at - TOLERANCE).isoformat())
    if sent_at - at > FUTURE:
        raise InvalidRequest("timestamp", "is_past", sent_at=sent_at.isoformat(), latest=(at + FUTURE).isoformat())


def _header(headers: Mapping[str, str]) -> str:
    found = [value for name, value in headers.items() if name.lower() == HEADER]
    if not found:
        raise InvalidRequest("signature", "has_header", header=HEADER)
    if len(found) > 1:
        raise InvalidRequest("signature", "is_given_once", header=HEADER)
    return found[0]


def _parsed(header: str) -> tuple[str, list[str]]:
    entries = [tuple(each.strip().partition("=")[::2]) for each in header.split(",")]
    times = [value for name, value in entries if name == "t"]
    given = [value for name, value in entries if name == "v1"]
    if len(times) != 1 or not _SECONDS.fullmatch(times[0]):
        raise InvalidRequest("timestamp", "is_well_formed", header=HEADER)
    if not given or not all(_MAC.fullmatch(each) for each in given):
        raise InvalidRequest("signature", "is_well_formed", header=HEADER)
    return times[0], given
