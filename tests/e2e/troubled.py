"""Trouble told on the stack: a plan with a desk for each fault, traffic, shortened minutes, and what was seen of it."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError

from infra.local.fakes import Fakes
from infra.local.fakes.ses import SesFake
from infra.local.fakes.subscriber import events_of
from infra.local.fakes.vendors import post
from infra.local.scene import Scene, SceneError, until
from tests.e2e import sides
from tests.e2e.watching import forget_health, publish, settled, waiting

MINUTE, THIRD = 2.0, 20.0
"""Seconds after which the minute's work is run again: while a return is waited for, and where time is measured."""
WAIT, REAL_WAIT = 25, 120
"""Seconds in which a mail's delivery event must come: here, and where nobody says otherwise."""
PACE = 0.25
"""Seconds between two contacts."""
BEHIND = 4
"""Messages that may wait in a queue before people write: what a busy machine does late is no sign of a sick vendor."""
PATIENCE = 300
"""Seconds: twice what the slowest return may take by itself (silence, 125 s), for the machine is shared."""
CHANNELS = """\
  courier-fr:
    {{kind: ses_email, provider: courier, account: "colis@bascule.example", market: fr, base: "{base}",
     settings: {{topic_arn: "{topic}", region: eu-west-3, configuration_set: watched, receipt_wait: "{wait}"}}}}
"""
DESKS = """\
  letters: {channel: mail-fr, target: {address: "agents@bascule.example"}}
  parcels: {channel: courier-fr, target: {address: "colis@bascule.example"}}
"""
PURPOSES = """\
  letter: {match: [{channel: shop, keywords: [lettre]}], routes: {fr: [letters, lille, paris]}, deadline: 4h}
  parcel: {match: [{channel: shop, keywords: [colis]}], routes: {fr: [parcels, lille]}, deadline: 4h}
  slowly: {match: [{channel: shop, keywords: [lent]}], routes: {fr: [lille, paris]}, deadline: 4h}
  shaky: {match: [{channel: shop, keywords: [tremble]}], routes: {fr: [nantes, paris]}, deadline: 4h}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """One provider that falls ill: the path that has its health, what people write to come there, who helps out."""

    fake: str
    path: str
    word: str
    desk: str
    others: tuple[str, ...]
    way: str = ""


MAIL = Ward(
    fake="mail",
    path="mail-fr#out#fr",
    word="lettre",
    desk="letters",
    others=("lille", "paris"),
    way="mail-fr",
)
BROWN = Ward(fake="desk-a", path="box-a#out#world", word="commande", desk="paris", others=("lille", "nantes"))
SLOW = Ward(fake="desk-b", path="box-b#out#world", word="lent", desk="lille", others=("paris",))
SHAKY = Ward(fake="chatwoot", path="chatwoot-eu#out#world", word="tremble", desk="nantes", others=("paris",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How long it is played: `make test` plays the short form, `make drill` the full one."""

    flaps: int
    half: float
    onsets: int
    slow: float
    full: bool


SHORT = Length(flaps=3, half=4.0, onsets=1, slow=9.0, full=False)
FULL = Length(flaps=10, half=30.0, onsets=10, slow=20.0, full=True)
LENGTH = FULL if os.environ.get("BASCULE_DRILL") == "full" else SHORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was seen of one fault: the path's health once it was down and once it was back, desks, seconds.

    `steered_after`: when the feed no longer had the ward's own way in among the open ones.
    """

    ill: dict[str, Any]
    moved: str
    helped: str
    noticed_after: float
    steered_after: float | None
    well: dict[str, Any]
    returned: str
    served: str


class Play:
    """The scene under a plan that sends people to the desk of each fault."""

    def __init__(self, scene: Scene, mail: Fakes) -> None:
        self.scene, self._mail = scene, mail

    def set(self, ward: Ward, mode: str, share: float = 1.0, delay_s: float = 20.0) -> float:
        """Switch a fault on in a fake provider; the moment of it."""
        self.fakes(ward).set(ward.fake, mode, share, delay_s)
        return time.monotonic()

    def fakes(self, ward: Ward) -> Fakes:
        """Those that the ward's provider is one of."""
        return self._mail if ward.fake == "mail" else self.scene.fakes

    def health(self, ward: Ward) -> dict[str, Any]:
        """What operators are told of the ward's path."""
        paths = self.scene.read("/v1/health")["paths"]
        return next(path for path in paths if path["path"] == ward.path)

    def desk(self, ward: Ward) -> str:
        """Where somebody would be sent who wrote now."""
        asked = {"channel": "shop", "text": ward.word}
        return json.loads(self.scene.ops("POST", "/v1/decisions", asked).text)["decision"]["desk"]

    def write(self, ward: Ward) -> str:
        """Somebody writes; who they are."""
        person = sides.person("form")
        post(sides.form(self.scene, sides.fresh("trouble"), person, ward.word), patience=60)
        return person

    def serving(self, ward: Ward) -> str:
        """The desk that gets what is written now."""
        person, found = self.write(ward), ""

        def taken() -> bool:
            nonlocal found
            rows = self.scene.read(f"/v1/contacts?channel=shop&party={person}")["contacts"]
            found = next((row["served_by"] for row in rows if row["served_by"]), "")
            return bool(found)

        within(taken, f"somebody serves who wrote {ward.word}", 60)
        return found

    def becomes(self, ward: Ward, state: str, patience: float = PATIENCE) -> dict[str, Any]:
        """The path's health once it is so."""
        within(lambda: self.health(ward)["state"] == state, f"{ward.path} is {state}", patience)
        return self.health(ward)

    def recovers(self, ward: Ward) -> dict[str, Any]:
        """The path's health once nothing is held against it: a slow send may end long after the slowness."""

        def sound() -> bool:
            now = self.health(ward)
            return now["state"] == "up" and not now["suspect"]

        within(sound, f"{ward.path} is up and not suspect", PATIENCE)
        return self.health(ward)

    def goes_to(self, ward: Ward, desks: tuple[str, ...]) -> str:
        """The desk that decisions choose, once it is one of these."""
        found = ""

        def chosen() -> bool:
            nonlocal found
            found = self.desk(ward)
            return found in desks

        within(chosen, f"{ward.word} goes to one of {desks}", 60)
        return found

    def told(self, ward: Ward, mode: str, share: float = 1.0, delay_s: float = 20.0) -> Told:
        """One fault from its beginning to the return."""
        began = self.set(ward, mode, share, delay_s)
        with self.traffic(ward):
            ill = self.becomes(ward, "down")
            noticed, steered = time.monotonic() - began, self.steered(ward.way, began)
            moved = self.goes_to(ward, ward.others)
        settled(self.scene)  # a sender goes by the snapshot of before for as long as it holds it
        helped = self.serving(ward)
        self.set(ward, "healthy")
        within(lambda: self.fakes(ward)[ward.fake].stage.kept == 0, "slow sends come to their ends", PATIENCE)
        with self.traffic(ward), self.minutes(MINUTE):
            well = self.recovers(ward)
            returned = self.goes_to(ward, (ward.desk,))
            self.opened(ward.way)
        settled(self.scene)
        return Told(
            ill=ill, moved=moved, helped=helped, noticed_after=noticed, steered_after=steered, well=well,
            returned=returned, served=self.serving(ward),
        )  # fmt: skip

    def steered(self, way: str, began: float) -> float | None:
        """Seconds until the published feed offers this way last or not at all; None for a desk, which is no way in."""
        if not way:
            return None
        within(lambda: self.scene.feed()[way] != "open", f"the feed leads away from {way}", PATIENCE)
        return time.monotonic() - began

    def opened(self, way: str) -> None:
        """Wait until the feed has the way open."""
        within(lambda: not way or self.scene.feed()[way] == "open", f"the feed has {way} open", PATIENCE)

    def dies(self, fake: str, way: str) -> float:
        """A platform without traffic is gone: seconds until the feed leads away from it, with minutes of a third."""
        with self.minutes(THIRD):
            began = time.monotonic()
            self.scene.fakes.set(fake, "down")
            after = self.steered(way, began)
        self.scene.fakes.heal()
        forget_health(
            self.scene, way
        )  # the next one is a first one: what comes and goes is let back ever later
        with self.minutes(MINUTE):
            self.opened(way)
        assert after is not None
        return after

    def flaps(self, ward: Ward, times: int, half: float) -> int:
        """It is gone and back, so many times, so many seconds each; how often its path was left meanwhile."""
        before = self.departures(ward)
        with self.traffic(ward), self.minutes(MINUTE):
            for _ in range(times):
                for mode in ("down", "healthy"):
                    self.set(ward, mode)
                    threading.Event().wait(half)  # the fault's own rhythm
        return self.departures(ward) - before

    def heard(self) -> list[Mapping[str, Any]]:
        """What the subscriber was told of flips."""
        events = events_of(self.scene.fakes.taken("subscriber"))
        return [event["data"] for event in events if event["type"] == "path.flipped"]

    def all_heard(self) -> bool:
        """True once the subscriber was told of each ward's departure and of its return."""
        heard = self.heard()
        left = {event["path"] for event in heard if (event["before"], event["after"]) == ("closed", "open")}
        back = {event["path"] for event in heard if event["news"] == "returned"}
        return left & back >= {MAIL.path, BROWN.path, SLOW.path}

    def departures(self, ward: Ward) -> int:
        """How often the path was left, by the ledger."""
        pages = (
            self.scene.stack.client("dynamodb")
            .get_paginator("scan")
            .paginate(TableName=self.scene.stack.outputs["LedgerTable"])
        )
        items = [item for page in pages for item in page["Items"] if item["pk"]["S"].startswith("flips")]
        told = [json.loads(item["entry"]["S"]) for item in items]
        left = [one for one in told if (one["before"], one["after"]) == ("closed", "open")]
        return sum(one["path"] == ward.path for one in left)

    @contextmanager
    def traffic(self, ward: Ward) -> Iterator[None]:
        """Somebody writes every quarter of a second, as long as the workers keep up."""
        with repeating(PACE, lambda: waiting(self.scene) > BEHIND or self.write(ward)):
            yield

    @contextmanager
    def minutes(self, seconds: float) -> Iterator[None]:
        """The minute's work, every so many seconds."""
        with repeating(seconds, self.scene.tick):
            yield


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that was seen: the three faults, departures while it flapped, seconds until the feed showed an outage.

    `events`: what a subscriber was told of flips; `began`, `ended`: when it was played.
    """

    brown: Told
    slow: Told
    silent: Told
    departures: int
    onsets: tuple[float, ...]
    events: tuple[Mapping[str, Any], ...]
    began: datetime
    ended: datetime


def story(scene: Scene) -> Story:
    """One fault after another; silence, which takes its time, beside them: it is another class of evidence."""
    forget_health(scene)  # whatever was played before
    with troubled(scene) as play, ThreadPoolExecutor(1) as beside:
        with play.minutes(MINUTE):
            for ward in (MAIL, BROWN, SLOW, SHAKY):
                play.becomes(ward, "up")
        since = datetime.now(UTC)
        scene.fakes["subscriber"].stage.journal.clear()
        silent = beside.submit(play.told, MAIL, "silent", 0.5)
        brown = play.told(BROWN, "errors", 0.4)
        slow = play.told(SLOW, "slow", delay_s=LENGTH.slow)
        departures = play.flaps(SHAKY, LENGTH.flaps, LENGTH.half)
        onsets = tuple(play.dies("messenger", "messenger-fr") for _ in range(LENGTH.onsets))
        mail = silent.result()
        with play.minutes(MINUTE), suppress(SceneError):  # what was not heard in time, the tests will miss
            within(play.all_heard, "the subscriber hears of every departure and return", 150)
        return Story(
            brown=brown, slow=slow, silent=mail, departures=departures, onsets=onsets, began=since,
            events=tuple(play.heard()), ended=datetime.now(UTC),
        )  # fmt: skip


def within(done: Callable[[], bool], what: str, seconds: float) -> None:
    """Wait for something; on a busy machine a question may go without a good answer, and is asked again."""

    def asked() -> bool:
        try:
            return done()
        except (OSError, SceneError, LookupError, ValueError):
            return False

    until(asked, what, seconds)


@contextmanager
def repeating(seconds: float, act: Callable[[], object]) -> Iterator[None]:
    """Do it again and again beside the test; what fails there fails here, but for answers that a busy machine owes."""
    over, failed = threading.Event(), []

    def work() -> None:
        try:
            while not over.wait(seconds):
                with suppress(OSError, BotoCoreError):
                    act()
        except (AssertionError, LookupError, ValueError) as wrong:
            failed.append(wrong)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join()
    assert failed == []


@contextmanager
def troubled(scene: Scene) -> Iterator[Play]:
    """The play; afterwards plan, providers and beliefs are those of before."""
    before = scene.read("/v1/plan")["text"]
    with Fakes({"mail": SesFake, "courier": SesFake}) as mail, quiet(scene):
        for name in ("mail", "courier"):
            mail[name].stage.hook = f"{scene.stack.endpoint}/"
            mail[name].provider.topic = scene.stack.outputs["InboundMail"]
        publish(scene, planned(before, scene, mail))
        try:
            yield Play(scene, mail)
        finally:
            scene.fakes.heal()
            mail.heal()
            publish(scene, before)
            forget_health(scene)


@contextmanager
def quiet(scene: Scene) -> Iterator[None]:
    """The desks say nothing of what they take: two more requests for each contact would be most of the traffic."""
    stages = [scene.fakes[ward.fake].stage for ward in (BROWN, SLOW, SHAKY)]
    hooks = [stage.hook for stage in stages]
    for stage in stages:
        stage.hook = ""
    try:
        yield
    finally:
        for stage, hook in zip(stages, hooks, strict=True):
            stage.hook = hook


def planned(text: str, scene: Scene, mail: Fakes) -> str:
    """The plan with two mail providers that can fall ill, and a purpose for each fault."""
    aws, base, topic = scene.stack.endpoint, mail["mail"].base, scene.stack.outputs["InboundMail"]
    courier = CHANNELS.format(base=mail["courier"].base, topic=topic, wait=WAIT)
    settings = scene.fakes["twilio"].provider.settings
    told = {**settings, "status_callback": scene.hook("sms-fr")}
    numbers, reporting = (f"settings: {json.dumps(each)}" for each in (settings, told))
    changes = {
        f'market: fr, base: "{aws}",\n     settings: {{': (
            f'market: fr, base: "{base}",\n     settings: {{configuration_set: watched, receipt_wait: "{WAIT}", '
        ),
        "  shop: {": f"{courier}  shop: {{",
        f'{numbers},\n     door: {{url: "sms:': f'{reporting},\n     door: {{url: "sms:',
        "desks:\n": f"desks:\n{DESKS}",
        "purposes:\n": f"purposes:\n{PURPOSES}",
    }
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text
