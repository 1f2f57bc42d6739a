"""Whatever a server answers, the command ends with one of its exit codes and words, never with a traceback."""

import json
import re
import shlex
import socket
import threading
from datetime import UTC, datetime
from io import StringIO

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bascule_cli.client import Raw
from bascule_cli.main import Program
from bascule_cli.screen import Screen
from bascule_cli.session import Session
from bascule_cli.speech import Words
from bascule_cli.trouble import Exit
from bascule_cli.verbs import VERBS
from bascule_cli.web import Web
from tests.unit.cli_side import Terminal

FIELDS = (
    "at",
    "source",
    "plan",
    "snapshot",
    "age_seconds",
    "paths",
    "path",
    "state",
    "because",
    "orders",
    "order",
    "id",
    "kind",
    "scope",
    "until",
    "windows",
    "next",
    "start",
    "evidence",
    "loads",
    "contacts",
    "contact",
    "decision",
    "rejected",
    "attempts",
    "versions",
    "version",
    "flips",
    "seconds",
    "opened_at",
    "closed_at",
    "backlogs",
    "streams",
    "money",
    "findings",
    "faults",
    "warnings",
    "changes",
    "conflicts",
    "letters",
    "waiting",
    "sent",
    "loss",
    "blame",
    "incidents",
    "type",
    "title",
    "detail",
    "status",
    "rules",
    "message",
    "text",
    "doubt",
    "with_agents",
    "assumptions",
    "catch_ups",
)
WORDS = st.sampled_from(
    ("", "up", "2026-03-02T09:00:00Z", "0001-01-01T00:00:00+23:59", "\x1b[2J", "\u202e", "\ud800", "{0}", "é")
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=25,
)
BODIES = (
    st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=12).map(json.dumps)
    | VALUES.map(json.dumps)
    | st.sampled_from(
        ("", "<html><body>502</body></html>", "{", '{"a": 1e999}', "NaN", "[" * 5000, "1" * 5000, "null")
    )
    | st.text(max_size=20)
)
ANSWERS = st.builds(
    Raw,
    code=st.sampled_from(
        (200, 200, 200, 201, 202, 204, 302, 400, 401, 403, 404, 409, 412, 422, 428, 429, 500, 503, 599)
    ),
    text=BODIES,
    headers=st.fixed_dictionaries(
        {"content-type": st.sampled_from(("application/json", "application/problem+json", "text/html", ""))},
        optional={"etag": st.sampled_from(('"7"', "7", 'W/"x"', '"'))},
    ),
)
HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Cursor, colour, bell, and the direction of reading: written apart from the command's own list."""
NEEDED = {
    "SCOPE": "desk:paris",
    "--until": "2h",
    "--reason": "r",
    "FILE": "-",
    "CALENDAR": "-",
    "--start": "1h",
    "--end": "2h",
    "POSTURE": "crisis",
    "QUEUE": "bulk",
    "--went": "yes",
    "--arrivals-per-hour": "10",
    "VERSION": "1",
    "SHELL": "fish",
    "--scope": "desk:paris",
    "URL": "http://127.0.0.1:9",
    "SWITCH": "orders",
    "--since": "2h",
    "--at": "2h",
}


class Script:
    """A wire that gives prepared answers, over and over."""

    def __init__(self, answers):
        self.answers, self.made = answers, 0

    def send(self, method, url, headers, body):
        self.made += 1
        return self.answers[self.made % len(self.answers)]


def typed(verb):
    """A call of the verb that has all it needs."""
    arguments = verb.path.split()
    for one in verb.given:
        place = one.name if one.name.startswith("-") else one.name.upper()
        value = NEEDED.get(place, "name")
        if one.needed:
            arguments += [one.name, value] if one.name.startswith("-") else [value]
        elif one.name == "--yes":
            arguments.append("--yes")
        elif one.name == "--looks":
            arguments += ["--looks", "2"]
    return arguments


def run(arguments, wire, *, language="en", terminal=False):
    out, err = (Terminal(), Terminal()) if terminal else (StringIO(), StringIO())
    environment = {
        "BASCULE_URL": "https://contact.example",
        "BASCULE_TOKEN": "bsc_a_12345678",
        "HOME": "/nowhere",
    }
    screen = Screen(out=out, err=err, words=Words(language=language), zone=UTC, environment=environment)
    session = Session(
        screen=screen, environment=environment, stdin=StringIO("bsc_a_12345678\n"), wire=lambda: wire,
        now=lambda: datetime(2026, 3, 2, 9, tzinfo=UTC), sleep=lambda _: None, ask_hidden=lambda _: "x",
    )  # fmt: skip
    return int(Program(session=session).run(arguments)), out.getvalue(), err.getvalue()


HOSTILE = "\x1b]0;gone\x07\x1b[2J \u202eflip \x9b31m"
ROW = {**dict.fromkeys(FIELDS, HOSTILE), "id": HOSTILE, "state": "up"}
ASKED = [verb for verb in VERBS if verb.path not in ("logout", "completion")]
LISTS = {
    "paths", "orders", "windows", "next", "evidence", "loads", "contacts", "decision", "rejected",
    "attempts", "versions",
    "flips", "backlogs", "streams", "findings", "faults", "changes", "conflicts", "letters", "incidents", "catch_ups",
}  # fmt: skip
SHAPES = {
    "words": dict.fromkeys(FIELDS, HOSTILE),
    "rows": {name: [{**ROW, "next": [ROW]}] if name in LISTS else HOSTILE for name in FIELDS},
    "objects": {name: {"inner": ROW, **ROW} if name in LISTS else HOSTILE for name in FIELDS},
    "numbers": dict.fromkeys(FIELDS, 10**300),
    "wrong": {name: ([None, 3, [], "x"], -1.5, True)[place % 3] for place, name in enumerate(FIELDS)},
}
AS_IT_IS = ("evidence report", "plan show")
"""Texts for a file are given as they are; where somebody looks they are made harmless, too."""


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("code", [200, 409])
def test_words_of_others_move_no_cursor_and_colour_nothing(shape, code):
    typed_json = {"content-type": "application/json", "etag": '"1"'}
    answer = Raw(code=code, text=json.dumps(SHAPES[shape]), headers=typed_json)

    for verb in ASKED:
        for more in ((), ("--json",)):
            ended, out, err = run([*typed(verb), *more], Script([answer]))

            assert ended in set(Exit), verb
            assert verb.path in AS_IT_IS or HARMFUL.findall(out + err) == [], verb


@pytest.mark.parametrize("path", AS_IT_IS)
def test_a_text_for_a_file_is_harmless_on_a_terminal(path):
    verb = next(one for one in VERBS if one.path == path)
    page = json.dumps({"text": HOSTILE}) if path == "plan show" else f"<html>{HOSTILE}"
    answer = Raw(
        code=200,
        text=page,
        headers={"content-type": "application/json" if path == "plan show" else "text/html"},
    )

    more = [] if path == "plan show" else ["--page"]
    _, plain, _ = run([*typed(verb), *more], Script([answer]))
    _, shown, _ = run([*typed(verb), *more], Script([answer]), terminal=True)

    assert HOSTILE in plain
    assert HARMFUL.findall(shown) == []


def test_what_is_no_json_to_others_is_none_to_us():
    deep, long = "[" * 9000, '{"a": ' + "9" * 5000 + "}"
    for text in ('{"a": 1e999}', '{"a": NaN}', '{"a": -Infinity}', "[1]", "7", deep, long):
        answer = Raw(code=200, text=text, headers={"content-type": "application/json"})

        ended, out, _ = run(["orders", "--json"], Script([answer]))

        assert (ended, out) == (Exit.UNREACHABLE, ""), text[:20]


@pytest.mark.parametrize(
    "verb", [verb for verb in VERBS if verb.path != "logout"], ids=lambda verb: verb.path
)
@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(
    answers=st.lists(ANSWERS, min_size=1, max_size=4),
    form=st.sampled_from(("", "--json", "terminal")),
    language=st.sampled_from(("en", "fr")),
)
@example(
    answers=[
        Raw(code=200, text='{"paths": 3, "orders": {"a": 1}}', headers={"content-type": "application/json"})
    ],
    form="",
    language="fr",
)
def test_any_answer_ends_in_an_exit_code_and_words_that_do_no_harm(verb, answers, form, language):
    arguments = [*typed(verb), *(["--json"] if form == "--json" else [])]

    code, out, err = run(arguments, Script(answers), language=language, terminal=form == "terminal")

    assert code in set(Exit)
    assert code in (Exit.DONE, Exit.FOUND) or err.strip()
    if form != "terminal" and verb.path not in AS_IT_IS:
        assert HARMFUL.findall(out + err) == []


def served(answer):
    """Serve some bytes to whoever asks, once, and hang up."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = listening.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return listening, thread


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\nContent-Type: application/json\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\njunk",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n\xff\xfe",
        b"HTTP/1.1 999 ?\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    ],
    ids=["nothing", "mail", "cut", "chunks", "gzip", "bytes", "code", "headers"],
)
def test_a_broken_server_is_an_unreachable_service(answer):
    listening, thread = served(answer)
    with listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"

        code, out, err = run_at(url, "orders")
        thread.join(5)

    assert code == Exit.UNREACHABLE
    assert out == ""
    assert len(err.splitlines()) == 2


def run_at(url, line):
    out, err = StringIO(), StringIO()
    environment = {"BASCULE_URL": url, "BASCULE_TOKEN": "bsc_a_12345678", "HOME": "/nowhere"}
    screen = Screen(out=out, err=err, words=Words(language="en"), zone=UTC, environment=environment)
    session = Session(
        screen=screen, environment=environment, stdin=StringIO(), wire=lambda: Web(2.0),
        now=lambda: datetime.now(UTC), sleep=lambda _: None, ask_hidden=lambda _: "",
    )  # fmt: skip
    return Program(session=session).run(shlex.split(line)), out.getvalue(), err.getvalue()
