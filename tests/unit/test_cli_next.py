"""What the command says at three in the morning: what is wrong, where, and what to do next, in both languages."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bascule_cli.client import below
from bascule_cli.speech import catalogue
from bascule_cli.trouble import Exit, NotFound, Trouble
from bascule_cli.verdicts import trouble_of
from chalicelib.handlers.problems import TABLE, problem_of
from chalicelib.service.operate.refusals import Absent
from tests.unit.cli_side import commanding
from tests.unit.test_docs_problems import ROWS

pytestmark = pytest.mark.enable_socket

ROOT = Path(__file__).resolve().parents[2]
HALF_A_PAIR = "a\ud800b\n"


@pytest.fixture
def command(tmp_path):
    with commanding(str(tmp_path)) as ready:
        yield ready


def trouble(name: str, code: str) -> Trouble:
    said = {"type": f"/problems/{name}", "title": "English", "detail": "x", "status": int(code)}
    return trouble_of("POST", "/v1/orders", int(code), json.dumps(said))


@pytest.mark.parametrize(("name", "code"), ROWS)
def test_every_problem_of_the_service_says_what_to_do_next(name, code):
    assert trouble(name, code).hint in catalogue()


@pytest.mark.parametrize(("name", "code"), ROWS)
def test_every_problem_of_the_service_has_its_title_in_both_languages(name, code):
    assert f"problem.{name}" in catalogue()


def test_every_problem_that_there_is_was_looked_at():
    assert len(ROWS) >= len(TABLE)


def test_what_is_absent_is_told_in_the_readers_language_with_where_to_look(command):
    command.language = "fr"

    said = command.run("drain", "desk:nulle-part", "--until", "2h", "--reason", "r")

    assert said.code == Exit.NOT_FOUND
    assert said.err.splitlines() == [
        "Bureau inconnu : nulle-part",
        "bascule plan show nomme les bureaux.",
    ]


def test_the_name_of_what_is_absent_can_always_be_sent():
    problem = problem_of(Absent("desk", HALF_A_PAIR))

    assert problem.text().encode()
    assert problem.document["name"] == "a?b?"


@pytest.mark.parametrize("name", [".", "..", "a/b", "a\\b", "../orders"])
def test_what_would_become_another_address_is_no_name(command, name):
    said = command.run("contacts", "show", name)

    assert said.code == Exit.NOT_FOUND
    assert name in said.err
    assert command.gateway.asked == []


def test_other_names_are_quoted_whole():
    assert below("evidence", "shop#in#fr", "...") == "/v1/evidence/shop%23in%23fr/..."
    with pytest.raises(NotFound):
        below("health", "..")


@pytest.mark.parametrize(
    "url",
    ["foo", "https://a b.example", "https://..", "https://x.example:99999", "http://[::1", "https://a\tb"],
)
def test_what_is_no_address_is_told_as_such_before_anything_is_sent(command, url):
    command.environment["BASCULE_URL"] = url

    said = command.run("whoami")

    assert said.code == Exit.WRONG
    assert "https://HOST/STAGE" in said.err


@pytest.mark.parametrize("token", ["é☃é☃é☃é☃", "abc\ndef ghijkl", "   ", "x" * 5000])
def test_what_is_no_token_is_told_as_such_wherever_it_comes_from(command, token):
    command.environment["BASCULE_TOKEN"] = token

    said = command.run("whoami")

    assert said.code == Exit.NOT_ALLOWED
    assert "That is no token." in said.err
    assert "bsc_" in said.err
    assert token.strip() == "" or token not in said.err


def test_an_address_with_another_service_behind_it_is_told_as_such(command):
    command.gateway.missing.add("/v1/whoami")

    said = command.run("whoami")

    assert said.code == Exit.UNREACHABLE
    assert "There is no Bascule at this address." in said.err


def test_a_fault_of_the_whole_request_has_no_place(command):
    said = command.run("desks", "load", "paris")

    assert "\n  give at least one of in_use, free, waiting\n" in said.err


def test_an_order_that_is_too_long_is_told_its_unit_and_why(command):
    said = command.run("drain", "desk:paris", "--reason", "r", "--until", "25h")

    assert "must be 1 to 1440 whole minutes, which are 24 hours: every order ends by itself" in said.err


def test_a_market_without_a_route_is_told_as_the_reason(command):
    said = command.run("route", "shop", "--market", "mars")

    assert "The plan has no desks for purpose order in market mars." in said.out
    assert "has no desks" not in command.run("route", "shop").out


def test_the_doctor_says_what_each_finding_is_about(command):
    said = command.run("doctor")

    assert "has no opening hours" in said.out


def test_without_a_network_a_name_that_does_not_resolve_is_told(command):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        command.environment["BASCULE_URL"] = f"http://127.0.0.1:{taken.getsockname()[1]}/api"
        command.language = "fr"

        said = command.run("plan", "show")

    assert said.code == Exit.UNREACHABLE
    assert "Vérifiez l'adresse" in said.err


BASH = """
source /dev/stdin
cd "$1"
COMP_WORDS=("${@:2}"); COMP_CWORD=$(( $# - 2 )); COMPREPLY=()
_bascule_completion bascule "${COMP_WORDS[$COMP_CWORD]}" ""
printf '%s\\n' "${COMPREPLY[@]}"
"""


def completed(folder: Path, bash: str, *words: str) -> list[str]:
    """What bash offers for the last word, by the very script that we print."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "cli"), "PATH": f"{folder}:{os.environ['PATH']}"}
    (folder / "bascule").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m bascule_cli "$@"\n')
    (folder / "bascule").chmod(0o755)
    script = subprocess.run(
        [str(folder / "bascule"), "completion", "bash"],
        env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    found = subprocess.run(
        [bash, "-c", BASH, "bash", str(folder), *words],
        input=script.stdout, env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return found.stdout.split()


@pytest.mark.skipif(not shutil.which("bash"), reason="without bash nothing completes")
def test_bash_completes_verbs_and_values_by_the_script_we_print(tmp_path):
    bash = shutil.which("bash") or ""

    assert completed(tmp_path, bash, "bascule", "mainten") == ["maintenance"]
    assert completed(tmp_path, bash, "bascule", "posture", "set", "c") == ["calm", "crisis"]


def test_a_file_is_completed_by_the_shell(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "cli"), "_BASCULE_COMPLETE": "bash_complete"}
    environment |= {"COMP_WORDS": "bascule plan check pl", "COMP_CWORD": "3"}

    said = subprocess.run(
        [sys.executable, "-m", "bascule_cli"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    assert said.stdout == "file,pl\n"
