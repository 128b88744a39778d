"""Standard Webhooks: what orderkit signs others verify, what others sign orderkit verifies, and nothing else passes."""

from __future__ import annotations

import secrets as chance
from base64 import b64encode
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from orderkit.errors import InvalidRequest
from orderkit.ports.clock import SystemClock
from orderkit.standard_webhooks import ID, SIGNATURE, TIMESTAMP, sign, verify

NOON = datetime(2026, 3, 2, 12, 0, 0, 999_999, tzinfo=timezone.utc)
NEW = "whsec_" + b64encode(bytes(range(32))).decode()
OLD = "whsec_" + b64encode(bytes(range(40, 64))).decode()
BODY = b'{"type":"order.paid"}'

keys = st.binary(min_size=24, max_size=64).map(lambda key: "whsec_" + b64encode(key).decode())
ids = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="."), min_size=1, max_size=80)


def refusal(body: bytes, headers: dict[str, str], **more: object) -> tuple[str, str]:
    """The field and the rule that refuse these headers, noon being the present and NEW the secret unless said."""
    chosen = {"secrets": [NEW], "at": NOON, **more}
    with pytest.raises(InvalidRequest) as refused:
        verify(body, headers, **chosen)  # type: ignore[arg-type]  # the choices are those of `verify`
    return refused.value.field, refused.value.refusal.code


def signed(**more: object) -> dict[str, str]:
    chosen = {"id": "msg-1", "at": NOON, "secrets": [NEW], **more}
    return sign(BODY, **chosen)  # type: ignore[arg-type]  # the choices are those of `sign`


@given(ids, keys, st.text(max_size=200))
def test_the_reference_verifies_what_we_sign(id: str, secret: str, body: str) -> None:
    """The package `standardwebhooks` accepts our headers, and returns no complaint about id, time or signature."""
    headers = sign(body.encode(), id=id, at=SystemClock().now(), secrets=[secret])
    Webhook(secret).verify(body.encode(), headers, json_parse=False)


@given(ids, keys, st.text(max_size=200), st.datetimes(datetime(1970, 1, 2), datetime(5000, 1, 1)))
def test_we_verify_what_the_reference_signs(id: str, secret: str, body: str, naive: datetime) -> None:
    """Headers made with the package `standardwebhooks` pass at the instant they were made."""
    at = naive.replace(tzinfo=timezone.utc)
    whole_seconds = int((at - datetime(1970, 1, 1, tzinfo=timezone.utc)) / timedelta(seconds=1))
    headers = {
        ID: id,
        TIMESTAMP: str(whole_seconds),
        SIGNATURE: Webhook(secret).sign(id, at.replace(microsecond=0), body),
    }
    verify(body.encode(), headers, secrets=[secret], at=at)


@given(st.binary(max_size=200), ids, keys)
def test_any_bytes_can_be_signed_and_verified(body: bytes, id: str, secret: str) -> None:
    """The body is bytes to both sides and never has to be text."""
    verify(body, sign(body, id=id, at=NOON, secrets=[secret]), secrets=[secret], at=NOON)


@given(st.binary(min_size=1, max_size=60), st.data())
def test_a_body_that_was_tampered_with_is_refused(body: bytes, data: st.DataObject) -> None:
    """One bit that differs is enough."""
    headers = sign(body, id="msg-1", at=NOON, secrets=[NEW])
    place, bit = data.draw(st.integers(0, len(body) - 1)), data.draw(st.integers(0, 7))
    tampered = body[:place] + bytes([body[place] ^ (1 << bit)]) + body[place + 1 :]
    assert refusal(tampered, headers) == ("signature", "is_of_known_secret")


@pytest.mark.parametrize(("name", "value"), [(ID, "msg-2"), (TIMESTAMP, "1772452801")])
def test_id_and_timestamp_are_signed_too(name: str, value: str) -> None:
    """Neither can be replaced: an old message cannot be passed off as a new one."""
    assert signed()[name] != value
    assert refusal(BODY, {**signed(), name: value}) == ("signature", "is_of_known_secret")


def test_a_secret_can_be_replaced_without_a_gap() -> None:
    """Whoever knows the new or the old one verifies what is signed with both; a third one fits nothing."""
    headers = signed(secrets=[NEW, OLD])
    for known in ([NEW], [OLD], [OLD, NEW]):
        verify(BODY, headers, secrets=known, at=NOON)
    third = "whsec_" + b64encode(chance.token_bytes(32)).decode()
    assert refusal(BODY, headers, secrets=[third]) == ("signature", "is_of_known_secret")
    verify(BODY, signed(secrets=[OLD]), secrets=[NEW, OLD], at=NOON)


def test_the_reference_takes_either_of_two_signatures() -> None:
    """During a rotation the package `standardwebhooks` accepts our headers under the new and under the old secret."""
    headers = sign(BODY, id="msg-1", at=SystemClock().now(), secrets=[NEW, OLD])
    for known in (NEW, OLD):
        Webhook(known).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + b64encode(bytes(24)).decode()).verify(BODY, headers)


def test_signatures_of_other_schemes_stand_beside_ours() -> None:
    """`v1a` is for others; alone it does not make a body authentic."""
    headers = signed()
    verify(BODY, {**headers, SIGNATURE: f"v1a,AAAA {headers[SIGNATURE]} v2,BBBB"}, secrets=[NEW], at=NOON)
    others = headers[SIGNATURE].replace("v1,", "v1a,")
    assert refusal(BODY, {**headers, SIGNATURE: others}) == ("signature", "is_of_known_secret")


@pytest.mark.parametrize(
    ("late", "rule"),
    [
        (timedelta(minutes=5), None),
        (timedelta(minutes=5, seconds=1), "is_recent"),
        (timedelta(minutes=-5), None),
        (timedelta(minutes=-5, seconds=-1), "is_past"),
        (timedelta(hours=-1), "is_past"),
        (timedelta(days=400), "is_recent"),
    ],
)
def test_the_time_of_the_try_is_bounded_on_both_sides(late: timedelta, rule: str | None) -> None:
    """I-31: five minutes late or early still pass, a second more does not; an hour ahead is refused."""
    headers, present = signed(at=NOON.replace(microsecond=0)), NOON.replace(microsecond=0) + late
    if rule is None:
        verify(BODY, headers, secrets=[NEW], at=present)
    else:
        assert refusal(BODY, headers, at=present) == ("timestamp", rule)


def test_both_bounds_can_be_chosen() -> None:
    """What is late by a minute and what is early by a minute have bounds of their own."""
    minute, short = timedelta(minutes=1), timedelta(seconds=30)
    assert refusal(BODY, signed(), at=NOON + minute, tolerance=short) == ("timestamp", "is_recent")
    assert refusal(BODY, signed(), at=NOON - minute, future=short) == ("timestamp", "is_past")
    verify(BODY, signed(), secrets=[NEW], at=NOON + minute, future=short)
    verify(BODY, signed(), secrets=[NEW], at=NOON - minute, tolerance=short)


def test_names_of_headers_are_read_in_any_case() -> None:
    """As HTTP has it; other headers do not matter."""
    headers = {name.title(): f" {value} " for name, value in signed().items()}
    verify(BODY, {**headers, "Accept": "*/*"}, secrets=[NEW], at=NOON)


@pytest.mark.parametrize(("name", "field"), [(ID, "signature"), (TIMESTAMP, "timestamp"), (SIGNATURE, "signature")])
def test_a_missing_or_doubled_header_is_refused(name: str, field: str) -> None:
    """Without one of the three nothing is authentic, and of two nobody knows which is meant."""
    headers = signed()
    without = {each: value for each, value in headers.items() if each != name}
    assert refusal(BODY, without) == (field, "has_header")
    assert refusal(BODY, {}) == ("signature", "has_header")
    assert refusal(BODY, {**headers, name.upper(): headers[name]}) == (field, "is_given_once")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (ID, ""),
        (ID, "msg 1"),
        (ID, "msg.1"),
        (ID, "msg-ä"),
        (ID, "msg-\udc80"),
        (TIMESTAMP, ""),
        (TIMESTAMP, "noon"),
        (TIMESTAMP, "-1"),
        (TIMESTAMP, "+1772452800"),
        (TIMESTAMP, "1772452800.5"),
        (TIMESTAMP, "1772452800000"),
        (TIMESTAMP, "9" * 400),
        (TIMESTAMP, "١٧٧٢٤٥٢٨٠٠"),
        (SIGNATURE, ""),
        (SIGNATURE, "v1"),
        (SIGNATURE, "v1,"),
        (SIGNATURE, "v1,!!!"),
        (SIGNATURE, "v1,abc"),
        (SIGNATURE, "v1,ab-_"),
        (SIGNATURE, "v1,ä"),
        (SIGNATURE, "v1 ,AAAA"),
    ],
)
def test_garbled_headers_are_refused(name: str, value: str) -> None:
    """Nonsense leads to the same kind of error as a wrong signature, and to no other exception."""
    field, rule = refusal(BODY, {**signed(), name: value})
    assert rule == "is_well_formed"
    assert field == ("timestamp" if name == TIMESTAMP else "signature")


@given(st.dictionaries(st.sampled_from([ID, TIMESTAMP, SIGNATURE, "x"]), st.text(max_size=60)), st.binary(max_size=60))
def test_no_headers_make_verify_raise_anything_but_a_refusal(headers: dict[str, str], body: bytes) -> None:
    """Whatever a stranger sends, it is refused as a request."""
    refusal(body, headers)


def test_the_end_of_an_id_cannot_pass_for_a_timestamp() -> None:
    """Id `a.17` with body `b`, and id `a` with what follows, would be signed alike: no id holds a full stop."""
    with pytest.raises(InvalidRequest, match="id: is_webhook_id"):
        sign(b"b", id="a.17", at=NOON, secrets=[NEW])
    for id in ("", "a b", "ä"):
        with pytest.raises(InvalidRequest, match="id: is_webhook_id"):
            sign(b"b", id=id, at=NOON, secrets=[NEW])


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "whsec_not base64",
        "whsec_ä",
        "whsk_" + NEW.removeprefix("whsec_"),
        NEW.removeprefix("whsec_"),
        "whsec_" + b64encode(bytes(23)).decode(),
        "whsec_" + b64encode(bytes(65)).decode(),
    ],
)
def test_what_is_no_secret_is_refused_and_not_repeated(secret: str) -> None:
    """24 to 64 bytes, in Base64, behind the prefix; the error says so without showing what was given."""
    with pytest.raises(InvalidRequest, match="secrets: is_webhook_secret") as refused:
        sign(BODY, id="msg-1", at=NOON, secrets=[NEW, secret])
    assert NEW not in str(refused.value)
    assert len(secret) < 8 or secret not in str(refused.value)
    with pytest.raises(InvalidRequest, match="secrets: has_secret"):
        verify(BODY, signed(), secrets=[], at=NOON)


def test_a_secret_may_lack_its_padding() -> None:
    """As the reference has it."""
    verify(BODY, signed(secrets=[NEW.rstrip("=")]), secrets=[NEW], at=NOON)
