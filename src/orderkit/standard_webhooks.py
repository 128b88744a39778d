"""Standard Webhooks 1.0: what a webhook's sender signs, and how its receiver finds out who sent it, and when; pure.

Only the symmetric scheme (``v1``, HMAC-SHA256) lives here. What is signed is ``id.timestamp.body``, the body as raw
bytes: the id is the same for every try, the timestamp is that of the try.
"""

from __future__ import annotations

import binascii
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from orderkit.errors import InvalidRequest
from orderkit.keys import EPOCH, to_micros

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"

TOLERANCE: Final = timedelta(minutes=5)
FUTURE: Final = timedelta(minutes=5)

_PREFIX: Final = "whsec_"
_VERSION: Final = "v1"
_KEY_SIZES: Final = range(24, 65)

# A full stop in an id would let its end pass for a timestamp, so the standard forbids it.
_SIGNABLE_ID = re.compile(r"[!-\-/-~]+")
_SECONDS = re.compile(r"[0-9]{1,11}")
_ENTRY = re.compile(r"([0-9A-Za-z]+),([0-9A-Za-z+/=_-]+)")


def sign(body: bytes, *, id: str, at: datetime, secrets: Sequence[str]) -> dict[str, str]:
    """The three headers that go with a body: one signature for each secret, so that a secret can be replaced.

    Args:
        body: exactly the bytes that are sent.
        id: the message's, the same for every try. at: when this try is made, aware.
        secrets: ``whsec_`` and the Base64 of 24 to 64 bytes each; while one is being replaced, the new and the old.

    Raises:
        InvalidRequest: the id is empty or holds a full stop or a blank; a secret is none, or there is none.
    """
    if not _SIGNABLE_ID.fullmatch(id):
        raise InvalidRequest("id", "is_webhook_id", found=id[:40])
    timestamp = str(to_micros(at) // 1_000_000)
    macs = [_mac(key, id, timestamp, body=body) for key in keys_of(secrets)]
    return {
        ID: id,
        TIMESTAMP: timestamp,
        SIGNATURE: " ".join(f"{_VERSION},{b64encode(mac).decode()}" for mac in macs),
    }


def verify(
    body: bytes,
    headers: Mapping[str, str],
    *,
    secrets: Sequence[str],
    at: datetime,
    tolerance: timedelta = TOLERANCE,
    future: timedelta = FUTURE,
) -> None:
    """Nothing where the body was signed with one of the secrets, not long before `at` (I-31).

    Nothing is said about replays: who receives keeps the ids, for ever.

    Args:
        body: exactly the bytes that arrived, before anybody parsed them.
        headers: their names in any case; others are ignored.
        secrets: as of `sign`; any of them will do.
        at: the receiver's present, aware. tolerance: how old the try may be at most.
        future: how far the sender's clock may be ahead.

    Raises:
        InvalidRequest: `signature` is missing, given twice, garbled or of another secret, or the `timestamp` is
            missing, garbled, too old or too far ahead; or `secrets` holds none that is one.
    """
    keys = keys_of(secrets)
    id = _header(headers, ID, "signature", _SIGNABLE_ID)
    timestamp = _header(headers, TIMESTAMP, "timestamp", _SECONDS)
    given = _signatures(_header(headers, SIGNATURE, "signature", None))
    # Every pair is compared, each in constant time: how long it takes tells nothing of what was expected.
    matches = [hmac.compare_digest(_mac(key, id, timestamp, body=body), each) for key in keys for each in given]
    if not any(matches):
        raise InvalidRequest("signature", "is_of_known_secret")
    _require_present(timestamp, at, tolerance=tolerance, future=future)


def keys_of(secrets: Sequence[str]) -> tuple[bytes, ...]:
    """What secrets hold; the errors never repeat them.

    Raises:
        InvalidRequest: there is none, or one is not ``whsec_`` and the Base64 of 24 to 64 bytes.
    """
    if not secrets:
        raise InvalidRequest("secrets", "has_secret")
    return tuple(_key_of(each) for each in secrets)


def _key_of(secret: str) -> bytes:
    prefix, encoded = secret[: len(_PREFIX)], secret[len(_PREFIX) :].rstrip("=")
    try:
        key = b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:  # not Base64, or not even ASCII
        key = b""
    if prefix != _PREFIX or len(key) not in _KEY_SIZES:
        raise InvalidRequest("secrets", "is_webhook_secret", least=_KEY_SIZES[0], most=_KEY_SIZES[-1])
    return key


def _mac(key: bytes, id: str, timestamp: str, *, body: bytes) -> bytes:
    return hmac.digest(key, f"{id}.{timestamp}.".encode() + body, "sha256")


def _header(headers: Mapping[str, str], name: str, field: str, form: re.Pattern[str] | None) -> str:
    found = [value for given, value in headers.items() if given.lower() == name]
    if not found:
        raise InvalidRequest(field, "has_header", header=name)
    if len(found) > 1:
        raise InvalidRequest(field, "is_given_once", header=name)
    value = found[0].strip(" \t")
    if form is not None and not form.fullmatch(value):
        raise InvalidRequest(field, "is_well_formed", header=name)
    return value


def _signatures(header: str) -> list[bytes]:
    """The signatures of this scheme; those of other schemes (``v1a``) stand beside them and are for others."""
    entries = [_ENTRY.fullmatch(each) for each in header.split()]
    if not entries or None in entries:
        raise InvalidRequest("signature", "is_well_formed", header=SIGNATURE)
    try:
        return [b64decode(each[2], validate=True) for each in entries if each and each[1] == _VERSION]
    except binascii.Error:
        raise InvalidRequest("signature", "is_well_formed", header=SIGNATURE) from None


def _require_present(timestamp: str, at: datetime, *, tolerance: timedelta, future: timedelta) -> None:
    sent_at = EPOCH + timedelta(seconds=int(timestamp))
    if at - sent_at > tolerance:
        raise InvalidRequest("timestamp", "is_recent", sent_at=sent_at.isoformat(), oldest=(at - tolerance).isoformat())
    if sent_at - at > future:
        raise InvalidRequest("timestamp", "is_past", sent_at=sent_at.isoformat(), latest=(at + future).isoformat())
