"""The strict reader of JSON and its getters."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels import Malformed
from chalicelib.channels._json import (
    at,
    clean,
    dump,
    items,
    lenient,
    load,
    load_table,
    moment,
    number,
    table,
    text,
)
from chalicelib.channels._reading import Reading, own_id
from chalicelib.domain.model import Receipt, ReceiptState

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
PATHS = st.lists(st.text(max_size=4) | st.integers(-3, 3), max_size=3)


NO_JSON = {
    "empty": b"",
    "open": b"{",
    "nan": b"NaN",
    "infinity": b"[Infinity]",
    "minus infinity": b"[-Infinity]",
    "too large": b"1e999",
    "not UTF-8": b'"\xff"',
    "byte order mark": b"\xef\xbb\xbf{}",
    "single quotes": b"{'a':1}",
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "long number": b"1" * 5_000,
    "UTF-16": "{}".encode("utf-16"),
}


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON.keys())
def test_refuses_what_is_no_json(body: bytes) -> None:
    with pytest.raises(Malformed):
        load(body)


def test_a_refusal_neither_quotes_nor_carries_the_body() -> None:
    with pytest.raises(Malformed) as refused:
        load(b'{"text":"private words\xff"}')

    assert "private" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_reads_text_of_every_script_and_escapes() -> None:
    assert load('{"a":"é 🚨 \\/ \\ud83d\\udea8"}'.encode()) == {"a": "é 🚨 / 🚨"}


@pytest.mark.parametrize("body", [b"[]", b"null", b'"a"', b"3", b"nonsense"])
def test_an_object_is_asked_for_and_an_unreadable_answer_counts_as_an_empty_one(body: bytes) -> None:
    with pytest.raises(Malformed):
        load_table(body)

    assert lenient(body) == {}


def test_getters_find_what_is_there() -> None:
    value = {"a": [{"b": "c", "n": 12345678901234567890, "f": "1.5"}], "t": {"x": 1}}

    assert text(value, "a", 0, "b") == "c"
    assert text(value, "a", -1, "n") == "12345678901234567890"
    assert number(value, "a", 0, "f") == 1.5
    assert items(value, "a") == value["a"]
    assert table(value, "t") == {"x": 1}
    assert text({"a": "\ud83d"}, "a") == "\ufffd"


def test_getters_give_nothing_for_what_is_something_else() -> None:
    value = {"a": True, "b": 1.5, "c": None, "d": "text", "e": [1]}

    assert [text(value, name) for name in ("a", "b", "c", "e", "f")] == [""] * 5
    assert [number(value, name) for name in ("a", "c", "d", "e", "f")] == [None] * 5
    assert (at(value, "d", 0), at(value, 0), at(value, "e", "x"), at(value, "e", 1)) == (None,) * 4
    assert (items(value, "d"), table(value, "e")) == ([], {})


@given(value=ANYTHING, path=PATHS)
def test_getters_never_raise(value: object, path: list[str | int]) -> None:
    read = (
        text(value, *path),
        items(value, *path),
        table(value, *path),
        number(value, *path),
        moment(value, *path),
    )

    assert read[0].encode() is not None
    assert read[4] is None or read[4].tzinfo is UTC


@pytest.mark.parametrize(
    "stamp",
    [
        1795260000,
        "1795260000",
        1795260000000,
        "1795260000000",
        "2026-11-21T11:20:00Z",
        "2026-11-21T12:20:00+01:00",
    ],
)
def test_reads_a_time_in_every_unit(stamp: object) -> None:
    assert moment({"t": stamp}, "t") == datetime(2026, 11, 21, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "stamp", [-1, 10**30, "soon", "", None, True, "nan", 1e300, "9" * 400, "0001-01-01T00:00+23:59"]
)
def test_an_unreadable_time_is_none(stamp: object) -> None:
    assert moment({"t": stamp}, "t") is None


def test_lone_surrogates_are_replaced_and_pairs_kept() -> None:
    assert clean("a\ud83d b \udea8 é 🚨") == "a\ufffd b \ufffd é 🚨"


@given(words=st.text(st.characters()))
def test_what_is_written_can_be_read_again(words: str) -> None:
    assert load(dump({"a": words})) == {"a": words}


def test_a_reading_keeps_the_neighbours_of_a_fault() -> None:
    receipt, reading = Receipt(provider_id="1", state=ReceiptState.SENT), Reading()

    places = [place for place, _ in reading.each({"a": [{}, 3, {}]}, "a", "entry[0]")]
    reading.take("good", iter([receipt]))
    reading.take("broken", (load("nonsense") for _ in "x"))
    reading.take("nothing", ())

    parsed = reading.parsed()
    assert places == ["entry[0].a[0]", "entry[0].a[2]"]
    assert parsed.faults == ("entry[0].a[1]: not an object", "broken: the body is no JSON")
    assert (parsed.receipts, parsed.ignored) == ((receipt,), 1)


def test_an_element_without_an_id_gets_the_same_one_each_time_and_another_element_another() -> None:
    assert own_id({"a": "é\ud83d"}) == own_id({"a": "é\ud83d"})
    assert own_id({"a": 1}) != own_id({"a": 2})


def test_an_element_too_deep_to_write_is_malformed() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]

    with pytest.raises(Malformed):
        own_id(deep)
