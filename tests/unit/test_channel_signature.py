"""The proofs that several vendors share, against published answers and hostile values."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels import Forged
from chalicelib.channels._signature import (
    header,
    hmac_base64,
    hmac_bytes,
    hmac_hex,
    require,
    require_fresh,
    same,
)
from chalicelib.http_types import Request

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
STAMP = int(NOW.timestamp())
ARABIC = "".join(chr(0x0660 + int(digit)) for digit in str(STAMP))
FOX = "The quick brown fox jumps over the lazy dog"
FOX_SHA256 = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
FOX_SHA1 = "de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9"


def test_digests_equal_the_published_ones() -> None:
    assert hmac_hex("key", FOX) == FOX_SHA256
    assert hmac_hex(b"key", FOX.encode(), "sha1") == FOX_SHA1
    assert hmac_bytes("key", FOX).hex() == FOX_SHA256
    assert b64decode(hmac_base64("key", FOX)).hex() == FOX_SHA256


@given(a=st.text(st.characters()) | st.binary(), b=st.text(st.characters()) | st.binary())
def test_a_comparison_never_raises_and_is_right(a: str | bytes, b: str | bytes) -> None:
    raw = [v.encode("utf-8", "surrogatepass") if isinstance(v, str) else v for v in (a, b)]

    assert same(a, b) is (raw[0] == raw[1])
    assert same(a, a)


def test_any_of_the_expected_values_will_do_and_none_will_not() -> None:
    require("b", ["a", "b", "c"])

    for given_value, expected in (("d", ["a", "b"]), ("", []), ("a", []), ("é", ["e"])):
        with pytest.raises(Forged):
            require(given_value, expected)


def test_a_header_is_stripped_and_must_be_there() -> None:
    assert header(Request(headers={"x-proof": " abc "}), "x-proof") == "abc"

    for headers in ({}, {"x-proof": ""}, {"x-proof": "  "}, {"x-proof": "a" * 5_000}):
        with pytest.raises(Forged):
            header(Request(headers=headers), "x-proof")


@pytest.mark.parametrize("offset", [-300, 0, 300])
def test_a_stamp_within_the_tolerance_is_fresh_in_seconds_and_milliseconds(offset: int) -> None:
    fresh = [str(STAMP + offset), str((STAMP + offset) * 1000)]

    for stamp in fresh:
        require_fresh(stamp, NOW)

    assert len(fresh[1]) == 13


@pytest.mark.parametrize(
    "stamp", ["", " ", "-5", "1e9", "soon", "é", "²", ARABIC, "9" * 16, "0", f"{STAMP}.5"]
)
def test_an_unreadable_stamp_is_forged(stamp: str) -> None:
    with pytest.raises(Forged):
        require_fresh(stamp, NOW)


@pytest.mark.parametrize("offset", [-301, 301, -86_400])
def test_a_stamp_too_old_or_too_new_is_forged(offset: int) -> None:
    with pytest.raises(Forged):
        require_fresh(str(STAMP + offset), NOW)

    require_fresh(str(STAMP + offset), NOW + timedelta(seconds=offset))
