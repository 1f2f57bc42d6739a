"""front-door.js in a real browser, under a strict content security policy, where Chromium is installed."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "chalicelib" / "web" / "front-door.js"
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'"
BUTTONS = ("messenger", "voice", "mail")
PAGE = """<!DOCTYPE html><html lang="en"><title>Contact</title><main><h1>Contact us</h1>
<ul data-bascule-feed="/{feed}.json">{items}</ul></main><script src="/front-door.js"></script></html>"""
ITEM = '<li data-bascule-channel="{0}"><a href="#{0}">{0}</a> <small data-bascule-note></small></li>\n'

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed: front-door.js was not run in a real browser"
)


def feed(age: timedelta) -> bytes:
    rows = [("voice", "open"), ("mail", "degraded"), ("messenger", "closed")]
    at = (datetime.now(UTC) - age).strftime("%Y-%m-%dT%H:%M:%SZ")
    ways = [{"channel": c, "state": s, "note": "slow <b>" if s == "degraded" else ""} for c, s in rows]
    told = {"schema": 1, "generated_at": at, "max_age": 300, "notice": "Some are closed", "ways": ways}
    return json.dumps(told).encode()


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name = self.path.strip("/")
        if name == "front-door.js":
            self.reply("text/javascript", SCRIPT.read_bytes())
        elif name in ("good.json", "old.json"):
            self.reply("application/json", feed(timedelta(hours=name == "old.json")))
        elif name.endswith(".json"):
            self.send_error(404)
        else:
            items = "".join(ITEM.format(button) for button in BUTTONS)
            self.reply("text/html", PAGE.format(feed=name, items=items).encode())

    def reply(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        for header, value in (("Content-Type", kind), ("Content-Security-Policy", POLICY)):
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.order: list[str] = []
        self.hidden: list[str] = []
        self.live = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if name := given.get("data-bascule-channel"):
            self.order.append(name)
            if "hidden" in given:
                self.hidden.append(name)
        self.live = given.get("aria-live") or self.live


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def browse(url: str, folder: Path) -> str:
    flags = ("--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000", "--dump-dom")
    done = subprocess.run(
        [str(CHROMIUM), *flags, f"--user-data-dir={folder}", url],
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    return done.stdout


def test_hides_the_dead_way_and_puts_the_best_first(site: str, tmp_path: Path) -> None:
    text = browse(f"{site}/good", tmp_path)

    page = Page(text)
    assert (page.order, page.hidden) == (["voice", "mail", "messenger"], ["messenger"])
    assert page.live == "polite"
    assert "Some are closed" in text
    assert "slow &lt;b&gt;" in text


@pytest.mark.parametrize("name", ["old", "gone"])
def test_shows_every_way_as_the_page_has_them_when_the_feed_is_no_use(
    site: str, tmp_path: Path, name: str
) -> None:
    page = Page(browse(f"{site}/{name}", tmp_path))

    assert (page.order, page.hidden) == (list(BUTTONS), [])
