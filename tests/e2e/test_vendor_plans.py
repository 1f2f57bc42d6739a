"""A vendor's page on the whole stack: its work becomes a window by itself, is announced, and goes with the page."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from chalicelib.domain.plan import Plan
from chalicelib.domain.vendor_pages.plan import PagePlan
from chalicelib.service.watch_turns import due
from infra.local.fakes.vendors import Signed, post
from infra.local.scene import until

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]


class Page:
    """What the vendor's page says now."""

    def __init__(self) -> None:
        self.url, self.planned = "", []

    def plans(self, *hours: float) -> None:
        now = datetime.now(UTC)
        start, end = ((now + timedelta(hours=hour)).isoformat() for hour in hours)
        component = {"id": "c", "name": "Business API", "status": "operational"}
        self.planned = [
            {
                "id": "m1", "name": "storage move", "status": "scheduled", "scheduled_for": start,
                "scheduled_until": end, "components": [component],
            }
        ]  # fmt: skip

    def body(self) -> bytes:
        component = {"id": "c", "name": "Business API", "status": "operational"}
        return json.dumps({"components": [component], "scheduled_maintenances": self.planned}).encode()


@contextmanager
def served() -> Iterator[Page]:
    page = Page()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page.body()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Nothing: the test's own output is read."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        page.url = f"http://127.0.0.1:{server.server_port}/summary.json"
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield page
        server.shutdown()
        thread.join()


def early() -> str:
    """A page's id whose turn comes in the first seconds of each minute."""
    names = [f"page-{number}" for number in range(400)]
    plan = Plan(
        version=1, public_base_url="",
        pages={name: PagePlan(id=name, format="statuspage", url="u", every=timedelta(minutes=1)) for name in names},
    )  # fmt: skip
    return min(due(plan, datetime.now(UTC)), key=lambda turn: turn[1])[0]


def vendors(scene):
    return [one for one in scene.read("/v1/maintenance")["windows"] if one["source"] == "vendor"]


def upcoming(scene, language):
    answer = post(Signed(url=f"{scene.stack.front_door_url}/fr.{language}.json", method="GET"))
    return [one["text"] for one in json.loads(answer.text).get("upcoming", [])]


def told(scene, done, what):
    def again():
        scene.tick()
        return done()

    until(again, what, 90)


def test_a_vendors_planned_work_becomes_a_window_is_announced_and_goes_with_the_page(planning):
    scene, name = planning, early()
    with served() as page:
        page.plans(3, 4)
        text = (
            f"{scene.plan()}\npages:\n  {name}: {{format: statuspage, url: '{page.url}', every: 60s,"
            " components: {Business API: [whatsapp-fr]}}\n"
        )
        version = scene.read("/v1/plan")["version"]
        published = scene.ops("PUT", "/v1/plan", text, {"If-Match": f'"{version}"', "X-Reason": "a page"})

        told(scene, lambda: bool(vendors(scene)), "the page's work is a window")
        [window] = vendors(scene)
        told(scene, lambda: bool(upcoming(scene, "en")), "the work is announced")
        texts = [upcoming(scene, language)[0] for language in ("fr", "en")]
        states = {one["notice"]: one["state"] for one in scene.read("/v1/notices")["notices"]}
        version = scene.read("/v1/plan")["version"]
        scene.ops("PUT", "/v1/plan", scene.plan(), {"If-Match": f'"{version}"', "X-Reason": "no page"})
        told(scene, lambda: not vendors(scene), "work of a page that is no more is gone")
        told(scene, lambda: not upcoming(scene, "fr"), "and the feed speaks of it no more")

    assert published.code in (200, 201), published.text
    assert (window["scopes"], window["effect"], window["task"]) == (["channel:whatsapp-fr"], "divert", [])
    assert set(window["alternatives"]) == {"order"}
    assert texts[0].startswith("WhatsApp sera en maintenance ")
    assert texts[1].startswith("WhatsApp will be under maintenance ")
    assert states == {"D-7": "skipped", "D-1": "published", "H-1": "planned"}
