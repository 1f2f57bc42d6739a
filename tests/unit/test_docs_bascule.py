"""The pages of docs/operating: every `$ bascule` line is run, and prints what the page shows, up to keys and times.

With BASCULE_WRITE_DOCS set, the pages are written anew with what was printed.
"""

import os
import re
import shlex
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bascule_cli.verbs import VERBS
from chalicelib.domain.regions.seat import Stand
from chalicelib.wiring import Wired
from tests.unit.cli_side import KEY, commanding
from tests.unit.test_cli_verbs import SHARED
from tests.unit.test_docs_commands import LOCAL, Shell, commands
from tests.world import SETTINGS

pytestmark = pytest.mark.enable_socket

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs" / "operating").glob("*.md"))
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
NOT_RUN = ("pipx ", "source ", "sed ")
CHANGING = (
    (re.compile(r"\b[0-9a-f]{64}\b"), "<digest>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<key>"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "<digest>"),
    (re.compile(r"\d\d-\d\d \d\d:\d\d"), "<time>"),
    (re.compile(r"\b\d\d:\d\d:\d\d\b"), "<time>"),
    (re.compile(r"\b\d{13}\b"), "<instant>"),
    (re.compile(r"\d+ (?:s|min \d\d s)\b"), "<length>"),
    (re.compile(r" +"), " "),
)
BEGUN = {"API": "https://contact.shop.example", "AUTH": "Authorization: Bearer bsc_a1_token-of-the-reader"}


LILLE_FIRST = ('"paris", "lille", "nantes"', '"lille", "paris", "nantes"')


def box_a_is_down(command):
    world = command.gateway.api.world
    world.desks.bodies["api.twilio.com"] = b'{"status": "active"}'
    world.minute()
    world.desks.fault["box-a.example"] = 503
    for _ in range(4):
        world.minute()


def probed(command):
    command.gateway.api.world.minute()


def two_versions(command):
    Path("plan.yaml").write_text(Path("plan.yaml").read_text().replace(*LILLE_FIRST))
    command.run("plan", "publish", "plan.yaml", "--reason", "lille first on Sundays", "--yes")


def shared_route(command):
    command.gateway.api.world.publish(LOCAL.replace(*SHARED))
    probed(command)


def home_is_silent(command):
    """The region that is asked is the other one, and nothing was heard of home for ten minutes."""
    world = command.gateway.api.world
    west = Stand(region="eu-west-3", version=1, beat=world.clock.now() - timedelta(minutes=10))
    world.ports.seats.write(west)
    settings = replace(SETTINGS, vantage="eu-central-1", regions="eu-west-3,eu-central-1")
    world.wired = Wired(stores=world.ports, http=world.desks, clock=world.clock, settings=settings)


SCENES = {
    "a-channel-is-down.md": box_a_is_down, "roll-the-plan-back.md": two_versions, "shares.md": shared_route,
    "a-region-is-lost.md": home_is_silent,
}  # fmt: skip
"""What has happened before a page begins; every path was probed once elsewhere."""


@pytest.fixture
def command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with commanding(str(tmp_path)) as ready:
        (tmp_path / "plan.yaml").write_text(ready.run("plan", "show").out)
        calendar = re.findall(r"```ics\n(.*?)```", (ROOT / "docs/operating.md").read_text(), re.DOTALL)
        (tmp_path / "maintenance.ics").write_text(calendar[0])
        yield ready


def shown(command, line, folder):
    """What a line prints, as a terminal shows it: `> FILE` and `; echo $?` as a shell does them."""
    text, echo, _ = line.partition("; echo $?")
    text, _, target = text.partition(" > ")
    words = shlex.split(text.replace("$KEY", KEY))
    second = words[0] == "BASCULE_TOKEN=$BEAS"
    program, *arguments = words[second:]
    assert program == "bascule", line
    command.role = "operator" if second else "admin"
    if arguments[0] == "login":
        command.keyboard, command.hidden = (
            True,
            command.environment.get("BASCULE_TOKEN", "bsc_a1_s3cret-part_of-a-token"),
        )
        arguments[1] = command.gateway.url
    said = command.run(*arguments)
    assert echo or said.code == 0, (line, said)
    if target:
        (folder / target.strip()).write_text(said.out)
        return said.err
    out = said.out.replace(str(folder), "~")
    return out + said.err + (f"{said.code}\n" if echo else "")


def edited(line, folder):
    """What the line's `s/old/new/` makes of its file."""
    *_, script, name = shlex.split(line)
    _, old, new, _ = script.split("/")
    text = (folder / name).read_text()
    assert old in text, line
    (folder / name).write_text(text.replace(old, new))


def played(command, block, folder):
    """The block as it would be printed now."""
    made = []
    for line in (one for one in block.splitlines() if one.startswith("$ ")):
        if line.startswith("$ sed -i "):
            edited(line, folder)
        printed = "" if line[2:].startswith(NOT_RUN) else shown(command, line[2:], folder)
        made.append(f"{line}\n{printed}")
    return "".join(made)


def plain(text):
    for pattern, word in CHANGING:
        text = pattern.sub(word, text)
    return text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_bascule_line_prints_what_its_page_shows(command, page, tmp_path):
    SCENES.get(page.name, probed)(command)
    text = page.read_text()

    printed = CONSOLE.sub(lambda match: f"```console\n{played(command, match[1], tmp_path)}```", text)

    if os.environ.get("BASCULE_WRITE_DOCS"):
        page.write_text(printed)
    assert plain(printed) == plain(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_curl_of_the_page_does_what_the_command_does(command, page, tmp_path):
    SCENES.get(page.name, probed)(command)
    files = {path.name: path.read_text() for path in tmp_path.iterdir() if path.is_file()}
    shell = Shell(
        api=command.gateway.api,
        files=files,
        words={"KEY": KEY, "VERSION": "VERSION", "TOKEN": "bsc_a1_x", **BEGUN},
    )
    for line in commands(page.relative_to(ROOT).as_posix()):
        reply = shell.run(line)

        assert reply is None or 200 <= reply.code < 300, (line, reply.code, reply.text)


def test_the_pages_show_every_verb():
    typed = [
        line.partition("bascule ")[2].replace(";", "").split()
        for page in PAGES
        for block in CONSOLE.findall(page.read_text())
        for line in block.splitlines()
        if re.match(r"\$ (\S+=\S+ )?bascule ", line)
    ]
    used = {" ".join(words[:depth]) for words in typed for depth in (1, 2, 3)}

    assert {verb.path for verb in VERBS} - used == {"completion"}


def test_every_page_is_in_the_list_of_buttons_and_has_a_way_back():
    listed = (ROOT / "docs/operating.md").read_text()

    for page in PAGES:
        assert f"(operating/{page.name})" in listed
        assert re.search(r"^## (Undo|Afterwards)", page.read_text(), re.MULTILINE), page.name


def test_the_pages_hold_curls_and_no_other_commands_of_the_shell():
    lines = [line for page in PAGES for line in commands(page.relative_to(ROOT).as_posix())]

    assert len(lines) > 20
    assert all(line.startswith("curl ") for line in lines)
