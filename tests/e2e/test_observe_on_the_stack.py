"""On the local stack: while observing no provider hears of a contact, and requests go on as they were signed."""

import json
import os
import secrets
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from infra.local.fakes import ALL, signatures
from infra.local.fakes.accounts import Accounts
from infra.local.fakes.server import Listening
from infra.local.fakes.wire import Arrived, Reply
from infra.local.scene import SENDERS, Scene, until
from infra.local.triggers import untriggered
from tests.e2e import sides
from tests.e2e.watching import publish
from tests.unit.doctor_side import MORE, SECRETS, plan

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket, pytest.mark.timeout(900)]

CONTACTS = 1000 if os.environ.get("BASCULE_DRILL") == "full" else 48
PATIENCE, COLD_START = 300, 120
PLANTED = {
    "token", "unsubscribed", "scope", "template", "balance", "number", "fallback", "bot", "sandbox", "clock",
}  # fmt: skip
FOUND = {
    "token_expires", "not_subscribed", "permission_missing", "template_refused", "balance_low",
    "number_unregistered", "fallback_missing", "leads_elsewhere", "account_limited", "clock_skew",
    "alarm_unheard", "plan_weak",
}  # fmt: skip
"""What the doctor says of what is planted, and of a weak plan beside it."""
FORWARDED = ("messenger-fr", "whatsapp-fr", "sms-fr")


@contextmanager
def listening(answer) -> Iterator[str]:
    server = Listening(0, answer)
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.stop()


def beside(text: str, target: str) -> str:
    """The scene's plan, observing, with the address that three channels had before."""
    text = text.replace("schema: 1", "schema: 1\nmode: observe", 1)
    for channel in FORWARDED:
        text = text.replace(
            f"  {channel}:\n    {{", f'  {channel}:\n    {{forward_to: "{target}/{channel}", ', 1
        )
    return text


def ours(scene: Scene, people: set[str]) -> list[dict]:
    return [row for row in scene.contacts() if row["party"] in people and row["kind"] == "contact"]


def insisted(scene: Scene, people: list[tuple[str, str]]) -> None:
    """Everybody contacts us, again where a busy machine told their vendor to come back."""
    missing = set(people)

    def kept() -> bool:
        for medium, person in missing:
            scene.contact(medium, person, "Où est ma commande ? 🚨")
        known = {row["party"] for row in ours(scene, {person for _, person in people})}
        missing.intersection_update({each for each in people if each[1] not in known})
        return not missing

    until(kept, "everybody's contact is kept", PATIENCE)


def test_observing_sends_nothing_to_any_provider_and_passes_requests_on(breaking, planning):
    scene, heard = planning, []

    def target(arrived: Arrived) -> Reply:
        heard.append(arrived)
        return Reply(code=200)

    with listening(target) as address:
        publish(scene, beside(scene.plan(), address))
        for name in ALL:
            scene.fakes[name].stage.journal.clear()
        people = [(medium, sides.person(medium)) for medium in list(SENDERS) * (CONTACTS // len(SENDERS))]
        insisted(scene, people)
        wanted = {person for _, person in people}
        due = Counter(medium for medium, _ in people)
        passed = due["messenger"] + due["whatsapp"] + due["sms"]
        until(
            lambda: {row["state"] for row in ours(scene, wanted)} == {"observed"},
            "all are observed",
            PATIENCE,
        )
        until(lambda: len(heard) >= passed, "all are passed on", PATIENCE)

    journals = {name: scene.fakes[name].stage.journal.entries() for name in ALL}
    assert [(name, e) for name, found in journals.items() for e in found if e.method != "GET"] == []
    assert {row["party"] for row in ours(scene, wanted)} == wanted
    assert {one.url.rpartition("/")[2] for one in heard} == set(FORWARDED)
    assert all(genuine(scene, one) for one in heard)


def genuine(scene: Scene, arrived: Arrived) -> bool:
    """The vendor's own word on what arrived at the other end."""
    channel = arrived.url.rpartition("/")[2]
    if channel == "sms-fr":
        token = scene.fakes["twilio"].provider.secrets["auth_token"]
        fields = arrived.form()
        signature = arrived.headers["x-twilio-signature"]
        return RequestValidator(token).validate(arrived.headers["x-bascule-original-url"], fields, signature)
    secret = scene.fakes[channel.removesuffix("-fr")].provider.secrets["app_secret"]
    return arrived.headers["x-hub-signature-256"] == signatures.meta(secret, arrived.body)


def awake(scene: Scene) -> bool:
    """True once the operations' function answers as it should."""
    try:
        return scene.ops("GET", "/v1/plan").code == 200
    except OSError:
        return False


def both(own: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, list[str]]:
    """Each secret with its values of both, as while one is rotated."""
    return {name: [*values(own.get(name, ())), *values(more.get(name, ()))] for name in {**own, **more}}


def values(told: str | Sequence[str]) -> Sequence[str]:
    return (told,) if isinstance(told, str) else told


@contextmanager
def known_secrets(scene: Scene) -> Iterator[None]:
    """The doctor's channels' secrets after the scene's own, for functions that begin anew.

    Own ones stay first: a function that happens to read them now goes by them for five minutes.
    """
    client, name = scene.stack.client("secretsmanager"), scene.stack.outputs["ChannelSecrets"]
    before = client.get_secret_value(SecretId=name)["SecretString"]
    document = json.loads(before)
    more = {**SECRETS, **{one: {"secret": scene.shop_secret} for one in MORE}}
    own = document["channels"]
    document["channels"] = own | {one: both(own.get(one, {}), found) for one, found in more.items()}
    client.put_secret_value(SecretId=name, SecretString=json.dumps(document))
    try:
        with scene.stack.changed_environment("OperationsHandler", BASCULE_MARK=secrets.token_hex(4)):
            until(lambda: awake(scene), "the function that began anew answers", COLD_START)
            yield
        until(lambda: awake(scene), "and the one of before", COLD_START)
    finally:
        client.put_secret_value(SecretId=name, SecretString=before)


def nobody_delivers(scene: Scene) -> AbstractContextManager[None]:
    """What earlier tests left to be sent again stays where it is: it would go to the vendors of this plan."""
    return untriggered(scene.stack.client("lambda"), scene.stack.functions["Deliver"])


def test_the_doctor_names_twelve_of_twelve_in_twenty_channels_within_half_a_minute(breaking, planning):
    scene = planning
    accounts = Accounts(public=scene.stack.api_url, now=lambda: datetime.now(UTC))
    accounts.planted |= PLANTED

    def vendors(arrived: Arrived) -> Reply:
        code, told = accounts.answer(arrived.method, arrived.url, arrived.body)
        return Reply(code=code, body=json.dumps(told).encode(), headers=accounts.headers())

    with listening(vendors) as address, known_secrets(scene), nobody_delivers(scene):
        publish(scene, plan(address, scene.stack.api_url, weak=True))
        scene.read("/v1/doctor")  # the function is warm
        began = time.monotonic()
        found = scene.read("/v1/doctor")["findings"]
        for name in (*SECRETS, *MORE):
            found += scene.read(f"/v1/doctor/{name}")["findings"]
        took = time.monotonic() - began

    codes = {one["code"] for one in found}
    assert codes >= FOUND
    assert accounts.changed == []
    # Desks are probed meanwhile, by POST.
    asked = [(method, path) for method, path in accounts.asked if not path.startswith("/box-")]
    assert [one for one in asked if one[0] != "GET"] == []
    assert asked
    assert took <= 30


def test_attach_leads_a_vendor_here_and_detach_gives_the_address_back(breaking, planning):
    scene = planning
    accounts = Accounts(public=scene.stack.api_url, now=lambda: datetime.now(UTC))
    former = "https://old.example/in?tenant=7&x=%2F"
    accounts.hooks = {"page": former, "SmsUrl": former, "chatwoot": former, "bot": former}
    before = dict(accounts.hooks)

    def vendors(arrived: Arrived) -> Reply:
        code, told = accounts.answer(arrived.method, arrived.url, arrived.body)
        return Reply(code=code, body=json.dumps(told).encode(), headers=accounts.headers())

    with listening(vendors) as address, known_secrets(scene):
        publish(scene, plan(address, scene.stack.api_url))
        names = ("messenger-fr", "sms-fr", "desk-eu", "bot-fr")
        attached = [scene.ops("POST", f"/v1/channels/{name}/attach", {}) for name in names]
        led = dict(accounts.hooks)
        began = time.monotonic()
        detached = [scene.ops("POST", f"/v1/channels/{name}/detach", {}) for name in names]
        took = time.monotonic() - began

    assert [one.code for one in (*attached, *detached)] == [200] * 8, [
        one.text for one in (*attached, *detached)
    ]
    assert all(url.startswith(scene.stack.api_url) for url in led.values())
    assert accounts.hooks == before
    assert took <= 60
