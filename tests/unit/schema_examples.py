"""One of everything that we leave for ourselves, as this release writes it; a sample of each is kept for ever."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.aws.rows import row_item, row_of
from chalicelib.aws.works import work_item, work_of
from chalicelib.bells import dump_ring, read_ring
from chalicelib.domain.belief import Belief
from chalicelib.domain.load import Load
from chalicelib.domain.model import (
    Attachment,
    Contact,
    ContactKind,
    DeskOutcome,
    DeskWord,
    EvidenceClass,
    Medium,
    Outcome,
    Party,
    Receipt,
    ReceiptState,
    Signal,
)
from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.outbox import Attempt, Row, RowState, Work
from chalicelib.domain.permission.record import Glass, Off, Record, Switch, read_record, record_text
from chalicelib.domain.plan_document.reader import dump_plan, read_plan
from chalicelib.domain.plan_schedule.record import read_schedule, schedule_text
from chalicelib.domain.plan_schedule.schedule import Entry as Scheduled
from chalicelib.domain.plan_schedule.schedule import Fate, Schedule
from chalicelib.domain.planned_work.record import read_windows, windows_text
from chalicelib.domain.planned_work.windows import Span, Window, Windows
from chalicelib.domain.shares.record import Shifts, read_shifts, shifts_text
from chalicelib.domain.shares.shift import Shift
from chalicelib.domain.snapshot import Snapshot, dump_orders, dump_snapshot, read_orders, read_snapshot
from chalicelib.domain.surge.levers import SHIPPED, Lever, Posture
from chalicelib.domain.surge.posture import Stance
from chalicelib.domain.surge.record import read_stance, stance_text
from chalicelib.domain.telling.event import Event, EventType
from chalicelib.domain.telling.record import read_stories, stories_text
from chalicelib.domain.telling.story import Gap, Stories, Story, Told, Waiting
from chalicelib.http_types import Request
from chalicelib.ports import Ring
from chalicelib.service.wire import Evidence, Held, dump_evidence, dump_held, read_evidence, read_held
from tests.world import PLAN

AT = datetime(2026, 11, 22, 3, 0, 0, 250_000, tzinfo=UTC)


def later(minutes: int) -> datetime:
    return AT + timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An example, and how it becomes text and comes back."""

    example: Any
    dump: Callable[[Any], str]
    read: Callable[[str], Any]


def plain(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True)


CONTACT = Contact(
    account="10987", provider_id="m_é😀", party=Party(address="42", name="Zoë", language="fr"), text="Où ?",
    medium=Medium.SMS, sent_at=AT, conversation="t_1",
    attachments=(Attachment(reference="https://cdn.example/1.jpg", media_type="image/jpeg", name="1.jpg"),),
    traits={"called": "+33999"}, market="fr", kind=ContactKind.REPLY,
)  # fmt: skip
WORK = Work(
    state=RowState.UNKNOWN, version=3, attempt=2, round=3, lease_until=later(1), desk="a", tried=("b", "c"),
    attempts=(Attempt(at=AT, decision="d1", desk="b", outcome=Outcome.OUTAGE, detail="503"),),
    provider_id="sm_9", offered=True, extended_to=later(90),
)  # fmt: skip
ROW = Row(
    key="k1", channel="messenger-fr", contact=CONTACT, market="fr", purpose="order", lane="normal",
    accepted_at=AT, deadline=later(60), party="p1", decision='{"desk":"a"}', parent="k0", kind=ContactKind.REPLY,
)  # fmt: skip
ORDERS = Orders(
    version=7,
    given=(
        Order(
            id="o1", kind=OrderKind.DRAIN, scope="desk:a", until=later(60), owner="ann", reason="move",
            since=AT, reply={"fr": "Revenez"}, overrun=True,
        ),
    ),
)  # fmt: skip
SCHEDULE = Schedule(
    version=2,
    entries=(
        Scheduled(id="s1", at=later(60), author="ann", reason="été", digest="d1", since=AT, follows=3),
        Scheduled(
            id="s2", at=AT, author="ann", reason="x", digest="d2", since=AT, fate=Fate.REFUSED, because="panic: no",
            version=4, ended_at=later(1), told=True,
        ),
    ),
)  # fmt: skip
WINDOWS = Windows(
    version=4,
    planned=(
        Window(
            id="w1", title="Centrale", scopes=("channel:phone-fr",), owner="ann", reason="update", source="",
            spans=(Span(start=AT, end=later(60), promised=later(30)),), alternatives={"order": ("desk-b",)},
            drain_before=timedelta(minutes=10), reply={"fr": "Revenez"},
        ),
    ),
)  # fmt: skip
SNAPSHOT = Snapshot(
    version=9, at=AT, plan=3, orders=ORDERS,
    beliefs={
        "a#out#fr": Belief(
            state="trial", weight=0.1, suspect=True, gen=4, salt=5, score=1_200, worst=EvidenceClass.HARD,
            account=True, throttled_until=later(1), because="failures", last_at=AT, age=3,
        )
    },
    loads={"desk-a": Load(at=AT, in_use=3, free=2, waiting=1)},
)  # fmt: skip
STANCE = Stance(
    version=3, posture=Posture.CRISIS, since=AT, asked_at=AT, because="surge", settings={**SHIPPED, Lever.NORMAL: 200},
    pending=(Lever.NORMAL,), capped=True, month="2026-11", spent=1.25, hourly=0.5, counted_at=AT,
    news={"id": "3/crisis"},
)  # fmt: skip
SHIFTS = Shifts(
    routes={
        "route:order#fr": Shift(
            planned={"a": 70, "b": 30}, now={"a": 60, "b": 40}, stepped_at=AT, well={"a": None, "b": later(1)}
        )
    },
    news=({"id": "route:order#fr/1", "desk": "a"},),
)  # fmt: skip
RECORD = Record(
    version=4,
    changed={"desk:a": AT},
    off=(Off(switch=Switch.AUTOMATION, until=later(60), owner="ann", reason="storm", since=AT),),
    glass=(
        Glass(
            id="g3", scope="desk:a", owner="ann", name="9f86d081884c7d65", reason="strangers", since=AT,
            until=later(30), minutes=30, by="bob", at=later(1), orders=("o8",),
        ),
    ),
)  # fmt: skip
EVENT = Event(id="evt_1", type=EventType.FLIPPED, at=AT, about={"path": "a#out#fr", "loud": True})
STORIES = Stories(
    version=5,
    told={("a#out#fr", "hard"): Told(gen=2, state="open", gaps=(Gap(gen=1, before="", after="open", noticed_at=AT),))},
    open={"a#out#fr": Story(id="s1", began=AT, departures=2, back_at=later(1), planned_at=None)},
    alerted={("stale", "a"): AT}, proven={"desk-a": AT}, minute=AT, steady=AT,
    waiting=(Waiting(event=EVENT, since=AT),),
)  # fmt: skip
REQUEST = Request(
    method="POST", url="https://contact.example/hooks/shop?a=1", headers={"x": "é"}, query={"a": ("1",)},
    origin="arn:topic", body=b"\x00\xff{}",
)  # fmt: skip
RECEIPT = Receipt(provider_id="m_1", state=ReceiptState.DELIVERED, at=AT)
WORD = DeskOutcome(reference="k1", word=DeskWord.ANSWERED, at=AT)
SIGNAL = Signal(evidence=EvidenceClass.HARD, outcome=Outcome.OUTAGE, at=AT, latency=20, detail="503")

KEPT: Mapping[str, Kept] = {
    "row": Kept(
        example=ROW, dump=lambda row: plain({"pk": row.key, **row_item(row)}), read=lambda t: row_of(json.loads(t))
    ),
    "work": Kept(example=WORK, dump=lambda work: plain(work_item(work)), read=lambda t: work_of(json.loads(t))),
    "orders": Kept(example=ORDERS, dump=lambda o: plain(dump_orders(o)), read=lambda t: read_orders(json.loads(t))),
    "windows": Kept(example=WINDOWS, dump=windows_text, read=lambda t: read_windows(json.loads(t))),
    "snapshot": Kept(example=SNAPSHOT, dump=dump_snapshot, read=read_snapshot),
    "permission": Kept(example=RECORD, dump=record_text, read=read_record),
    "shifts": Kept(example=SHIFTS, dump=shifts_text, read=read_shifts),
    "stance": Kept(example=STANCE, dump=stance_text, read=read_stance),
    "schedule": Kept(example=SCHEDULE, dump=schedule_text, read=read_schedule),
    "stories": Kept(example=STORIES, dump=stories_text, read=read_stories),
    "held": Kept(example=Held(channel="shop", request=REQUEST, at=AT), dump=dump_held, read=read_held),
    "ring": Kept(example=Ring(key="k1", lane="urgent", trace="00-ab"), dump=dump_ring, read=read_ring),
    "plan": Kept(example=read_plan(PLAN, 3), dump=dump_plan, read=lambda t: read_plan(t, 3)),
    **{
        f"evidence-{name}": Kept(
            example=Evidence(channel="shop", account="1", about=about, path=path),
            dump=dump_evidence, read=read_evidence,
        )
        for name, about, path in (("receipt", RECEIPT, ""), ("outcome", WORD, ""), ("signal", SIGNAL, "a#out#fr"))
    },
}  # fmt: skip
