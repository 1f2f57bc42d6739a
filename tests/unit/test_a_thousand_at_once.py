"""One request with a thousand contacts, ten of them malformed: held, replayed by the accept code, 990 rows."""

import hashlib
import hmac
import json
from collections import Counter

import pytest

from chalicelib.http_types import Request
from chalicelib.service.accept import MOST_AT_ONCE
from tests.world import PLAN, World

PAGE, NUMBER, BUSINESS = "104512345678901", "106512345678901", "215512345678901"
SECRET = "the-newest-secret-0123456789abcdef"
MANY = 1_000
MALFORMED = [
    None,
    7,
    [],
    "x",
    {},
    {"message": 7},
    {"sender": []},
    {"id": 5},
    {"from": {}},
    {"timestamp": "never"},
]

BATCHES = PLAN.replace(
    "channels:\n",
    f"""channels:
  messenger: {{kind: messenger, account: "{PAGE}", market: fr, settings: {{app_id: "1"}}}}
  whatsapp: {{kind: whatsapp, account: "{NUMBER}", market: fr, settings: {{app_id: "1", business_account: "2"}}}}
""",
).replace("match: [{channel: shop}]", "match: [{}]")


@pytest.fixture
def world():
    made = World()
    secrets = {"app_secret": (SECRET,), "verify_token": ("v",), "page_token": ("t",), "access_token": ("t",)}
    made.ports.secrets.channels |= {"messenger": secrets, "whatsapp": secrets}
    made.publish(BATCHES)
    return made


def spread(good, malformed):
    """The malformed ones among the good ones, the first and the last included."""
    items = list(good)
    for place, bad in enumerate(malformed):
        items.insert(place * (MANY // len(malformed)), bad)
    return [*items[1:], items[0]]


def messenger(at):
    good = [
        {
            "sender": {"id": f"65{n:014}"}, "recipient": {"id": PAGE}, "timestamp": at + n,
            "message": {"mid": f"m_{n}", "text": "Bonjour"},
        }
        for n in range(MANY - len(MALFORMED))
    ]  # fmt: skip
    return {"object": "page", "entry": [{"id": PAGE, "time": at, "messaging": spread(good, MALFORMED)}]}


def whatsapp(at):
    good = [
        {
            "from": f"336{n:08}",
            "id": f"wamid.{n}",
            "timestamp": str(at // 1000),
            "type": "text",
            "text": {"body": "Bonjour"},
        }
        for n in range(MANY - len(MALFORMED))
    ]
    value = {"messaging_product": "whatsapp", "messages": spread(good, MALFORMED)}
    value["metadata"] = {"display_phone_number": "33187000000", "phone_number_id": NUMBER}
    entry = {"id": BUSINESS, "changes": [{"field": "messages", "value": value}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


KINDS = {"messenger": messenger, "whatsapp": whatsapp}


def receive(world, kind):
    body = json.dumps(KINDS[kind](int(world.clock.now().timestamp() * 1000))).encode()
    proof = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={proof}"}
    request = Request(headers=headers, body=body, url=f"/hooks/{kind}")
    return world.wired.acceptance.receive(kind, request, world.clock.now())


def rows(world):
    return [row for row in world.ports.contacts.page(5_000)[0] if not row.parent]


@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_items_of_which_ten_are_malformed_make_990_rows_each_rung_and_handed_over_once(
    world, kind
):
    handled = receive(world, kind)
    held = len(rows(world))
    world.run()

    assert (handled.overflow, handled.answer.code, held) == (True, 200, 0)
    assert len(rows(world)) == MANY - len(MALFORMED) == 990
    assert Counter(e["data"]["reference"] for _, e in world.desks.took) == Counter(
        row.key for row in rows(world)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_batch_again_makes_no_further_row(world, kind):
    receive(world, kind)
    receive(world, kind)
    world.run()

    assert len(rows(world)) == 990
    assert len(world.desks.took) == 990


def test_a_replay_that_dies_half_way_is_finished_by_the_next(world):
    receive(world, "messenger")
    (note,) = world.ports.queues.take_notes("overflow")
    add, left = world.ports.contacts.add, iter(range(400))

    def dies(row):
        if next(left, None) is None:
            raise SystemExit
        return add(row)

    world.ports.contacts.add = dies
    world.ports.queues.notes.append(note)
    with pytest.raises(SystemExit):
        world.run()
    half = len(rows(world))
    world.ports.contacts.add = add
    world.ports.queues.notes.append(note)
    world.run()

    assert (half, len(rows(world))) == (400, 990)
    assert MANY > MOST_AT_ONCE


def test_one_persons_contacts_of_one_batch_stay_in_their_order(world):
    receive(world, "messenger")
    world.run()

    came = [row.accepted_at for row in sorted(rows(world), key=lambda row: int(row.contact.provider_id[2:]))]
    assert came == sorted(came)
    assert len(set(came)) == len(came)
