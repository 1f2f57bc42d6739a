"""Customers' words on the running stack: suspicion on what they name, contacts counted, under the functions' roles."""

import pytest

from tests.e2e import sides
from tests.e2e.watching import in_the_end

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

SAYINGS = (
    "Your Messenger is dead, so I write here",
    "Bonjour, Messenger ne marche pas",
    "I can't reach you on Messenger",
)
PATH = "messenger-fr#in#fr"


def test_three_people_who_say_messenger_is_dead_make_it_suspect_and_all_are_counted(breaking):
    for saying in SAYINGS:
        breaking.contact("sms", sides.person("sms"), saying)

    in_the_end(breaking, lambda: "crowd" in evidence(breaking), "the crowd is heard", 60)
    breaking.tick()

    assert evidence(breaking)["crowd"]["detail"].startswith("3 people")
    assert evidence(breaking)["crowd"]["state"] == "closed"
    [told] = [one for one in breaking.read("/v1/health/messenger-fr")["paths"] if one["path"] == PATH]
    assert (told["suspect"], told["weight"]) == (True, 1.0)
    in_the_end(breaking, lambda: counted(breaking, "sms-fr#in#fr") > 0, "contacts are counted", 60)


def evidence(scene):
    paths = scene.read("/v1/health/messenger-fr")["paths"]
    return next((one["evidence"] for one in paths if one["path"] == PATH), {})


def counted(scene, path):
    table = scene.stack.outputs["HealthTable"]
    found = scene.stack.client("dynamodb").scan(TableName=table)["Items"]
    items = [item for item in found if item["pk"]["S"].startswith(f"traffic/count#{path}")]
    return sum(int(value["N"]) for item in items for name, value in item.items() if name[1:].isdecimal())
