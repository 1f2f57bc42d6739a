"""Reading a plan: the documented example, what is refused and where, and writing it back."""

import copy
import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.domain.model import Contact, Medium, Party
from chalicelib.domain.plan_document.faults import MOST_FAULTS
from chalicelib.domain.plan_document.lint import warnings
from chalicelib.domain.plan_document.reader import PlanRefused, dump_plan, read_plan

ROOT = Path(__file__).parents[2]
KINDS = ("messenger", "whatsapp", "twilio_voice", "chatwoot", "webhook")
EXAMPLE = re.search(r"```yaml\n(.*?)```", (ROOT / "docs/plan.md").read_text("utf-8"), re.DOTALL)[1]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture
def example():
    return json.loads(dump_plan(read_plan(EXAMPLE, 1)))


def refused(document):
    text = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(PlanRefused) as caught:
        read_plan(text, 1, KINDS)
    return {fault.path: fault.message for fault in caught.value.faults}


def changed(document, path, value):
    """The document with another value at a path such as desks.agents-a.ring or safety.0.purpose."""
    *steps, last = path.split(".")
    place = document
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
    place[int(last) if isinstance(place, list) else last] = value
    return document


def test_the_documented_example_is_a_plan_without_warnings():
    plan = read_plan(EXAMPLE, 7, KINDS)

    assert (plan.version, plan.market, plan.languages, plan.panic) == (7, "fr", ("fr", "en"), 0.5)
    assert plan.desks["agents-a"].capacity.rate == 5
    assert plan.desks["phone-desk"].media == {Medium.VOICE}
    assert plan.purposes["order"].deadline == timedelta(hours=4)
    assert plan.channels["phone-fr"].door.url == "tel:+33123456789"
    assert warnings(plan) == ()


def test_the_example_mentions_every_field_of_the_tables():
    text = (ROOT / "docs/plan.md").read_text("utf-8")
    written = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))

    assert {name for name in written if f"{name}:" not in EXAMPLE} == {"medium"}


def test_the_plan_says_when_desks_are_open_and_whom_contacts_are_for():
    plan = read_plan(EXAMPLE, 1)
    hours = plan.desks["agents-a"].hours
    contact = Contact(account="x", provider_id="1", party=Party(address="p"), text="Ma COMMANDE")

    assert hours.open_at(datetime(2026, 11, 2, 7, 0, tzinfo=UTC))
    assert not hours.open_at(datetime(2026, 11, 2, 6, 59, tzinfo=UTC))
    assert not hours.open_at(datetime(2026, 12, 25, 12, 0, tzinfo=UTC))
    assert plan.purpose_of("partner", contact) == "order"


def test_a_plan_written_back_is_the_same_plan_with_the_same_digest():
    plan = read_plan(EXAMPLE, 3, KINDS)

    again = read_plan(dump_plan(plan), 3, KINDS)

    assert again == plan
    assert len(plan.digest) == 64
    assert read_plan(EXAMPLE.replace("ring: 25", "ring: 26"), 3).digest != plan.digest


def test_a_compiled_plan_is_read_without_the_yaml_parser():
    code = (
        "import sys; from chalicelib.domain.plan_document.reader import read_plan;"
        "read_plan(sys.stdin.read(), 1); print('yaml' in sys.modules)"
    )

    ran = subprocess.run(
        [sys.executable, "-c", code], input=dump_plan(read_plan(EXAMPLE, 1)), cwd=ROOT, text=True,
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip

    assert ran.stdout.strip() == "False"


FAULTS = [
    ("schema", 2, "schema", "from 1 to 1"),
    ("schema", None, "schema", "is required"),
    ("public_base_url", "http://contact.shop.example", "public_base_url", "must begin with https://"),
    ("public_base_url", "https://me:pw@shop.example", "public_base_url", "without user"),
    ("public_base_url", "https://[::1", "public_base_url", "is no address"),
    ("public_base_url", None, "public_base_url", "is required"),
    ("market", "f r", "market", "must be letters"),
    ("languages", ["french"], "languages[0]", "must be a language"),
    ("languages", [], "languages", "at least one"),
    ("panic", 1.5, "panic", "must be from 0 to 1"),
    ("panic", True, "panic", "must be a number"),
    ("purpose", {}, "purpose", "did you mean 'purposes'"),
    ("hours.hours-1.zone", "Europe/Pari", "hours.hours-1.zone", "there is no time zone"),
    ("hours.hours-1.zone", "../../etc/passwd", "hours.hours-1.zone", "there is no time zone"),
    ("hours.hours-1.open", {"lundi": ["08:00-20:00"]}, "hours.hours-1.open.lundi", "must be a day"),
    ("hours.hours-1.open", {"mon": ["20:00-08:00"]}, "hours.hours-1.open.mon[0]", "must end after it starts"),
    ("hours.hours-1.open", {"mon": ["8-20"]}, "hours.hours-1.open.mon[0]", "must be a span"),
    ("hours.hours-1.open", {"mon-fri": [], "tue": []}, "hours.hours-1.open.tue", "tue is given twice"),
    ("hours.hours-1.open", {"mon": ["08:00-12:00", "11:00-13:00"]}, "hours.hours-1.open.mon", "overlap"),
    ("hours.hours-1.closed", ["2026-02-30"], "hours.hours-1.closed[0]", "must be a date"),
    ("channels.messenger-fr.kind", "mesenger", "channels.messenger-fr.kind", "did you mean 'messenger'"),
    ("channels.messenger-fr.kind", None, "channels.messenger-fr.kind", "is required"),
    ("channels.messenger-fr.account", 10987, "channels.messenger-fr.account", "put it in quotes"),
    ("channels.messenger-fr.base", "ftp://x", "channels.messenger-fr.base", "must begin with https://"),
    ("channels.messenger-fr.medium", "fax", "channels.messenger-fr.medium", "must be one of"),
    (
        "channels.messenger-fr.door.url",
        "javascript:alert(1)",
        "channels.messenger-fr.door.url",
        "must be one of https:",
    ),
    ("channels.messenger-fr.door.url", "https:", "channels.messenger-fr.door.url", "whole link"),
    ("channels.messenger-fr.door.labels", {"de": "x"}, "channels.messenger-fr.door.labels.de", "not known"),
    ("channels.a b", {"kind": "webhook"}, "channels['a b']", "1 to 64 letters"),
    ("channels.twin", {"kind": "messenger", "account": "10987"}, "channels.twin.account", "'messenger-fr'"),
    ("desks.agents-a.channel", "chatwoot", "desks.agents-a.channel", "did you mean 'chatwoot-a'"),
    ("desks.agents-a.capacity", {"rate": 0}, "desks.agents-a.capacity.rate", "must be from"),
    ("desks.agents-a.capacity", {"rate": -1}, "desks.agents-a.capacity.rate", "must be from"),
    ("desks.agents-a.capacity", {"concurrent": 1.5}, "desks.agents-a.capacity.concurrent", "whole number"),
    ("desks.agents-a.hours", "offices", "desks.agents-a.hours", "there is no opening hours"),
    ("desks.agents-a.media", ["voices"], "desks.agents-a.media[0]", "did you mean 'voice'"),
    ("purposes.order.routes", {}, "purposes.order.routes", "is required"),
    (
        "purposes.order.routes.fr",
        ["agents-a", "agent-b"],
        "purposes.order.routes.fr[1]",
        "did you mean 'agents-b'",
    ),
    (
        "purposes.order.routes.fr",
        ["agents-a", "agents-a"],
        "purposes.order.routes.fr[1]",
        "already in this route",
    ),
    ("purposes.order.routes.fr", "agents-a", "purposes.order.routes.fr", "must be a list, not text"),
    ("purposes.order.lane", "fast", "purposes.order.lane", "must be one of bulk, normal, urgent"),
    ("purposes.order.essential", "yes", "purposes.order.essential", "must be true or false"),
    ("purposes.order.deadline", "4 hours", "purposes.order.deadline", "must be a whole number and a unit"),
    ("purposes.order.deadline", "31d", "purposes.order.deadline", "at most 30d"),
    ("purposes.order.offer", {"es": "Hola"}, "purposes.order.offer.es", "not known"),
    ("purposes.order.match", [{"chanel": "x"}], "purposes.order.match[0].chanel", "did you mean 'channel'"),
    ("purposes.order.match", [{"channel": "x"}], "purposes.order.match[0].channel", "there is no channel"),
    (
        "purposes.order.match",
        [{"keywords": ["two words"]}],
        "purposes.order.match[0].keywords[0]",
        "one word",
    ),
    ("safety", [{"purpose": "orders"}], "safety[0].purpose", "did you mean 'order'"),
    ("safety", [{"purpose": "order", "min_channels": 3}], "safety[0].min_channels", "in market 'world'"),
    ("safety", [{"purpose": "order", "min_capacity": 99}], "safety[0].min_capacity", "a capacity of 7"),
]


@pytest.mark.parametrize(("path", "value", "where", "message"), FAULTS)
def test_a_fault_is_named_with_its_place(example, path, value, where, message):
    faults = refused(changed(example, path, value))

    assert message in faults[where]


def test_all_faults_are_named_at_once(example):
    for path, value in (
        ("panic", 7),
        ("desks.agents-a.ring", "x"),
        ("purposes.order.lane", "fast"),
        ("zzz", 1),
    ):
        changed(example, path, value)

    assert set(refused(example)) == {"panic", "desks.agents-a.ring", "purposes.order.lane", "zzz"}


def test_a_hopeless_document_is_not_answered_with_a_book(example):
    example["desks"] = {f"d{number}": {"x": 1} for number in range(5_000)}

    with pytest.raises(PlanRefused) as caught:
        read_plan(json.dumps(example), 1)

    assert len(caught.value.faults) == MOST_FAULTS


SECRETS = [
    ("app_secret", "x"), ("access_token", "x"), ("apiKey", "x"), ("send.password", "x"), ("key", "x"),
    ("note", "whsec_" + "MfKQ9r8GKYqrTwjU"), ("note", "0123456789abcdef" * 2), ("note", "xoxb-" + "1-2-abc"),
    ("note", "https://user:pass@host.example/"), ("note", "Bearer " + "abcdefghijkl"),
    ("note", "-----BEGIN PRIVATE" + " KEY-----"), ("note", "aB3" * 14),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), SECRETS)
@pytest.mark.parametrize("place", ["channels.partner.settings", "desks.agents-b.target"])
def test_a_secret_in_the_plan_is_refused_and_not_repeated(example, place, name, value):
    faults = refused(changed(example, place, {name: value}))

    assert "secrets are kept in the stage's channel secrets" in " ".join(faults.values())
    assert len(value) == 1 or value not in str(faults)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("account_sid", "AC" + "0123456789abcdef" * 2),
        ("topic_arn", "arn:aws:sns:eu-west-3:123456789012:mail"),
        ("map.text", "data.message.body"),
        ("public_key", "x"),
        ("phone_number", "106540352242922"),
        ("url", "https://partner.example/contacts"),
        ("business_id", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
    ],
)
def test_ids_and_addresses_are_no_secrets(example, name, value):
    plan = read_plan(json.dumps(changed(example, "channels.partner.settings", {name: value})), 1)

    assert plan.channels["partner"].settings == {name: value}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_value_anywhere_gives_a_plan_or_faults_and_nothing_else(example, data):
    document = copy.deepcopy(example)
    place, at = document, data.draw(st.sampled_from(sorted(document)))
    while isinstance(place[at], dict | list) and place[at] and data.draw(st.booleans()):
        place = place[at]
        at = data.draw(
            st.sampled_from(sorted(place)) if isinstance(place, dict) else st.integers(0, len(place) - 1)
        )
    place[at] = data.draw(JSON)

    faults, plan = (), None
    try:
        plan = read_plan(json.dumps(document).replace("Infinity", "1e999").replace("NaN", "0"), 1, KINDS)
    except PlanRefused as no:
        faults = no.faults

    assert faults or read_plan(dump_plan(plan), 1, KINDS) == plan
