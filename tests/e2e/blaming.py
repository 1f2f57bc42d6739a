"""Four losses scripted on the stack, one in each segment, and what the loss report says of each."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from infra.local.fakes.vendor_desks import Webhook
from infra.local.fakes.vendors import post
from infra.local.scene import Scene, twilio, until
from tests.e2e import sides
from tests.e2e.watching import only_row, served

MANY = 8
PATIENCE = 90


def report(scene: Scene, path: str, since: datetime, until_: datetime | None = None) -> dict[str, Any]:
    """The loss report of a path, from then until now or some other moment."""
    asked = {"from": since.isoformat(), **({"until": until_.isoformat()} if until_ else {})}
    return scene.read(f"/v1/evidence/{quote(path, safe='')}?{urlencode(asked)}")


def lost_behind_the_platform(scene: Scene) -> dict[str, Any]:
    """Agents answer people by SMS; the platform takes each answer and then reports that no carrier brought it."""
    since, people = datetime.now(UTC), [sides.number() for _ in range(4)]
    stage, side = scene.fakes["twilio"].stage, twilio(scene, "sms-fr")
    scene.fakes.set("twilio", "silent")
    for person in people:
        post(sides.sms(scene, person, "Bonjour", sides.fresh("SM")), patience=60)
        answer(scene, served(scene, "sms-fr", person)["key"])
    for person in people:
        until(lambda person=person: bool(sent_to(stage, person)), "the answer is sent", PATIENCE)
        post(side.state(person, sent_to(stage, person)[-1], "undelivered"), patience=60)
    path = "sms-fr#out#fr"
    until(lambda: report(scene, path, since)["blame"]["failed"] >= len(people), "all are reported", PATIENCE)
    scene.fakes.set("twilio", "healthy")
    return report(scene, path, since)


def answer(scene: Scene, key: str) -> None:
    """The agents of the first desk answer a contact."""
    secret = scene.fakes["desk-a"].provider.secrets["secret"]
    desk = Webhook(url=scene.hook("box-a"), secret=secret)
    post(desk.word(key, "reply", datetime.now(UTC), "Bonjour !"), patience=60)


def sent_to(stage: Any, person: str) -> list[str]:
    """The provider's names of what it was asked to send to a person."""
    return [entry.id for entry in stage.journal.entries() if entry.what == "send" and entry.party == person]


def lost_at_our_door(scene: Scene, words: tuple[str, str], path: str) -> dict[str, Any]:
    """Two providers that share nothing send their receipts, and nothing of ours listens: the first one's report."""
    since, people = datetime.now(UTC), []
    with deaf(scene):
        for word in words * MANY:
            people.append(sides.person("form"))
            post(sides.form(scene, sides.fresh("deaf"), people[-1], word), patience=60)
        until(lambda: all(told(scene, person) for person in people), "all are sent", PATIENCE)
        until(lambda: report(scene, path, since)["blame"]["missing"] >= MANY, "all are overdue", PATIENCE)
    return report(scene, path, since)


def told(scene: Scene, person: str) -> bool:
    """True when a desk took what a person wrote."""
    return bool(only_row(scene, "shop", person)["served_by"])


@contextmanager
def deaf(scene: Scene) -> Iterator[None]:
    """The function that takes mail and its receipts hears nothing of its topic for a while."""
    sns, topic = scene.stack.client("sns"), scene.stack.outputs["InboundMail"]
    found = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    for one in found:
        sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
    try:
        yield
    finally:
        for one in found:
            sns.subscribe(TopicArn=topic, Protocol=one["Protocol"], Endpoint=one["Endpoint"])
