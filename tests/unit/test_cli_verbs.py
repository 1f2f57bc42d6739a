"""Every verb of the command against the real operations API: in French and English, as tables and as JSON."""

import json
import re
import shlex

import pytest

from bascule_cli.verbs import VERBS
from chalicelib.handlers.operations import VIEWS
from tests.unit.cli_side import KEY, commanding
from tests.unit.test_docs_commands import LOCAL

pytestmark = pytest.mark.enable_socket

WINDOW = (
    "Moves --scope channel:messenger-fr --start {start} --end 5h --alternative order=channel:shop --reason r"
)
STORY = f"""
completion bash
whoami
status                                                  =1
health
health box-a
backlogs
flips --since 2h
flips --path shop#in#fr --since 09:00 --to now
availability
availability --path shop#in#fr
posture show
posture set crisis --until 2h --reason "mailing at nine" --yes
notices
tail --looks 2
drain desk:paris --until "until 18:00" --reason "agents evacuated"
orders
release desk:paris
override down channel:box-b --until 30m --reason "smoke" --yes
release channel:box-b
override up channel:box-a --until 10m --reason "probe is wrong" --yes
suspend path:messenger-fr#in#fr --until 15m --reason "page moves"
maintenance check {WINDOW.format(start="3h")}
maintenance plan {WINDOW.format(start="now")}
maintenance list
maintenance extend w1 --until 6h
maintenance drop w1 --yes
maintenance import {{calendar}} --zone Europe/Paris --yes
plan show
plan show 1
plan versions --limit 5
plan check {{plan}}
plan publish {{plan}} --reason "as before" --yes
route shop --text "where is my order" --market fr --tried paris --trait vip=yes
route shop --plan {{plan}}
contacts list --state dead
contacts list --channel shop --party anne
contacts list --doubt --limit 5
contacts show {KEY}
contacts redrive {KEY} --yes
contacts settle {KEY} --went no
dead-letters list --queue overflow
dead-letters redrive overflow --yes
desks load paris --in-use 9 --free 3
desks forecast paris --arrivals-per-hour 120 --surge 3 --agents 12 --handling 240 --patience 120
catch-up sms-fr --begin --since 2h
catch-up sms-fr
evidence report shop#in#fr --since 2h
evidence verify shop#in#fr {{report}}
evidence ticket shop#in#fr INC-7
people erase anne
people erase anne --channel shop --yes
doctor                                                  =1
doctor shop
account --day 2026-03-01
explain {KEY} --desk lille
drain desk:nantes --until 2h --reason r
renew desk:nantes --until 3h
switch off automation --until 30m --reason r --yes
switch on automation
break-glass ask desk:lille --reason fire --yes
break-glass confirm GLASS --yes                         =3
orders
break-glass end GLASS
plan diff 1 2
plan diff --file {{plan}}
plan try {{plan}} --last 5
plan rollback 1 --reason "as it was" --yes
plan schedule add {{plan}} --at 2h --reason r
plan schedule list
plan schedule cancel {{entry}}
shares list
plan publish {{shared}} --reason "shared" --yes
shares set order#fr paris=60 lille=40 --until 1h --reason "training" --yes
shares list
release route:order#fr
attach sms-fr --yes                                     =1
detach sms-fr --yes                                     =1
regions
take-over --reason "the west is gone" --yes             =1
audit list
audit anchors --limit 5
audit verify --since 2h
"""
SHARED = ('"paris", "lille"', '{"desk": "paris", "share": 70}, {"desk": "lille", "share": 30}')
CALENDAR = """BEGIN:VCALENDAR\r
BEGIN:VEVENT\r
UID:nantes\r
SUMMARY:Updates\r
DTSTART;TZID=Europe/Paris:20260308T020000\r
DURATION:PT2H\r
DESCRIPTION:bascule-scope: desk:nantes\\nbascule-alternative order: desk:paris\r
END:VEVENT\r
END:VCALENDAR\r
"""
ELSEWHERE = {"login", "logout"}
"""Verbs about the token that is kept: tests/unit/test_cli_access.py."""


@pytest.fixture
def command(tmp_path):
    with commanding(str(tmp_path)) as ready:
        yield ready


def written(command, folder):
    """The files and names that the story's lines have in braces."""
    (folder / "plan.json").write_text(LOCAL)
    (folder / "shared.json").write_text(LOCAL.replace(*SHARED))
    (folder / "work.ics").write_text(CALENDAR, newline="")
    report = command.run("evidence", "report", "shop#in#fr", "--json").out
    (folder / "report.json").write_text(report)
    return {
        "plan": folder / "plan.json",
        "shared": folder / "shared.json",
        "calendar": folder / "work.ics",
        "report": folder / "report.json",
        "entry": "s1",
    }


def lines(names):
    """Each call with its exit code."""
    for line in STORY.strip().splitlines():
        text, _, code = line.partition("  =")
        yield shlex.split(text.format(**names)), int(code or 0)


@pytest.mark.parametrize("form", ["table", "json"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_verb_does_its_work_in_both_languages_and_both_forms(command, tmp_path, language, form):
    names = written(command, tmp_path)
    command.language = language
    more, glass = ("--json",) if form == "json" else (), "g1"

    for arguments, code in lines(names):
        said = command.run(*(glass if one == "GLASS" else one for one in arguments), *more)
        glass = (re.findall(r"\bg\d+\b", said.out) or [glass])[0]

        assert (said.code, bool(said.err)) == (code, code != 0), (arguments, said)
        assert said.out.strip() or code, arguments
        if form == "json" and said.out and arguments[0] not in ("completion", "tail"):
            assert isinstance(said.json, dict), arguments
    assert set(VIEWS) - set(command.gateway.asked) == set()


def test_the_story_above_uses_every_verb():
    typed = [line.split() for line in STORY.strip().splitlines()]
    used = {" ".join(words[:depth]) for words in typed for depth in (1, 2, 3)}

    assert {verb.path for verb in VERBS} - used == ELSEWHERE


def test_french_and_english_say_the_same_thing_in_different_words(command):
    told = {}
    for language in ("en", "fr"):
        command.language = language
        told[language] = command.run("drain", "desk:paris", "--until", "30m", "--reason", "r").out
        command.run("release", "desk:paris")
        command.gateway.api.world.clock.advance(60)

    assert told["en"] == "drain desk:paris until 03-02 09:30: order o1.\n"
    assert told["fr"] == "délester desk:paris jusqu'à 03-02 09:31 : ordre o3.\n"


def test_json_is_the_services_own_document(command):
    told = command.run("orders", "--json").json

    assert told == command.gateway.api.ask("GET", "/v1/orders").json


def test_tail_tells_of_what_happens_between_two_looks_as_lines_of_json(command):
    api = command.gateway.api
    asked = []

    def between(method, target):
        if "/orders" in target and method == "GET":
            asked.append(target)
            if len(asked) == 2:
                api.ask("POST", "/v1/orders", ORDER, headers={"if-match": '"0"'})

    command.gateway.before = between

    said = command.run("tail", "--looks", "3", "--every", "7", "--json")

    events = [json.loads(line) for line in said.out.splitlines()]
    assert [(event["event"], event.get("scope")) for event in events] == [
        ("plan", None),
        ("order", "desk:paris"),
    ]
    assert command.slept == [7.0, 7.0]


ORDER = {"kind": "drain", "scope": "desk:paris", "until": 5, "reason": "r"}


def test_a_post_carries_a_key_of_its_own(command):
    command.run("drain", "desk:paris", "--until", "30m", "--reason", "r")
    command.run("drain", "desk:lille", "--until", "30m", "--reason", "r")

    keys = [headers["idempotency-key"] for headers in command.gateway.headers if "idempotency-key" in headers]
    assert len(set(keys)) == 2
