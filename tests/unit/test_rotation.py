"""A secret is changed while the vendor calls: whoever signed with one that holds is let in, and nothing restarts."""

from base64 import b64encode

import pytest
from standardwebhooks import Webhook

from chalicelib.aws.secrets import SecretDocuments
from chalicelib.http_types import Request
from tests.world import SECRET, World

NEWEST = "whsec_" + b64encode(b"the-newest-of-them-24-by").decode()
SHOP = '{"channels": {"shop": {"secret": %s}}, "signing_keys": ["%s"]}'


class Vault:
    """A secret document that can be written anew, behind the very cache that containers have."""

    def __init__(self, world: World) -> None:
        self.world, self.text, self.reads = world, "{}", 0
        documents = SecretDocuments(self.read, lambda: world.clock.now().timestamp())
        world.wired.acceptance.registry.secrets = world.wired.acceptance.secrets = documents

    def read(self, name: str) -> str:
        self.reads += 1
        return self.text

    def holds(self, *secrets: str) -> None:
        self.text = SHOP % (str([*secrets]).replace("'", '"'), "k" * 32)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def vault(world):
    made = Vault(world)
    made.holds(SECRET)
    return made


def come(world, secret, id_):
    """A contact signed with one secret; the answer's code."""
    body, now = b'{"type":"contact.message","data":{"customer":{"id":"ann"},"text":"x"}}', world.clock.now()
    headers = {
        "webhook-id": id_,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(id_, now, body.decode()),
    }
    request = Request(headers=headers, body=body, url="/hooks/shop")
    return world.wired.acceptance.receive("shop", request, now).answer.code


def test_a_rotation_story(world, vault):
    told = [("the old one alone", come(world, SECRET, "1"))]

    vault.holds(NEWEST, SECRET)
    told += [("both: the vendor still has the old one", come(world, SECRET, "2"))]
    told += [("both: the vendor has the new one, we had not read it yet", come(world, NEWEST, "3"))]

    vault.holds(NEWEST)
    world.clock.advance(301)
    told += [
        ("the new one alone", come(world, NEWEST, "4")),
        ("the old one is gone", come(world, SECRET, "5")),
    ]

    assert [code for _, code in told] == [202, 202, 202, 202, 401], told


def test_a_flood_of_forged_requests_reads_the_secrets_once_a_minute_and_writes_no_row(world, vault):
    come(world, SECRET, "1")
    before = vault.reads

    codes = {come(world, NEWEST, f"forged-{number}") for number in range(300)}

    assert codes == {401}
    assert vault.reads == before + 1
    assert len(world.ports.contacts._rows) == 1
