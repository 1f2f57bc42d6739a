"""In everything that every function and the stack itself wrote: no secret, no customer's address, none of their words.

Every kind comes in, genuine, forged, broken and too large, and with providers that fail; what other tests of this run
brought in before is looked for as well.
"""

import json
from dataclasses import replace

import pytest

from infra.local.fakes import Faults, Mode
from infra.local.fakes.vendors import post
from infra.local.scene import PEOPLE, until
from tests.e2e.test_hostile import KINDS, PROOFS
from tests.e2e.watching import DESKS, log_lines

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

WORDS = "the-customers-own-words"
SHORT = 8
"""Shorter addresses and words are found by chance in numbers and names."""
LARGE = 800_000


def turned(request):
    """The same request, forged, cut off, of another type, and far too large."""
    proofs = {n: f"{v[:-3]}AAA" if n in PROOFS else v for n, v in request.headers.items()}
    return [
        request,
        replace(request, headers=proofs),
        replace(request, body=request.body[: len(request.body) // 2]),
        replace(request, headers={**request.headers, "Content-Type": "text/plain"}),
        replace(request, body=request.body + b" " * LARGE),
        replace(request, url=f"{request.url}?key={WORDS}"),
    ]


def all_kinds(scene):
    """Each kind in each state; the people who are said to write."""
    people = []
    for make, _ in KINDS.values():
        request, person = make(scene, WORDS)
        people.append(person)
        for each in turned(request):
            post(each, patience=60)
    return people


def asked_badly(scene):
    """Operators' mistakes, with customers' words and tokens in the wrong places."""
    bad = {"Authorization": f"Bearer {scene.tokens['viewer']}x"}
    scene.ops("PUT", "/v1/plan", f"schema: 1\nchannels: {{{WORDS}: {scene.shop_secret}}}")
    scene.ops("GET", f"/v1/contacts?party={WORDS}&channel=shop&nonsense={WORDS}")
    scene.ops("GET", f"/v1/contacts/{WORDS}", headers=bad)


def secrets_of(scene):
    """Every secret value that the stack's documents hold, the operators' tokens, and what the fakes know."""
    read = scene.stack.client("secretsmanager").get_secret_value
    document = json.loads(read(SecretId=scene.stack.outputs["ChannelSecrets"])["SecretString"])
    return {*texts(document), *scene.tokens.values(), scene.shop_secret}


def texts(value):
    if isinstance(value, dict):
        return {found for each in value.values() for found in texts(each)}
    if isinstance(value, list):
        return {found for each in value for found in texts(each)}
    return {str(value)}


def customers_of(scene):
    """The addresses and words of every contact that is kept, whoever brought it in."""
    pages = scene.stack.client("dynamodb").get_paginator("scan")
    found = set()
    for page in pages.paginate(TableName=scene.stack.outputs["ContactsTable"]):
        for item in page["Items"]:
            if "S" in item.get("contact", {}):
                contact = json.loads(item["contact"]["S"])
                found |= {contact["party"][0], contact.get("text", "")}
    return found


def everything_written(scene):
    written = {name: scene.stack.words(name) for name in scene.stack.functions}
    return {**written, "the stack": scene.stack.server.log.read_text(errors="replace")}


def test_no_secret_and_nothing_of_a_customer_is_in_anything_that_was_written(breaking):
    scene = breaking
    for desk in DESKS[:2]:
        scene.fakes[desk].set(Faults(mode=Mode.ERRORS, share=0.5))
    lines = len(log_lines(scene, "APIHandler"))

    people = all_kinds(scene)
    asked_badly(scene)
    scene.contact("email", PEOPLE["email"], WORDS)
    until(lambda: len(log_lines(scene, "APIHandler")) > lines + len(KINDS), "the log of it", 30)

    looked_for = {each for each in secrets_of(scene) | customers_of(scene) | {*people} if len(each) >= SHORT}
    written = everything_written(scene)

    assert WORDS in looked_for
    assert sum(map(len, written.values())) > 10_000
    told = {name: [each for each in looked_for if each in text] for name, text in written.items()}
    assert {name: found for name, found in told.items() if found} == {}
