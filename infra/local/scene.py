"""A deployed local stack with a plan, fake providers and people who contact us: what `up`, `demo` and the tests use."""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from infra.local.fakes import Fakes
from infra.local.fakes.vendor_desks import Webhook, ses_mail
from infra.local.fakes.vendor_meta import Messenger, Whatsapp
from infra.local.fakes.vendor_twilio import Twilio
from infra.local.fakes.vendors import Answered, Signed, post
from infra.local.plan import demo_plan
from infra.local.stack import Stack

MAILBOX = "bonjour@bascule.example"
READY_WITHIN = 90
AGAIN_FOR = 10.0
"""Seconds for which a reading is asked for again: a store that takes longer than two is a 503."""
COLD = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
ROLES = ("viewer", "operator", "admin")
WORKED = ("UrgentQueue", "NormalQueue", "BulkQueue", "EvidenceQueue")
"""The queues through which a contact and what is seen of it go."""
Json = dict[str, Any]


class SceneError(Exception):
    """Something that had to happen did not; the message says what."""


class Scene:
    """One play: the stack, the providers, the operators' tokens. `set_up` writes secrets and publishes the plan."""

    def __init__(self, stack: Stack, fakes: Fakes) -> None:
        self.stack, self.fakes = stack, fakes
        self.tokens = {role: f"bsc_{role}_{secrets.token_urlsafe(24)}" for role in ROLES}
        self.shop_secret = "whsec_" + secrets.token_urlsafe(24).replace("-", "A").replace("_", "B")
        self.asked, self.told_later, self._count = 0, 0, 0

    def set_up(self) -> None:
        """Write the two secret documents, verify the mailbox, publish the plan, tell vendors where our hooks are."""
        self.write_secrets()
        self.stack.client("ses").verify_email_identity(EmailAddress=MAILBOX)
        until(self._published, "the plan is published", READY_WITHIN)
        for desk in ("desk-a", "desk-b"):
            self.fakes[desk].stage.hook = self.hook(f"box-{desk[-1]}")
        self.fakes["messenger"].stage.hook = self.hook("messenger-fr")
        self.fakes["whatsapp"].stage.hook = self.hook("whatsapp-fr")
        self.fakes["chatwoot"].stage.hook = self.hook("chatwoot-eu")
        numbers = {"Messages": self.hook("sms-fr"), "Calls": self.hook("phone-fr")}
        self.fakes["twilio"].provider.hooks = numbers
        self.tick()

    def _published(self) -> bool:
        """Publish the plan; False while the functions are still too cold to answer in time.

        A first try may have gone through although its answer was lost: then the plan stands already.
        """
        try:
            named = {"If-None-Match": "*", "X-Reason": "the local scene"}
            answer = self.ops("PUT", "/v1/plan", self.plan(), named)
        except OSError:
            return False
        if answer.code in (HTTPStatus.CREATED, HTTPStatus.PRECONDITION_FAILED):
            return True
        if answer.code in COLD:
            return False
        raise SceneError(f"the plan was refused: {answer.code} {answer.text}")

    def plan(self) -> str:
        """The plan's text, with the addresses of this run."""
        return demo_plan(self.stack, self.fakes)

    def hook(self, channel: str) -> str:
        """A channel's public webhook address."""
        return f"{self.stack.api_url}/hooks/{channel}"

    def ops(
        self,
        method: str,
        path: str,
        body: str | Json = "",
        headers: Mapping[str, str] | None = None,
        role: str = "admin",
    ) -> Answered:
        """Ask the operations API as an operator of a role; a reading again while a store does not answer.

        A change is asked for once: one whose answer was lost may stand, and would then be told that it is overtaken.
        """
        text = body if isinstance(body, str) else json.dumps(body)
        kind = "application/yaml" if isinstance(body, str) else "application/json"
        named = {
            "Authorization": f"Bearer {self.tokens[role]}",
            "Content-Type": kind,
            "Accept": "application/json",
        }
        asked = Signed(
            url=self.stack.api_url + path,
            method=method,
            body=text.encode(),
            headers={**named, **(headers or {})},
        )
        return self._patiently(asked) if method == "GET" else post(asked)

    def _patiently(self, asked: Signed) -> Answered:
        """The first answer that is not 503, or the last within `AGAIN_FOR` seconds; both kinds are counted."""
        end, answer = time.monotonic() + AGAIN_FOR, post(asked)
        self.asked += 1
        self.told_later += answer.code == HTTPStatus.SERVICE_UNAVAILABLE
        while answer.code == HTTPStatus.SERVICE_UNAVAILABLE and time.monotonic() < end:
            time.sleep(0.5)
            answer = post(asked)
        return answer

    def read(self, path: str) -> Json:
        """A document of the operations API. Raises SceneError when it is refused."""
        answer = self.ops("GET", path)
        if answer.code != 200:  # noqa: PLR2004 - HTTP's own
            raise SceneError(f"GET {path}: {answer.code} {answer.text[:300]}")
        found: Json = json.loads(answer.text)
        return found

    def feed(self, language: str = "fr") -> dict[str, str]:
        """The ways that the front door offers now, by channel: open, degraded or closed."""
        answer = post(Signed(url=f"{self.stack.front_door_url}/fr.{language}.json", method="GET"))
        return {way["channel"]: way["state"] for way in json.loads(answer.text)["ways"]}

    def contact(self, medium: str, person: str, text: str) -> Answered:
        """A person contacts us; the vendor's own signed request in the vendor's own shape."""
        self._count += 1
        return SENDERS[medium](self, person, text, f"{medium}-{secrets.token_hex(6)}-{self._count}")

    def quiet(self) -> bool:
        """True when nothing is being sent, and nothing that was seen waits to be counted."""
        return not any(map(sum, self.messages(*WORKED).values()))

    def messages(self, *queues: str) -> dict[str, tuple[int, int]]:
        """Of each queue, by its output's name: messages that wait, and those that somebody has or that are hidden."""
        kinds = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        ask = self.stack.client("sqs").get_queue_attributes
        found = {
            name: ask(QueueUrl=self.stack.outputs[name], AttributeNames=kinds)["Attributes"]
            for name in queues
        }
        return {name: (int(counts[kinds[0]]), int(counts[kinds[1]])) for name, counts in found.items()}

    def tick(self) -> None:
        """Run the minute's work now, without waiting for its schedule."""
        self.stack.client("lambda").invoke(FunctionName=self.stack.functions["Tick"], Payload=b"{}")

    def contacts(self) -> list[Json]:
        """Every contact that is kept."""
        found, cursor = [], ""
        while True:
            page = self.read(f"/v1/contacts?limit=100{'&cursor=' + cursor if cursor else ''}")
            found += page["contacts"]
            cursor = page.get("next") or ""
            if not cursor:
                return found

    def write_secrets(self) -> None:
        """Both documents, as an operator puts them there."""
        fakes = self.fakes
        channels = {
            "messenger-fr": fakes["messenger"].provider.secrets,
            "whatsapp-fr": fakes["whatsapp"].provider.secrets,
            "sms-fr": fakes["twilio"].provider.secrets,
            "phone-fr": fakes["twilio"].provider.secrets,
            "shop": {"secret": self.shop_secret},
            "box-a": fakes["desk-a"].provider.secrets,
            "box-b": fakes["desk-b"].provider.secrets,
            "chatwoot-eu": fakes["chatwoot"].provider.secrets,
        }
        ends = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        operators = {
            role: {
                "hash": sha256(token.split("_", 2)[2].encode()).hexdigest(),
                "role": role,
                "name": role,
                "expires": ends,
            }
            for role, token in self.tokens.items()
        }
        document = {
            "channels": {c: dict(s) for c, s in channels.items()},
            "subscribers": {"ops-room": dict(fakes["subscriber"].provider.secrets)},
            "signing_keys": [secrets.token_hex(16)],
        }
        put = self.stack.client("secretsmanager").put_secret_value
        put(SecretId=self.stack.outputs["ChannelSecrets"], SecretString=json.dumps(document))
        put(SecretId=self.stack.outputs["OperatorSecrets"], SecretString=json.dumps({"operators": operators}))


def until(done: Callable[[], bool], what: str, seconds: float) -> None:
    """Wait for something, looking twice a second. Raises SceneError when it does not happen in time."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise SceneError(f"in {seconds:.0f} s this did not happen: {what}")
        time.sleep(0.5)


def _messenger(scene: Scene, person: str, text: str, name: str) -> Answered:
    own = scene.fakes["messenger"].provider
    side = Messenger(url=scene.hook("messenger-fr"), page=own.account, app_secret=own.secrets["app_secret"])
    return post(side.text(person, text, f"m_{name}", datetime.now(UTC)))


def _whatsapp(scene: Scene, person: str, text: str, name: str) -> Answered:
    own = scene.fakes["whatsapp"].provider
    side = Whatsapp(url=scene.hook("whatsapp-fr"), phone=own.account, app_secret=own.secrets["app_secret"])
    return post(side.text(person, text, f"wamid.{name}", datetime.now(UTC)))


def twilio(scene: Scene, channel: str) -> Twilio:
    """The number's side of a channel."""
    own = scene.fakes["twilio"].provider
    return Twilio(
        url=scene.hook(channel),
        account_sid=own.settings["account_sid"],
        number=own.account,
        auth_token=own.secrets["auth_token"],
    )


def _sms(scene: Scene, person: str, text: str, name: str) -> Answered:
    return post(twilio(scene, "sms-fr").sms(person, text, f"SM{name}"))


def _voice(scene: Scene, person: str, text: str, name: str) -> Answered:  # noqa: ARG001 - a call has no text
    return post(twilio(scene, "phone-fr").call(person, f"CA{name}"))


def _mail(scene: Scene, person: str, text: str, name: str) -> Answered:
    message = ses_mail(person, MAILBOX, "Question", text, (name, datetime.now(UTC)))
    scene.stack.client("sns").publish(
        TopicArn=scene.stack.outputs["InboundMail"], Message=message, Subject="SES"
    )
    return Answered(code=202)


def _shop(scene: Scene, person: str, text: str, name: str) -> Answered:
    return post(
        Webhook(url=scene.hook("shop"), secret=scene.shop_secret).contact(
            name, person, text, datetime.now(UTC)
        )
    )


SENDERS: Mapping[str, Callable[[Scene, str, str, str], Answered]] = {
    "messenger": _messenger,
    "whatsapp": _whatsapp,
    "sms": _sms,
    "voice": _voice,
    "email": _mail,
    "form": _shop,
}
PEOPLE = {
    "messenger": "7421000001",
    "whatsapp": "33612345678",
    "sms": "+33612345679",
    "voice": "+33612345680",
    "email": "client@example.org",
    "form": "anne",
}
