"""The command's exit codes, one for each reaction that a script can have, and what it says to do next."""

import json
import re
import socket
import threading
from pathlib import Path

import pytest

from bascule_cli.trouble import Exit
from bascule_cli.web import Web
from tests.unit.cli_side import KEY, commanding
from tests.unit.operations_side import down

pytestmark = pytest.mark.enable_socket

ROOT = Path(__file__).resolve().parents[2]
DRAIN = ("drain", "desk:paris", "--until", "30m", "--reason", "r")


@pytest.fixture
def command(tmp_path):
    with commanding(str(tmp_path)) as ready:
        yield ready


def test_0_when_it_was_done(command):
    said = command.run(*DRAIN)

    assert (said.code, said.err) == (Exit.DONE, "")


def test_1_when_a_check_finds_faults_which_are_told_all_at_once(command, tmp_path):
    (tmp_path / "bad.yaml").write_text("schema: 1\nmarket: fr\ncolour: blue\n")

    said = command.run("plan", "check", str(tmp_path / "bad.yaml"))

    assert said.code == Exit.FOUND
    assert "colour" in said.out
    assert "public_base_url" in said.out
    assert "check again" in said.err


def test_1_when_a_safety_rule_forbids_it_and_nothing_is_changed(command):
    command.run(*DRAIN)

    said = command.run("drain", "desk:lille", "--until", "30m", "--reason", "r")

    assert said.code == Exit.FOUND
    assert "A safety rule forbids this" in said.err
    assert "purpose 'order'" in said.err
    assert "bascule orders" in said.err
    assert len(command.run("orders", "--json").json["orders"]) == 1


def test_1_when_the_question_is_not_answered_with_yes(command):
    command.typed = "n\n"

    said = command.run("override", "down", "desk:paris", "--until", "30m", "--reason", "r")

    assert said.code == Exit.FOUND
    assert "really? [y/N] Nothing was done." in said.err
    assert command.run("orders", "--json").json["orders"] == []


@pytest.mark.parametrize(("language", "typed"), [("en", "y\n"), ("fr", "oui\n")])
def test_a_question_is_answered_in_the_language_it_is_asked_in(command, language, typed):
    command.language, command.typed = language, typed

    said = command.run("override", "down", "desk:paris", "--until", "30m", "--reason", "r")

    assert said.code == Exit.DONE


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("helth",), "helth"),
        (("health", "--colour"), "--colour"),
        (("drain", "desk:paris", "--until", "2h"), "--reason"),
        (("drain",), "SCOPE"),
        (("drain", "desk:paris", "--reason", "r", "--until", "yesterday"), "yesterday"),
        (("drain", "desk:paris", "--reason", "r", "--until", "10s"), "10s"),
        (("drain", " ", "--reason", "r", "--until", "2h"), "SCOPE"),
        (("contacts", "list", "--state", "lost"), "expired"),
        (("contacts", "list", "--limit", "0"), "--limit"),
        (("plan", "check", "no-such-file.yaml"), "no-such-file.yaml"),
        (("route", "shop", "--trait", "vip"), "vip"),
        (("health", "shop", "more"), "more"),
        (("drain", "desk:paris", "--reason", "r", "--until", "25h"), "1440"),
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_2_when_the_command_is_not_written_as_it_must_be(command, language, arguments, named):
    command.language = language

    said = command.run(*arguments)

    assert said.code == Exit.WRONG
    assert named in said.err
    assert len(said.err.splitlines()) >= 2, "it says what to do next"
    assert said.out == ""


def test_2_and_the_help_without_a_verb(command):
    said = command.run("plan")

    assert said.code == Exit.WRONG
    assert "rollback" in said.out


@pytest.mark.parametrize("role", ["nobody", ""])
def test_3_without_a_token_that_counts(command, role):
    command.role = role

    said = command.run("orders")

    assert said.code == Exit.NOT_ALLOWED
    assert "bascule login" in said.err


def test_3_when_the_role_does_not_reach_so_far(command):
    command.role = "viewer"

    said = command.run(*DRAIN)

    assert said.code == Exit.NOT_ALLOWED
    assert "bascule whoami" in said.err


@pytest.mark.parametrize(
    "arguments", [("health", "nowhere"), ("contacts", "show", "0" * 32), ("release", "desk:paris")]
)
def test_4_when_there_is_no_such_thing(command, arguments):
    said = command.run(*arguments)

    assert said.code == Exit.NOT_FOUND


def test_5_when_somebody_was_faster_and_says_who_and_tries_nothing_again(command):
    api = command.gateway.api
    mine = []

    def meanwhile(method, target):
        if method == "POST" and target.endswith("/orders") and not mine:
            mine.append(target)
            body = {"kind": "drain", "scope": "desk:lille", "until": 5, "reason": "by Bea"}
            api.ask("POST", "/v1/orders", body, role="operator", headers={"if-match": '"0"'})

    command.gateway.before = meanwhile

    said = command.run(*DRAIN)

    assert said.code == Exit.OVERTAKEN
    assert "drain desk:lille, by o1: by Bea" in said.err
    assert [order["scope"] for order in api.ask("GET", "/v1/orders").json["orders"]] == ["desk:lille"]


def test_5_when_the_plan_was_published_by_somebody_else(command, tmp_path):
    (tmp_path / "plan.yaml").write_text(command.run("plan", "show").out)
    publishing = ("plan", "publish", str(tmp_path / "plan.yaml"), "--yes", "--reason")
    command.run(*publishing, "Bea's")

    said = command.run(*publishing, "mine", "--after", "1")

    assert said.code == Exit.OVERTAKEN
    assert "version 2 by a1" in said.err
    assert "Bea's" in said.err


def test_6_when_nobody_listens_and_a_change_says_what_may_have_happened(command):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        command.environment["BASCULE_URL"] = f"http://127.0.0.1:{taken.getsockname()[1]}/api"

    said = command.run("orders")

    assert said.code == Exit.UNREACHABLE
    assert "Connection refused" in said.err


def test_6_when_a_store_does_not_answer(command):
    with down(command.gateway.api.ports.orders):
        said = command.run("orders")

    assert said.code == Exit.UNREACHABLE
    assert "Try again" in said.err


def test_6_within_the_deadline_when_the_answer_never_comes(command):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        command.environment["BASCULE_URL"] = f"http://127.0.0.1:{silent.getsockname()[1]}"
        command.wire = lambda: Web(0.2)

        said = command.run("orders")

    assert said.code == Exit.UNREACHABLE


def test_7_when_the_stage_is_older_than_the_command(command):
    command.gateway.missing.add("/v1/capacity")

    said = command.run("posture", "show")

    assert said.code == Exit.OLDER
    assert "GET /v1/capacity" in said.err


def test_130_when_it_is_interrupted(command):
    def interrupted(_seconds):
        raise KeyboardInterrupt

    command.wait = interrupted

    said = command.run("tail")

    assert said.code == Exit.INTERRUPTED
    assert "Traceback" not in said.err


def test_141_when_the_reader_has_gone(command):
    command.broken = True

    said = command.run("orders")

    assert said.code == Exit.BROKEN_PIPE


def test_with_json_the_trouble_is_a_document_on_standard_error(command):
    command.run(*DRAIN)

    said = command.run("drain", "desk:lille", "--until", "30m", "--reason", "r", "--json")

    told = json.loads(said.err)["error"]
    assert told["exit"] == said.code == 1
    assert told["problem"]["type"] == "/problems/unsafe"
    assert said.out == ""


def test_every_exit_code_is_documented():
    text = (ROOT / "docs/operating/the-command.md").read_text()
    table = {int(code) for code in re.findall(r"^\| (\d+) \| ", text, re.MULTILINE)}

    assert {int(code) for code in Exit} <= table


def test_a_redirect_is_not_followed_so_that_the_token_goes_nowhere_else(command):
    with socket.create_server(("127.0.0.1", 0)) as moved:
        thread = threading.Thread(target=redirect, args=(moved, command.gateway.url))
        thread.start()
        command.environment["BASCULE_URL"] = f"http://127.0.0.1:{moved.getsockname()[1]}"

        said = command.run("orders")
        thread.join(5)

    assert said.code == Exit.UNREACHABLE
    assert command.gateway.asked == []


def redirect(listening, target):
    connection, _ = listening.accept()
    with connection:
        connection.recv(65_536)
        head = f"HTTP/1.1 307 Moved\r\nLocation: {target}/v1/orders\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(head.encode())


def test_a_settled_contact_is_asked_about_in_words(command):
    said = command.run("contacts", "redrive", KEY)

    assert said.code == Exit.FOUND
    assert KEY in said.err
