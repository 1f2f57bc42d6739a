"""What every format of a status page owes: Unreadable for junk and nothing else, unknown for what it does not know."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.domain.vendor_pages.page import Page, PageState, folded
from chalicelib.pages import Unreadable, reader

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "pages"
NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b"<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><rss><channel><title>&c;</title></channel></rss>"
)
JUNK = {
    "nothing": b"",
    "an error page": b"<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>",
    "plain html": b"<html><body>sign in</body></html>",
    "cut json": b'{"page": {"id": "x"}, "components": [',
    "deep json": b"[" * 200_000,
    "deep objects": b'{"components":' * 50_000,
    "deep xml": b"<rss>" * 5_000,
    "an xml bomb": BOMB,
    "an outer entity": b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>',
    "a huge page": b" " * 2_000_000 + b"{}",
    "a huge feed": b"<rss><channel>" + b"<item/>" * 300_000 + b"</channel></rss>",
    "too long a list": json.dumps({"components": [{}] * 5_000, "data": [{}] * 5_000}).encode(),
    "no utf-8": b'{"components": "\xff\xfe"}',
    "an odd encoding": b'<?xml version="1.0" encoding="rot13"?><rss/>',
    "not a number": b'{"components": [NaN]}',
    "null": b"null",
    "a text": b'"operational"',
    "a number": b"1",
    "another object": b'{"hello": "world"}',
    "other lists": b'[{"hello": "world"}]',
}


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def samples(format_: str) -> list[str]:
    return sorted(path.name for path in SAMPLES.glob(f"{format_}-*"))


def states(page: Page) -> dict[str, PageState]:
    return {name: one.state for name, one in page.components.items()}


class PageContract:
    """Inherit it with `format_` set; the format's samples are found by its name."""

    format_ = ""

    def read(self, body: bytes) -> Page:
        return reader(self.format_).read(body, NOW)

    def test_has_whole_samples_and_reads_them(self):
        pages = [self.read(sample(name)) for name in samples(self.format_)]

        assert pages
        assert all(page.components or page.incidents or page.maintenances for page in pages)

    @pytest.mark.parametrize("body", JUNK.values(), ids=JUNK.keys())
    def test_junk_is_unreadable(self, body):
        with pytest.raises(Unreadable) as refused:
            self.read(body)

        assert len(str(refused.value)) < 100

    def test_a_byte_order_mark_is_no_junk(self):
        for name in samples(self.format_):
            body = sample(name)

            assert self.read(b"\xef\xbb\xbf" + body) == self.read(body)

    def test_a_name_is_found_whatever_its_case_and_a_foreign_one_is_never_in_trouble(self):
        for name in samples(self.format_):
            page = self.read(sample(name))
            keys = [*page.components, *(c for i in page.incidents for c in i.components)]

            assert all(page.component(f"  {key.upper()} ").state == page.component(key).state for key in keys)
            assert page.component("Zeppelin mail").state in (PageState.OK, PageState.UNKNOWN)

    def test_names_are_folded_times_are_utc_and_texts_are_short(self):
        for name in samples(self.format_):
            page = self.read(sample(name))
            times = [
                page.updated_at,
                *(i.since for i in page.incidents),
                *(m.start for m in page.maintenances),
            ]

            assert all(key == folded(key) for key in page.components)
            assert all(at.tzinfo is UTC for at in times if at)
            assert all(0 < len(i.id) <= 200 and len(i.title) <= 200 for i in page.incidents)
