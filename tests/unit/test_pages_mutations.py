"""Status pages of strangers: whatever is done to a page, it is read or refused, and stays bounded."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.domain.vendor_pages.page import Page, PageState
from chalicelib.domain.vendor_pages.plan import PagePlan
from chalicelib.domain.vendor_pages.watched import Watched, dump_watched, kept, read_watched
from chalicelib.pages import Unreadable, formats, reader

SAMPLES = sorted((Path(__file__).resolve().parents[1] / "samples" / "pages").iterdir())
NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6)
    | st.sampled_from(["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "Sat, 31 Dec 9999 23:59:59 -1200"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


def readable(format_, body):
    """The page, or None when it is refused; every other exception fails the test."""
    try:
        return reader(format_).read(body, NOW)
    except Unreadable:
        return None


def places(value, path=()):
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inner:
        yield from places(one, (*path, step))


def put(value, path, other):
    if not path:
        return other
    step, *rest = path
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[step] = put(value[step], rest, other)
    return copied


@pytest.mark.parametrize("path", [p for p in SAMPLES if p.suffix == ".json"], ids=lambda p: p.name)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_page_with_any_value_changed_is_read_or_refused(path, data):
    document = json.loads(path.read_text())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(list(places(document))))
        document = put(document, place, data.draw(VALUES))

    page = readable(path.name.partition("-")[0], json.dumps(document).encode())

    assert page is None or (isinstance(page, Page) and page.component("x").state in PageState)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.integers(0, 4_000), end=st.integers(0, 4_000), noise=st.binary(max_size=12))
def test_a_page_with_bytes_cut_out_and_put_in_is_read_or_refused(path, start, end, noise):
    body = path.read_bytes()

    page = readable(path.name.partition("-")[0], body[:start] + noise + body[start + end % 40 :])

    assert page is None or isinstance(page, Page)


@given(body=st.binary(max_size=300), format_=st.sampled_from(formats()))
def test_any_bytes_are_read_or_refused(body, format_):
    page = readable(format_, body)

    assert page is None or isinstance(page, Page)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_kept_of_a_page_is_small_and_comes_back_from_its_text(path, data):
    format_ = path.name.partition("-")[0]
    page = reader(format_).read(path.read_bytes(), NOW)
    names = sorted({*page.components, *(c for i in page.incidents for c in i.components), "other"})
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True))
    plan = PagePlan(id="p", format=format_, url="https://x.example", components=dict.fromkeys(chosen, ("a",)))

    made = kept(plan, page, Watched(page="p", asked_at=NOW, etag='"é"', source="s"))

    assert set(made.components) == set(chosen)
    assert read_watched(dump_watched(made)) == made
    assert len(dump_watched(made)) < 5_000
