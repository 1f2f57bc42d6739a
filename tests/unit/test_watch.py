"""Watching vendors' pages: how they are asked, where they may lead, and what their word does to our paths."""

import json
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.model import EvidenceClass, Outcome, Signal
from chalicelib.domain.plan import Plan
from chalicelib.domain.vendor_pages.plan import PagePlan
from chalicelib.handlers import workers
from chalicelib.http_types import MaybeSent, NotSent
from chalicelib.service.redirects import MOST_REDIRECTS
from chalicelib.service.watch_turns import due
from chalicelib.wiring import use
from tests.fakes_http import ScriptedHttp, reply
from tests.world import PLAN, START, World

URL = "https://status.alpha.example/summary.json"
PAGES = """
pages:
  alpha:
    format: statuspage
    url: https://status.alpha.example/summary.json
    hosts: [pages.example]
    every: 60s
    components: {Inbox: [box-a], Boutique: [shop]}
    markets: {Europe: fr, America: us}
"""
PATH = "box-a#out#world"


def document(inbox="operational", *, updated="2026-03-02T08:59:00Z", **regions):
    groups = [{"id": name, "name": name, "status": "operational", "group": True} for name in regions]
    ones = [
        {"id": f"c-{name}", "name": "Inbox", "status": state, "group_id": name}
        for name, state in regions.items()
    ]
    plain = [] if regions else [{"id": "c", "name": "Inbox", "status": inbox}]
    shop = {"id": "s", "name": "Boutique", "status": "operational"}
    return {"page": {"updated_at": updated}, "components": [*groups, *ones, *plain, shop]}


class Watching:
    """A world whose calls go to a script; `read` handles one page message as the probe function does."""

    def __init__(self, plan=PLAN + PAGES):
        self.world = World(plan)
        self.http = ScriptedHttp()
        self.world.wired.http = self.http
        self.advance(60)

    def advance(self, seconds):
        self.world.clock.advance(seconds)

    def read(self, *responses, page="alpha", after=60):
        self.advance(after)
        self.http.waiting += responses
        came = self.world.wired.watcher.run(json.dumps({"page": page}))
        assert not self.http.waiting
        return came

    def word(self, path=PATH):
        known = self.world.ports.health.read([path]).get(path)
        vendor = known.classes.get(EvidenceClass.VENDOR) if known else None
        return (vendor.score, vendor.detail) if vendor else None

    def fail(self, times, path=PATH):
        flips = []
        for _ in range(times):
            self.advance(1)
            signal = Signal(outcome=Outcome.OUTAGE, at=self.world.clock.now(), detail="503")
            known = self.world.ports.health.read([path]).get(path)
            flips.append(self.world.wired.believer.learn(path, signal, known))
        return [flip.because for flip in flips if flip]


@pytest.fixture
def watching():
    return Watching()


@pytest.mark.parametrize(
    ("state", "weight"),
    [
        ("degraded_performance", 2_300),
        ("partial_outage", 4_600),
        ("major_outage", 6_900),
        ("full_outage", 6_900),
    ],
)
def test_a_components_trouble_becomes_a_prior_on_the_paths_behind_it(watching, state, weight):
    watching.read(reply(body=document(state)))

    assert watching.word()[0] == weight
    assert watching.word("shop#in#fr") is None


@pytest.mark.parametrize("state", ["operational", "under_maintenance", "wobbling", None])
def test_calm_maintenance_and_words_we_do_not_know_are_no_evidence(watching, state):
    watching.read(reply(body=document(state)))

    assert watching.word() is None


def test_a_red_page_alone_changes_nothing_and_with_three_failures_it_trips(watching):
    watching.read(reply(body=document("major_outage")))
    watching.world.wired.tick.flip()
    before = watching.world.wired.situations.read(watching.world.clock.now()).beliefs

    assert PATH not in before
    assert watching.fail(3) == ["failures_and_page"]


def test_without_a_red_page_three_failures_do_not_trip(watching):
    watching.read(reply(body=document()))

    assert watching.fail(4) == []


def test_a_page_that_turns_red_after_the_failures_trips_at_the_next_minute(watching):
    watching.fail(3)
    watching.read(reply(body=document("major_outage")), after=10)

    assert watching.world.wired.tick.minute().flips == 1


def test_the_word_is_taken_back_when_the_component_is_well_again(watching):
    watching.read(reply(body=document("major_outage")))
    watching.read(reply(body=document()))

    assert watching.word()[0] == 0


def test_a_page_is_asked_with_the_vendors_own_marks_and_an_unchanged_one_goes_on_counting(watching):
    marks = {"etag": 'W/"7"', "last-modified": "Mon, 02 Mar 2026 08:59:00 GMT"}
    watching.read(reply(body=document("major_outage"), headers=marks))
    first = watching.world.ports.health.read([PATH])[PATH].classes[EvidenceClass.VENDOR].last_at

    assert watching.read(reply(304)) == "read"

    asked = watching.http.last.headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == (marks["etag"], marks["last-modified"])
    again = watching.world.ports.health.read([PATH])[PATH].classes[EvidenceClass.VENDOR]
    assert (again.score, again.last_at - first) == (6_900, timedelta(seconds=60))


def test_another_page_under_the_same_name_is_not_asked_with_the_old_marks(watching):
    watching.read(reply(body=document(), headers={"etag": '"7"'}))
    watching.world.publish((PLAN + PAGES).replace("Inbox:", "Outbox:"))

    watching.read(reply(body=document()))

    assert "if-none-match" not in watching.http.last.headers


@pytest.mark.parametrize(
    "response",
    [
        reply(500),
        reply(404),
        reply(304),
        reply(body=b"<html>"),
        NotSent("refused"),
        MaybeSent("slow"),
        reply(302),
    ],
    ids=["500", "404", "304 unasked", "html", "no line", "no answer", "redirect to nowhere"],
)
def test_a_page_that_errs_is_unknown_and_no_evidence(watching, response):
    assert watching.read(response) != "read"
    assert watching.word() is None


def test_a_page_that_errs_takes_no_word_back_and_adds_none(watching):
    watching.read(reply(body=document("major_outage")))
    spoken = watching.world.ports.health.read([PATH])[PATH].classes[EvidenceClass.VENDOR].last_at

    watching.read(reply(502))

    kept = watching.world.ports.health.read([PATH])[PATH].classes[EvidenceClass.VENDOR]
    assert (kept.score, kept.last_at) == (6_900, spoken)


def test_a_page_that_stands_still_is_not_believed(watching):
    watching.read(reply(body=document("major_outage", updated="2026-02-20T00:00:00Z")))

    assert watching.word() is None


def test_redirects_are_followed_to_hosts_that_the_plan_names(watching):
    there = reply(302, headers={"location": "https://pages.example/alpha.json"})
    onward = reply(301, headers={"location": "/v2/alpha.json"})

    watching.read(there, onward, reply(body=document("major_outage")))

    assert [call.url for call in watching.http.calls] == [
        URL,
        "https://pages.example/alpha.json",
        "https://pages.example/v2/alpha.json",
    ]
    assert watching.word()[0] == 6_900


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/x",
        "http://pages.example/x",
        "//evil.example/",
        "https://pages.example.evil.example/",
        "https://user:secret@pages.example/",
        "file:///etc/hosts",
        "https://[::1/",
        "https://169.254.169.254/latest",
    ],
)
def test_redirects_elsewhere_are_not_followed(watching, target):
    came = watching.read(reply(302, headers={"location": target}))

    assert came.startswith("the page redirects to")
    assert len(watching.http.calls) == 1


def test_a_page_that_redirects_for_ever_is_left(watching):
    loop = [reply(302, headers={"location": URL}) for _ in range(MOST_REDIRECTS + 1)]

    assert watching.read(*loop) == "the page redirects too often"


def test_a_doubled_message_asks_nobody_twice(watching):
    watching.read(reply(body=document()))

    assert watching.read(after=20) == "too soon"


def test_a_vendor_that_asks_us_to_wait_is_left_alone_so_long(watching):
    watching.read(reply(429, headers={"retry-after": "150"}))

    assert [watching.read(), watching.read()] == ["too soon", "too soon"]
    assert watching.read(reply(body=document())) == "read"


def test_a_page_that_the_plan_has_no_more_is_gone(watching):
    assert watching.read(page="beta") == "gone"


def test_a_region_counts_for_its_market_alone(watching):
    watching.read(reply(body=document(Europe="major_outage", America="operational")))

    assert watching.word(PATH) is None
    assert watching.word("box-a#out#fr")[0] == 6_900
    assert watching.word("box-a#out#us") is None


def test_trouble_in_every_region_is_trouble_everywhere(watching):
    watching.read(reply(body=document(Europe="major_outage", America="partial_outage")))

    assert watching.word(PATH)[0] == 4_600


def test_a_calm_page_does_not_hide_what_another_page_says_of_the_same_path():
    second = PAGES.replace("pages:\n", "").replace("alpha:", "beta:").replace("status.alpha", "status.beta")
    watching = Watching(PLAN + PAGES + second)
    watching.read(reply(body=document("major_outage")))

    watching.read(reply(body=document()), page="beta", after=0)

    assert watching.word() == (6_900, "alpha: Inbox is down")


def test_the_probe_function_reads_pages_and_probes_channels(watching):
    watching.http.waiting.append(reply(body=document()))
    records = [{"messageId": "1", "body": '{"page": "alpha"}'}, {"messageId": "2", "body": '{"page": 7}'}]

    with use(watching.world.wired):
        failed = workers.probe({"Records": records}, None)

    assert failed == {"batchItemFailures": []}
    assert set(watching.world.ports.pages.read(["alpha"])) == {"alpha"}


def test_every_minute_the_scheduler_sends_the_pages_whose_turn_it_is(watching):
    watching.world.ports.queues.notes.clear()

    watching.world.wired.tick.minute()

    notes = [note for note in watching.world.ports.queues.notes if note.queue == "probes"]
    assert [json.loads(note.body) for note in notes if "page" in note.body] == [{"page": "alpha"}]


@given(
    st.lists(st.text("abcxyz-9", min_size=1, max_size=8), min_size=1, max_size=20, unique=True),
    st.integers(60, 300),
)
def test_each_page_has_its_turn_exactly_once_in_its_own_span_and_never_sooner(ids, seconds):
    every = timedelta(seconds=seconds)
    pages = {id_: PagePlan(id=id_, format="feed", url="u", every=every) for id_ in ids}
    plan = Plan(version=1, public_base_url="", pages=pages)
    minutes = -(-seconds // 60)

    turns = [
        (n, page, delay)
        for n in range(minutes * 4)
        for page, delay in due(plan, START + timedelta(minutes=n))
    ]

    for id_ in ids:
        times = [60 * n + delay for n, page, delay in turns if page == id_]
        assert len(times) == 4
        assert {b - a for a, b in pairwise(times)} == {60 * minutes}
    assert all(0 <= delay < 55 for _, _, delay in turns)
