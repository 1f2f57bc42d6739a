"""The words for customers, and the status page."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from chalicelib.domain.frontdoor import Feed, Note, Notice, Way, WayState
from chalicelib.domain.model import Medium
from chalicelib.web.status import status_page
from chalicelib.web.words import WORDS, say

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def way(
    name: str, state: WayState = WayState.OPEN, note: Note = Note.NONE, url: str = "https://m.me/shop"
) -> Way:
    return Way(
        channel=name, medium=Medium.MESSAGING, label=f"Label <{name}>", url=url, state=state, note=note
    )


def feed(*rows: Way, language: str = "fr", notice: Notice = Notice.NONE) -> Feed:
    return Feed(market="fr", language=language, generated_at=NOW, ways=rows, notice=notice)


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.hrefs += [value or "" for name, value in attrs if name == "href"]


def read(page: str) -> Links:
    links = Links()
    links.feed(page)
    return links


def test_both_languages_have_every_key_with_the_same_fields() -> None:
    fields = {
        lang: {k: set(re.findall(r"{(\w+)}", w)) for k, w in words.items()} for lang, words in WORDS.items()
    }

    assert set(WORDS) == {"fr", "en"}
    assert fields["fr"] == fields["en"]
    assert all(w.strip() for words in WORDS.values() for w in words.values())


def test_every_note_notice_and_state_has_words() -> None:
    codes = [f"front_door.{c.value}" for c in (*Note, *Notice) if c.value and c is not Note.UNSURE]
    codes += [f"state.{state.value}" for state in WayState]

    assert [c for c in codes if c not in WORDS["fr"]] == []


def test_an_unknown_language_is_answered_in_french_and_a_region_in_its_language() -> None:
    assert say("voice.thanks", "de") == WORDS["fr"]["voice.thanks"]
    assert say("voice.thanks", "") == WORDS["fr"]["voice.thanks"]
    assert say("voice.thanks", "en-GB") == WORDS["en"]["voice.thanks"]


def test_words_take_their_fields() -> None:
    assert say("callback.asked", "en", number="+331") == "Call-back asked for on +331."
    with pytest.raises(KeyError):
        say("callback.asked", "en")


def test_the_page_links_what_works_and_only_names_what_does_not() -> None:
    rows = (way("chat"), way("dead", WayState.CLOSED, Note.DOWN, "https://dead.example"))

    page = status_page(feed(*rows, notice=Notice.SOME_CLOSED), now=NOW)

    assert read(page).hrefs == ["https://m.me/shop"]
    assert "Label &lt;dead&gt;" in page
    assert say("front_door.down", "fr") in page
    assert '<meta http-equiv="refresh" content="60">' in page


def test_the_page_speaks_each_language_in_its_own_section() -> None:
    page = status_page(feed(way("chat")), feed(way("chat"), language="en"), now=NOW)

    assert page.count("<section lang=") == 2
    assert '<html lang="fr">' in page
    assert "How to reach us now" in page
    assert "Comment nous joindre maintenant" in page


def test_an_old_page_offers_every_way_and_says_that_it_is_old() -> None:
    closed = way("dead", WayState.CLOSED, Note.DOWN, "https://dead.example")

    page = status_page(feed(closed), now=NOW + timedelta(minutes=6))

    assert read(page).hrefs == ["https://dead.example"]
    assert "Cette information est ancienne" in page
    assert say("front_door.down", "fr") not in page


def test_when_nothing_works_the_page_claims_nothing_about_any_way() -> None:
    page = status_page(feed(way("chat", WayState.DEGRADED), notice=Notice.ALL_OPTIONS), now=NOW)

    assert read(page).hrefs == ["https://m.me/shop"]
    assert say("state.degraded", "fr") not in page


def test_the_page_has_no_script_and_no_link_that_could_be_one() -> None:
    page = status_page(
        feed(way("odd", url="javascript:alert(1)"), way("also", url="data:text/html,x")), now=NOW
    )

    assert "script" not in read(page).tags
    assert read(page).hrefs == []


def test_a_market_without_ways_says_so_and_no_feed_at_all_is_refused() -> None:
    assert say("status.none", "fr") in status_page(feed(), now=NOW)
    with pytest.raises(ValueError, match="one feed"):
        status_page(now=NOW)
