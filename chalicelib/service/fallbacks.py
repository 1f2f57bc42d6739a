"""The documents that lie in object storage for vendors that look there when we do not answer."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.channels import Capability, Channel, Step, StepAction, UnknownKind, kind
from chalicelib.domain.model import Contact, Medium, Party
from chalicelib.domain.outbox import Row
from chalicelib.domain.plan import ChannelPlan, Option
from chalicelib.domain.planned_work.minimum_service import minimum_reply
from chalicelib.domain.routing import BELIEF_ONLY, Case, Situation, against
from chalicelib.http_types import Answer
from chalicelib.ports import Missing, SnapshotStore
from chalicelib.service.rows import contact_row
from chalicelib.web.words import say

EXTENSIONS = {"text/xml": "xml", "application/json": "json"}
NUMBER = "number"
"""The part of a desk's target that can be dialled without anybody to come back to."""


def publish_fallbacks(store: SnapshotStore, situation: Situation, now: datetime) -> int:
    """Write those that differ from what lies there; how many that were. Raises Unavailable."""
    written = 0
    for name, text in documents(situation, now):
        if _lying(store, name) != text:
            store.feed(name, text)
            written += 1
    return written


def documents(situation: Situation, now: datetime) -> Iterator[tuple[str, str]]:
    """Name (`fallback/CHANNEL.xml`) and text for each channel whose vendor looks elsewhere when we do not answer."""
    for channel in situation.plan.channels.values():
        cls = _kind(channel.kind)
        if cls is not None and Capability.FALLBACK in cls.capabilities:
            answer = cls.fallback(step(situation, channel, cls.medium, now))
            yield f"fallback/{channel.id}.{_extension(answer)}", answer.body


def step(situation: Situation, channel: ChannelPlan, medium: Medium, now: datetime) -> Step:
    """What a person is told or given whom nobody can ask anything: the first number that may be rung, or words."""
    language = channel.settings.get("language") or situation.plan.languages[0]
    contact = Contact(
        account=channel.account,
        provider_id="",
        party=Party(address=""),
        medium=medium,
        traits={"called": channel.account},
    )
    row = contact_row(channel.id, contact, situation, now)
    desk = _number(situation, row, now) if medium.waits else None
    if desk is not None:
        return Step(
            action=StepAction.CONNECT,
            target={NUMBER: desk.desk.target[NUMBER]},
            say=say("fallback.connect", language),
            language=language,
            ring=desk.desk.ring,
        )
    words = minimum_reply(situation, row, language, now)
    own = say("fallback.call" if medium.waits else "fallback.message", language)
    return Step(action=StepAction.NOTICE, say=words or own, language=language)


def _number(situation: Situation, row: Row, now: datetime) -> Option | None:
    """The first desk with a number that nothing speaks against; else the first that is only believed to be down."""
    case = Case(key=row.key, purpose=row.purpose, market=row.market, medium=row.contact.medium)
    doubted = None
    for option in situation.plan.options(row.purpose, row.market):
        if not option.desk.target.get(NUMBER):
            continue
        reason = against(option, case, situation, now=now, tried=())
        if reason is None:
            return option
        if reason in BELIEF_ONLY and doubted is None:
            doubted = option
    return doubted


def _kind(name: str) -> type[Channel] | None:
    try:
        return kind(name)
    except UnknownKind:
        return None


def _extension(answer: Answer) -> str:
    return EXTENSIONS.get(answer.headers.get("content-type", "").partition(";")[0], "txt")


def _lying(store: SnapshotStore, name: str) -> str:
    try:
        return store.read_feed(name)
    except Missing:
        return ""
