"""front-door.js: what a page shows by a feed. Stories run in node where there is one."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "chalicelib" / "web" / "front-door.js"
PAGE = Path(__file__).with_name("page.js")
NODE = shutil.which("node")
NOW, LATER = "2026-11-21T12:00:00Z", "2026-11-21T12:02:00Z"
ALL = ["messenger", "voice", "mail"]

in_node = pytest.mark.skipif(
    NODE is None, reason="node is not installed: the stories of front-door.js did not run"
)


def feed(*ways: tuple[str, str], at: str = NOW, notice: str = "", **more: Any) -> dict[str, Any]:
    rows = [{"channel": c, "state": s, "note": f"note {c}" if s == "degraded" else ""} for c, s in ways]
    return {
        "body": json.dumps(
            {"schema": 1, "generated_at": at, "max_age": 300, "notice": notice, "ways": rows, **more}
        )
    }


GOOD = feed(("voice", "open"), ("mail", "degraded"), ("messenger", "closed"), notice="some are closed")


def play(*steps: dict[str, Any], channels: list[str] | None = None, **more: Any) -> list[dict[str, Any]]:
    story = {
        "script": SCRIPT.read_text("utf-8"),
        "channels": channels or ALL,
        "now": NOW,
        "steps": steps,
        **more,
    }
    done = subprocess.run(
        [str(NODE), str(PAGE)],
        input=json.dumps(story),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_is_small_and_needs_nothing_that_a_strict_policy_forbids() -> None:
    text = SCRIPT.read_text("utf-8")

    assert len(text.encode()) < 4096
    for forbidden in (
        "eval(",
        "new Function",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        ".src",
    ):
        assert forbidden not in text
    assert not re.search(r"setTimeout\(\s*['\"]", text)
    assert not re.search(
        r"=>|`|\b(let|const|class|async|await|import)\b\s", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    )


@in_node
def test_hides_the_closed_way_and_puts_the_best_first() -> None:
    (page,) = play({"answer": GOOD})

    assert page["shown"] == ["voice", "mail"]
    assert (page["notice"], page["live"], page["notes"]) == ("some are closed", "polite", ["note mail"])


@in_node
@pytest.mark.parametrize(
    "answer",
    [
        {"status": 503},
        {"status": 0},
        {"body": "<html>"},
        {"body": "null"},
        {"body": "[]"},
        feed(("voice", "open"), ("messenger", "closed"), at="2026-11-21T11:54:59Z"),
        feed(("voice", "open"), ("messenger", "closed"), at="2026-11-21T12:05:01Z"),
        feed(("voice", "open"), ("messenger", "closed"), at="yesterday"),
        feed(("voice", "open"), ("messenger", "closed"), schema=2),
        feed(("voice", "open"), ("messenger", "closed"), max_age=None),
        feed(ways="none"),
        feed(ways=[None, {"channel": "messenger", "state": "closed"}]),
        feed(ways=[7, "x", {}]),
    ],
)
def test_shows_everything_in_the_pages_own_order_when_the_feed_is_no_use(answer: dict[str, Any]) -> None:
    (page,) = play({"answer": answer})

    assert page["shown"] == ALL
    assert page["notice"] == ""


@in_node
def test_an_unusable_feed_after_a_good_one_brings_every_way_back() -> None:
    before, after = play({"answer": GOOD}, {"wait": 60, "answer": {"body": "<html>"}})

    assert before["shown"] == ["voice", "mail"]
    assert after["shown"] == ALL
    assert after["notes"] == []


@in_node
def test_a_feed_out_of_reach_is_believed_until_it_is_too_old() -> None:
    gone = {"answer": {"status": 0}}

    pages = play({"answer": GOOD}, {"wait": 200, **gone}, {"wait": 90, **gone}, {"wait": 20, **gone})

    assert [p["shown"] for p in pages] == [["voice", "mail"], ["voice", "mail"], ["voice", "mail"], ALL]


@in_node
def test_a_way_that_recovers_returns_to_its_place() -> None:
    healed = feed(("messenger", "open"), ("voice", "open"), ("mail", "open"), at="2026-11-21T12:01:00Z")

    before, after = play({"answer": GOOD}, {"wait": 60, "answer": healed})

    assert before["shown"] == ["voice", "mail"]
    assert after["shown"] == ALL


@in_node
def test_never_hides_the_last_button_of_a_page() -> None:
    (page,) = play({"answer": GOOD}, channels=["messenger"])

    assert page["shown"] == ["messenger"]
    assert page["notice"] == "some are closed"


@in_node
def test_a_button_the_feed_does_not_know_stays_after_those_it_knows() -> None:
    (page,) = play({"answer": GOOD}, channels=["shop", "messenger", "voice"])

    assert page["shown"] == ["voice", "shop"]


@in_node
def test_moves_and_hides_nothing_under_the_visitors_focus() -> None:
    _, during, after = play(
        {"focus": "messenger"},
        {"answer": GOOD},
        {
            "focus": "",
            "wait": 60,
            "answer": feed(("voice", "open"), ("mail", "open"), ("messenger", "closed"), at=LATER),
        },
    )

    assert during["shown"] == ALL
    assert after["shown"] == ["voice", "mail"]


@in_node
def test_trusts_the_servers_clock_before_the_visitors() -> None:
    fresh = {**GOOD, "date": "Sat, 21 Nov 2026 12:00:30 GMT"}
    old = {**GOOD, "date": "Sat, 21 Nov 2026 12:06:00 GMT"}

    (wrong_clock,) = play({"answer": fresh}, now="2026-11-21T15:00:00Z")
    (slow_clock,) = play({"answer": old}, now=NOW)

    assert wrong_clock["shown"] == ["voice", "mail"]
    assert slow_clock["shown"] == ALL


@in_node
def test_asks_about_once_a_minute_and_not_behind_the_visitors_back() -> None:
    first, hidden, back = play({"answer": GOOD}, {"hide": True, "wait": 70}, {"hide": False})

    assert len(first["delay"]) == 1
    assert 45_000 <= first["delay"][0] <= 75_000
    assert (hidden["waiting"], back["waiting"]) == (0, 1)


@in_node
def test_a_tab_seen_again_after_long_shows_everything_before_the_next_answer() -> None:
    _, _, back = play({"answer": GOOD}, {"hide": True, "wait": 3600}, {"hide": False})

    assert back["shown"] == ALL


@in_node
def test_a_browser_that_forbids_the_request_still_shows_everything() -> None:
    (page,) = play({"wait": 60}, refuse=True)

    assert page["shown"] == ALL


@in_node
def test_announced_work_stands_after_the_notice_and_a_feed_without_any_says_nothing_of_it() -> None:
    soon = [{"from": LATER, "until": LATER, "text": "Shop will be closed on Sunday."}]

    pages = play(
        {"answer": feed(("voice", "open"), notice="Some are closed.", upcoming=soon)},
        {"hide": False, "answer": feed(("voice", "open"), upcoming=soon)},
        {"hide": False, "answer": feed(("voice", "open"))},
    )

    assert [page["notice"] for page in pages] == [
        "Some are closed. Shop will be closed on Sunday.",
        "Shop will be closed on Sunday.",
        "",
    ]
