"""The status page: one plain, accessible HTML page that lists the ways in, in each language it is given."""

from datetime import datetime
from html import escape
from pathlib import Path
from string import Template

from chalicelib.domain.frontdoor import MAX_AGE, Feed, Note, Notice, Way, WayState
from chalicelib.domain.load_science.at_the_door import in_words
from chalicelib.web.words import say

PAGE = Path(__file__).with_name("status.html")
_SAFE_LINKS = ("https:", "tel:", "mailto:", "sms:")


def status_page(*feeds: Feed, now: datetime) -> str:
    """The page for these feeds (one market, one feed per language, the first one's language leads).

    It reloads itself every 60 s, needs no script, and lists all ways alike once a feed is past `MAX_AGE`.

    Raises:
        ValueError: when no feed is given.
    """
    if not feeds:
        raise ValueError("a status page needs one feed at least")
    language = feeds[0].language
    sections = "\n".join(_section(feed, now) for feed in feeds)
    page = Template(PAGE.read_text("utf-8"))
    return page.substitute(language=escape(language), title=_say("status.title", language), sections=sections)


def _section(feed: Feed, now: datetime) -> str:
    language, old = feed.language, now - feed.generated_at > MAX_AGE
    notice = _say("status.old", language) if old else _noticed(feed)
    plain = old or feed.notice is Notice.ALL_OPTIONS
    soon = "".join(f"\n<p>{escape(one['text'], quote=False)}</p>" for one in feed.upcoming if not old)
    rows = "\n".join(_row(way, language, plain=plain) for way in feed.ways)
    listed = f"<ul>\n{rows}\n</ul>" if rows else f"<p>{_say('status.none', language)}</p>"
    at = feed.generated_at.strftime("%Y-%m-%d %H:%M")
    return (
        f'<section lang="{escape(language)}">\n<h1>{_say("status.title", language)}</h1>\n'
        f'<p role="status">{notice}</p>{soon}\n{listed}\n'
        f"<p><small>{escape(say('status.updated', language, at=at))}</small></p>\n</section>"
    )


def _row(way: Way, language: str, *, plain: bool) -> str:
    """One way: a link unless it is closed, and its state in words, not in colour alone; none when `plain`."""
    label = escape(way.label)
    shown = plain or way.state is not WayState.CLOSED
    if shown and way.url.lower().startswith(_SAFE_LINKS):
        label = f'<a href="{escape(way.url)}">{label}</a>'
    if plain:
        return f"<li>{label}</li>"
    quiet = way.note in (Note.NONE, Note.UNSURE)
    words = f"state.{way.state.value}" if quiet else f"front_door.{way.note.value}"
    wait = escape(in_words(way.wait, language, say), quote=False)
    told = ". ".join(filter(None, (_say(words, language), wait)))
    return f'<li class="{way.state.value}">{label} <span>{told}</span></li>'


def _noticed(feed: Feed) -> str:
    return "" if feed.notice is Notice.NONE else _say(f"front_door.{feed.notice.value}", feed.language)


def _say(key: str, language: str) -> str:
    return escape(say(key, language), quote=False)
