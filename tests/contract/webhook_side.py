"""The other side of the generic webhook in tests: secrets as its users write them, a contact, a desk."""

from base64 import b64encode
from dataclasses import replace

from chalicelib.channels import Channel, ChannelConfig, kind
from chalicelib.domain.model import Contact, Message, Party
from tests.contract.channel_contract import SECRET
from tests.contract.sending_contract import WORDS
from tests.fakes_http import Scripted, ScriptedHttp

KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
CONTACT = Contact(
    account="shop",
    provider_id="m-1",
    party=Party(address="psid-9", name="Zoé"),
    text=WORDS,
    conversation="c-3",
)
MESSAGE = Message(key=KEY, target={}, text=WORDS, contact=CONTACT, channel="messenger-fr", purpose="delivery")


def whsec(secret: str) -> str:
    """The secret as Standard Webhooks spells it."""
    return secret if secret.startswith("whsec_") else f"whsec_{b64encode(secret.encode()).decode()}"


CONFIG = ChannelConfig(
    id="form-fr",
    account="shop",
    base="https://desk.example",
    settings={"url": "https://elsewhere.example/hooks/in?a=1"},
    secrets={"secret": (whsec(SECRET),)},
)


def made(*responses: Scripted, config: ChannelConfig = CONFIG) -> tuple[Channel, ScriptedHttp]:
    """The channel, and the network that it speaks through."""
    door = ScriptedHttp(responses)
    secrets = {name: tuple(whsec(value) for value in values) for name, values in config.secrets.items()}
    return kind("webhook")(replace(config, secrets=secrets), door), door
