"""Canaries on the stack: one on each way in, silence switched on and off in providers, and what was seen of it."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chalicelib.aws.traffic import COUNTS
from chalicelib.domain.detection.canary import canary_key, slot
from infra.local.fakes import Entry, Fakes
from infra.local.fakes.ses import SesFake
from infra.local.scene import MAILBOX, Scene, SceneError
from tests.e2e.troubled import within
from tests.e2e.watching import DESKS, forget_health, publish

SECOND = "essai@bascule.example"
LOSSES = 8
"""Canaries that are lost before anything is said of it."""
ENDED = frozenset({"delivered", "closed", "expired", "dead"})
PATIENCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way in: its provider here, how many canaries may be under way at once, and seconds between their turns."""

    channel: str
    fake: str
    door: str
    at_once: int = 3
    apart: int = 10

    @property
    def path(self) -> str:
        """What has its health."""
        return f"{self.channel}#in#fr"


SMS = Way(channel="sms-fr", fake="twilio", door="sms:")
MAIL = Way(channel="mail-fr", fake="mail", door="mailto:")
VOICE = Way(channel="phone-fr", fake="twilio", door="tel:", at_once=1, apart=60)
WAYS = (SMS, MAIL, VOICE)
SHOP = Way(channel="shop", fake="", door="")
Told = Mapping[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen: health by way while canaries were lost and when they came again, which ways the feed closed.

    `lost` and `came` are what the providers took and brought in, by way; `before` and `after` count contacts and what
    each desk took; `counted` are paths with contacts counted in that time; `shop`: the end of our own door's canary.
    """

    ill: Told
    well: Told
    closed: frozenset[str]
    lost: Mapping[str, tuple[str, ...]]
    came: Mapping[str, tuple[Entry, ...]]
    before: tuple[int, ...]
    after: tuple[int, ...]
    counted: tuple[str, ...]
    shop: str


@dataclass(slots=True)
class Play:
    """The scene under a plan with canaries. Each is of a turn of its own, so that no minute has to pass for it."""

    scene: Scene
    mail: Fakes
    began: float = field(default_factory=time.time)
    turns: dict[str, int] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    ill: dict[str, dict[str, Any]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)

    def send(self, way: Way, number: int, pace: str) -> None:
        """Let the probe function send so many; the turns of the next minutes are used up by it, too."""
        client, url = self.scene.stack.client("sqs"), self.scene.stack.outputs["ProbesQueue"]
        for _ in range(number):
            turn = self.turns[way.channel] = self.turns.get(way.channel, -1) + 1
            at = self.began + turn * way.apart
            body = {"canary": way.channel, "at": int(at * 1000), "pace": pace}
            client.send_message(QueueUrl=url, MessageBody=json.dumps(body))
            self.last[way.channel] = canary_key(way.channel, slot(datetime.fromtimestamp(at, UTC), way.apart))

    def fate(self, way: Way) -> str:
        """The state of the way's last canary; "" while there is none."""
        answer = self.scene.ops("GET", f"/v1/contacts/{self.last[way.channel]}")
        return str(json.loads(answer.text).get("state", ""))

    def set(self, mode: str) -> None:
        """Switch a fault on in the providers of all ways."""
        self.scene.fakes.set("twilio", mode)
        self.mail.set("mail", mode)

    def told(self) -> Told:
        """What operators are told of the ways."""
        found = {each["path"]: each for each in self.scene.read("/v1/health")["paths"]}
        return {way.channel: found[way.path] for way in WAYS}

    def down(self) -> bool:
        """Keep what is told of each way that is down for its silence, and closed in the feed; True when all were."""
        feed = self.scene.feed()
        self.closed |= {way.channel for way in WAYS if feed[way.channel] == "closed"}
        for channel, told in self.told().items():
            if (told["state"], told["worst"]) == ("down", "silent"):
                self.ill.setdefault(channel, told)
        return len(self.ill) == len(self.closed) == len(WAYS)

    def back(self) -> bool:
        """One more round of canaries where silence is not over; True when it is over everywhere."""
        self.scene.tick()
        left = [way for way in WAYS if self.told()[way.channel]["evidence"]["silent"]["state"] != "closed"]
        for way in left:
            if self.fate(way) in ENDED:  # else they would only queue up, and come too late
                self.send(way, way.at_once, "trial")
        return not left

    def knocked(self) -> bool:
        """True when a canary came to our own door; one that a busy machine brought too late is sent again."""
        fate = self.fate(SHOP)
        if fate == "expired":
            self.send(SHOP, 1, "doubt")
        return fate == "closed"

    def at_rest(self) -> bool:
        """True when no canary is under way any more: the next plan knows none, and it would be a contact."""
        return all(self.fate(way) in ENDED for way in (*WAYS, SHOP))

    def journal(self, way: Way) -> tuple[Entry, ...]:
        """All that the way's provider took or brought."""
        running = self.mail["mail"] if way.fake == "mail" else self.scene.fakes[way.fake]
        return tuple(running.stage.journal.entries())

    def lost(self, way: Way) -> tuple[str, ...]:
        """What became of what was sent to the way's own address."""
        own = MAILBOX if way is MAIL else self.scene.fakes["twilio"].provider.account
        place = {SMS: "Messages.json", VOICE: "Calls.json"}.get(way, "outbound-emails")
        sends = [e for e in self.journal(way) if e.what == "send" and e.path.endswith(place)]
        return tuple(each.came_to for each in sends if each.party == own)

    def came(self, way: Way) -> tuple[Entry, ...]:
        """What the way's provider brought in of it."""
        hook = f"{self.scene.stack.endpoint}/" if way is MAIL else self.scene.hook(way.channel)
        return tuple(each for each in self.journal(way) if each.what == "receipt" and each.path == hook)

    def people(self) -> tuple[int, ...]:
        """How many contacts are shown, and how many each desk has."""
        return len(self.scene.contacts()), *(len(self.scene.fakes.taken(desk)) for desk in DESKS)

    def counted(self) -> tuple[str, ...]:
        """The paths that any contact was counted for."""
        items = self.scene.stack.client("dynamodb").scan(TableName=self.scene.stack.outputs["HealthTable"])[
            "Items"
        ]
        return tuple(item["pk"]["S"] for item in items if item["pk"]["S"].startswith(COUNTS))


def story(scene: Scene) -> Seen:
    """Silence on all ways at once, found by canaries alone, and healed by them."""
    with watched(scene) as play:
        before = play.people()
        play.set("silent")
        play.send(SHOP, 1, "calm")
        for way in WAYS:
            play.send(way, LOSSES, "doubt")
        within(play.down, "all ways are down", PATIENCE)
        within(play.at_rest, "all that were lost are judged", 60)
        lost = {way.channel: play.lost(way) for way in WAYS}
        play.set("healthy")
        within(play.back, "all ways are back", PATIENCE)
        well = play.told()
        with suppress(SceneError):  # its own test will say so
            within(play.knocked, "a canary comes to our own door", 60)
        within(play.at_rest, "no canary is under way", 30)
        return Seen(
            ill=play.ill, well=well, closed=frozenset(play.closed), lost=lost,
            came={way.channel: play.came(way) for way in WAYS}, before=before, after=play.people(),
            counted=play.counted(), shop=play.fate(SHOP),
        )  # fmt: skip


@contextmanager
def watched(scene: Scene) -> Iterator[Play]:
    """The play, with a mail provider that brings our own letters in; afterwards all is as before."""
    before = scene.read("/v1/plan")["text"]
    with Fakes({"mail": SesFake}) as mail:
        mail["mail"].stage.hook = f"{scene.stack.endpoint}/"
        mail["mail"].provider.topic = scene.stack.outputs["InboundMail"]
        mail["mail"].provider.mailboxes = frozenset({MAILBOX})
        scene.fakes["twilio"].stage.journal.clear()
        publish(scene, planned(before, scene, mail))
        forget_health(scene)
        try:
            yield Play(scene, mail)
        finally:
            scene.fakes.heal()
            mail.heal()
            publish(scene, before)
            forget_health(scene)


def planned(text: str, scene: Scene, mail: Fakes) -> str:
    """The plan with a canary on each way; its own rhythm is so slow that it sends none meanwhile."""
    canary = 'canary: {{from: "{}", every: 1d, wait: 12s, most_per_day: 4000}}'
    tester = scene.fakes["twilio"].provider.tester
    own = {way.door: canary.format(SECOND if way is MAIL else tester) for way in WAYS}
    aws, shop = scene.stack.endpoint, "shop: {kind: webhook, market: fr"
    changes = {f'door: {{url: "{door}': f'{each},\n     door: {{url: "{door}' for door, each in own.items()}
    changes |= {
        f'base: "{aws}",\n     settings: {{topic_arn': f'base: "{mail["mail"].base}",\n     settings: {{topic_arn',
        f"{shop}}}": f"{shop}, {canary.format('tester')}}}",
    }
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text
