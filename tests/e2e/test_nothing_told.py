"""What no log may hold: secrets, tokens, and the addresses and words of people."""

import json

import pytest

from infra.local.fakes.vendors import Signed, post
from infra.local.scene import until
from tests.e2e import sides
from tests.e2e.watching import only_row, served

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

CHANNELS = {
    "messenger": "messenger-fr",
    "whatsapp": "whatsapp-fr",
    "sms": "sms-fr",
    "email": "mail-fr",
    "form": "shop",
}


def secrets_of(scene):
    """Every secret of this run: the providers', the shop's, the operators' tokens, our own signing keys."""
    names = ("messenger", "whatsapp", "twilio", "chatwoot", "desk-a", "desk-b")
    found = {secret for name in names for secret in scene.fakes[name].provider.secrets.values()}
    read = scene.stack.client("secretsmanager").get_secret_value(
        SecretId=scene.stack.outputs["ChannelSecrets"]
    )
    found |= {scene.shop_secret, *scene.tokens.values(), *json.loads(read["SecretString"])["signing_keys"]}
    return found | {token.split("_", 2)[2] for token in scene.tokens.values()}


def told(scene):
    """All that all functions have written so far."""
    return {function: scene.stack.words(function) for function in scene.stack.functions}


SPEAKING = ("APIHandler", "Deliver", "Evidence", "Tick", "Mail")


def test_no_log_holds_a_secret_an_address_or_what_people_wrote(breaking):
    people = {medium: sides.person(medium) for medium in CHANNELS}
    words = {medium: sides.fresh("confidential") for medium in CHANNELS}
    caller, forger = sides.number(), sides.person("form")
    breaking.fakes.set("desk-a", "errors")

    for medium, person in people.items():
        breaking.contact(medium, person, words[medium])
    breaking.contact("voice", caller, "")
    forged = sides.form(breaking, sides.fresh("shop"), forger, "confidential forgery")
    post(Signed(url=forged.url, body=forged.body + b" ", headers=forged.headers))
    breaking.ops("GET", f"/v1/contacts?channel=shop&party={forger}")
    breaking.ops("PUT", "/v1/plan", f"schema: 1 # {forger}", {"If-Match": '"1"', "X-Reason": forger})

    for medium, person in people.items():
        served(breaking, CHANNELS[medium], person)
    only_row(breaking, "phone-fr", caller)
    until(lambda: "forged" in told(breaking)["APIHandler"], "the logs are written", 15)
    until(lambda: all(told(breaking)[function] for function in SPEAKING), "every function has written", 60)
    private = {*people.values(), *words.values(), caller, forger, "confidential forgery"}
    found = [
        (function, one)
        for function, text in told(breaking).items()
        for one in (private | secrets_of(breaking))
        if one in text
    ]
    assert found == []
