"""Every command in the documents is run, or checked against the tool that it calls."""

import json
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import botocore.session
import pytest
from botocore import xform_name

from chalicelib.domain.model import row_key
from chalicelib.domain.outbox import Due, RowState, moved
from chalicelib.handlers.operations import VIEWS
from infra.local.plan import PLAN as LOCAL_PLAN
from tests.unit.operations_side import Operations, matched, operator

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(page.relative_to(ROOT).as_posix() for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
ASSIGNMENT = re.compile(r"([A-Z_]+)=(.*)")
INLINE = re.compile(r"`(?:[A-Z_]+=\S+ )?(\.venv/bin/pytest [^`]+)`")
GLOBAL_OPTIONS = {"region", "profile", "query", "output"}
DOORS = {"door": {"url": "https://shop.example", "labels": {"fr": "x", "en": "x"}}}
CHANNELS = {"shop": DOORS, "messenger-fr": DOORS, "box-a": {}, "box-b": {}, "chatwoot-eu": {}}
CHANNELS["sms-fr"] = {"kind": "twilio_sms", "settings": {"account_sid": "AC1"}}  # only such a kind has a list
CHANNELS["chatwoot-eu"] = {
    "kind": "chatwoot",
    "settings": {"inbox": "aa", "inbox_id": "12"},
}  # and this can be led
LOCAL = json.dumps(
    {
        "schema": 1,
        "public_base_url": "https://bascule.example",
        "market": "fr",
        "channels": {
            name: {
                "kind": "webhook",
                "account": name,
                "market": "fr" if more else "world",
                "settings": {"url": f"https://{name}.example/in"},
                **more,
            }
            for name, more in CHANNELS.items()
        },
        "desks": {
            name: {"channel": channel}
            for name, channel in {"paris": "box-a", "lille": "box-b", "nantes": "chatwoot-eu"}.items()
        },
        "purposes": {"order": {"match": [{}], "routes": {"fr": ["paris", "lille", "nantes"]}}},
        "safety": [{"purpose": "order", "min_channels": 2}],
        "capacity": {"monthly_cost_cap": 100},
    }
)
"""The local scene's channels and desks, all as webhooks: what the commands do does not depend on the kind."""


def commands(name):
    for block in re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(), re.DOTALL):
        yield from (line for line in block.splitlines() if line.strip() and not line.startswith("#"))


def named(program):
    found = [(name, line) for name in PAGES for line in commands(name)]
    return [(name, line) for name, line in found if shlex.split(line)[0].endswith(program)]


@dataclass
class Shell:
    """As much of a shell and of curl as the documents use, on an app in memory."""

    api: Operations
    words: dict[str, str]
    files: dict[str, str] = field(default_factory=dict)
    asked: set[tuple[str, str]] = field(default_factory=set)

    def run(self, line):
        """Run one line; the answer of a curl, None for an assignment."""
        self.words |= self.current()
        text = re.sub(r"\$([A-Z_]+)", lambda match: self.words[match[1]], line)
        assigned = ASSIGNMENT.fullmatch(text)
        if assigned:
            self.words[assigned[1]] = shlex.split(assigned[2])[0]
            return None
        program, *arguments = shlex.split(text)
        assert program == "curl"
        return self.curl(arguments)

    def current(self):
        """What a reader takes from the answer before: the version, the newest order."""
        orders = self.api.ask("GET", "/v1/orders").json
        plan = self.api.ask("GET", "/v1/plan", headers={"accept": "application/json"})
        order = {"ORDER": orders["orders"][-1]["id"]} if orders["orders"] else {}
        order |= {"GLASS": orders["break_glass"][0]["id"]} if orders["break_glass"] else {}
        planned = self.api.ask("GET", "/v1/maintenance").json
        waiting = self.api.ask("GET", "/v1/plan/scheduled").json["scheduled"]
        entry = {"ENTRY": waiting[0]["id"]} if waiting else {}
        window = {"WINDOW": planned["windows"][0]["id"]} if planned["windows"] else {}
        versions = {
            "ORDERS": orders["version"],
            "PLAN": plan.json.get("version", 0),
            "WORK": planned["version"],
            "REGIONS": self.api.ask("GET", "/v1/regions").json["epoch"],
        }
        return {**{name: str(version) for name, version in versions.items()}, **order, **window, **entry}

    def curl(self, arguments):
        asked = parsed(arguments, self.files)
        place = urlsplit(asked.url)
        documents = {"/v1/plan": "PLAN", "/v1/main": "WORK", "/v1/regi": "REGIONS"}
        version = self.words[documents.get(place.path[:8], "ORDERS")]
        headers = {name: value.replace("VERSION", version) for name, value in asked.headers.items()}
        token = headers.pop("authorization", "")
        route, _ = matched(asked.method, place.path)
        assert token.startswith("Bearer bsc_") == route.startswith("/v1"), "show the token where it is needed"
        query = {name: [value] for name, value in [*parse_qsl(place.query), *asked.pairs]}
        who = "o1" if token.startswith("Bearer bsc_o1") else "a1"
        reply = self.api.ask(
            asked.method, place.path, asked.body, query=query or None, headers=headers, role=who
        )
        self.asked.add((asked.method, route))
        if asked.into:
            self.files[asked.into] = reply.text
        return reply


@dataclass
class Asked:
    url: str = ""
    method: str = ""
    body: str | None = None
    into: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    pairs: list[tuple[str, str]] = field(default_factory=list)


def parsed(arguments, files):
    """A curl's arguments; only those that the documents use."""
    asked, left = Asked(), list(arguments)
    while left:
        one = left.pop(0)
        if one in ("-s", "-si", "-G"):
            continue
        if one == "-X":
            asked.method = left.pop(0)
        elif one == "-H":
            name, _, value = left.pop(0).partition(": ")
            asked.headers[name.lower()] = value
        elif one == "-d":
            asked.body = left.pop(0)
        elif one == "--data-binary":
            asked.body = files[left.pop(0).removeprefix("@")]
        elif one == "--data-urlencode":
            name, _, value = left.pop(0).partition("=")
            asked.pairs.append((name, value))
        elif one == ">":
            asked.into = left.pop(0)
        else:
            assert not one.startswith("-"), one
            assert not asked.url, one
            asked.url = one
    asked.method = asked.method or ("GET" if asked.body is None else "POST")
    asked.url = asked.url.removeprefix("https://contact.shop.example")
    return asked


@pytest.fixture
def shell():
    api = Operations(LOCAL)
    api.ports.secrets.channels["sms-fr"] = {"auth_token": ("a-token",)}
    api.ports.secrets.channels["chatwoot-eu"] = {"api_token": ("a-token",)}
    api.world.desks.bodies["app.chatwoot.com"] = b'{"webhook_url": "https://old.example/in"}'
    for document in ("fr.fr.json", "front-door.js"):
        assert api.ports.snapshots.read_feed(document)
    api.world.say(person="anne")
    key = row_key("shop", "shop", "m1")
    api.ports.contacts.save(key, moved(api.ports.contacts.get(key).work, RowState.DEAD), Due.CLEAR)
    [ics] = re.findall(r"```ics\n(.*?)```", (ROOT / "docs/operating.md").read_text(), re.DOTALL)
    files = {"maintenance.ics": ics}
    return Shell(
        api=api,
        files=files,
        words={
            "KEY": key,
            "VERSION": "VERSION",
            "TOKEN": "bsc_a1_token-of-the-reader",
            "SECOND": "bsc_o1_token-of-another",
        },
    )


def test_every_command_is_of_a_program_that_is_checked_here():
    known = ("make", "curl", "aws", "python", "pytest", "ruff", "mypy")
    lines = [line for name in PAGES for line in commands(name) if not ASSIGNMENT.fullmatch(line)]

    assert len(lines) > 30
    assert [line for line in lines if not shlex.split(line)[0].endswith(known)] == []


def test_every_make_target_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    asked = {shlex.split(line)[1] for _, line in named("make")}

    assert asked
    assert asked <= targets


def helping(module):
    """What a module says of its options."""
    said = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return said.stdout


def test_every_python_module_and_option_exists():
    lines = [shlex.split(line) for _, line in named("python")]

    assert lines
    for _, flag, module, *arguments in lines:
        spec = find_spec(module)
        assert flag == "-m"
        assert spec is not None, module
        run = find_spec(f"{module}.__main__") if spec.submodule_search_locations else spec
        source = Path(run.origin).read_text()
        options = [one for one in arguments if one.startswith("--")]
        unknown = [one for one in options if f'"{one}"' not in source]
        helped = helping(module) if unknown else ""  # some share their options with another module
        assert [one for one in unknown if f"{one} " not in helped] == [], module


def test_every_test_that_a_command_names_exists():
    lines = [shlex.split(line) for _, line in named("pytest")]
    inline = [shlex.split(code) for name in PAGES for code in INLINE.findall((ROOT / name).read_text())]
    asked = [
        one
        for words in [*lines, *inline]
        for one in words
        if one.startswith("tests/") and "example" not in one
    ]

    assert len(asked) >= 7
    assert [one for one in asked if not (ROOT / one.partition("::")[0]).exists()] == []


def test_every_aws_command_is_one_with_the_parameters_it_needs():
    session = botocore.session.get_session()
    lines = [shlex.split(line) for _, line in named("aws")]

    assert len(lines) >= 5
    for _, service, command, *arguments in lines:
        model = session.get_service_model("s3" if service == "s3api" else service)
        operations = {xform_name(name, "-"): name for name in model.operation_names}
        assert command in operations, command
        shape = model.operation_model(operations[command]).input_shape
        members = {xform_name(name, "-"): name for name in (shape.members if shape else {})}
        given = {one.removeprefix("--") for one in arguments if one.startswith("--")} - GLOBAL_OPTIONS
        needed = {xform_name(name, "-") for name in (shape.required_members if shape else ())}
        assert needed <= given <= {*members, "notification-endpoint"}, command


def test_operating_runs_as_it_is_written_and_uses_every_route(shell):
    for line in commands("docs/operating.md"):
        if line.startswith(("aws", "make", ".venv/bin/")):
            continue  # each has a check of its own
        reply = shell.run(line)
        assert reply is None or 200 <= reply.code < 300, (line, reply.code, reply.text)

    assert set(VIEWS) - shell.asked == {("POST", "/v1/regions/takeover")}, (
        "which its own page plays with two regions"
    )


def test_deploying_runs_as_it_is_written_on_a_stage_without_a_plan(shell):
    fresh = Operations(LOCAL)
    fresh.ports.secrets.channels["sms-fr"] = {"auth_token": ("a-token",)}
    fresh.ports.plans.__init__()  # as on the first day: nothing was published
    fresh.ports.secrets.tokens["a1"] = operator("admin")
    shell.api, shell.files["plan.yaml"] = fresh, LOCAL

    lines = [line for line in commands("docs/deploying.md") if line.startswith(("curl", "API=", "AUTH="))]

    for line in lines:
        reply = shell.run(line)
        assert reply is None or 200 <= reply.code < 300, (line, reply.code, reply.text)


def test_the_examples_use_names_of_the_local_scene():
    names = {"paris", "lille", "nantes", *CHANNELS}

    assert [name for name in names if f"\n  {name}:" not in LOCAL_PLAN] == []
