"""What must hold after every step of a life, and at its end; each check gives the list of what is wrong."""

from collections import Counter
from datetime import timedelta

from chalicelib.domain.audit.rsa import read_key
from chalicelib.domain.audit.verify import Verification
from tests.lives.journal import ENDINGS, GIVEN_UP, Journal
from tests.lives.stage import Stage
from tests.world import SETTINGS

WAITING = {"accepted", "sending", "deferred", "unknown"}
BEFORE_OTHERS = {"accepted", "sending", "deferred"}
LOOK_BACK = timedelta(minutes=15)
FAULTY = {"recipient", "request"}


def of_people(rows: list) -> list:
    """Rows of contacts: not our own words to people."""
    return [row for row in rows if row.kind.value == "contact"]


def unaccounted(stage: Stage, rows: list) -> list[str]:
    """Each contact that was told yes is one row, or waits in the overflow queue."""
    kept, held = Counter(row.contact.text for row in of_people(rows)), stage.held()
    lost = [f"{text}: no row" for text in stage.journal.told if not kept[text] and text not in held]
    twice = [f"{text}: {count} rows" for text, count in kept.items() if text and count > 1]
    back = [f"{text}: erased, and back" for text in kept if text in stage.journal.erased]
    said = {*stage.journal.said, ""}  # an erased row has no text
    return lost + twice + back + [f"{text}: nobody said this" for text in kept if text not in said]


def restless_ends(journal: Journal, rows: list) -> list[str]:
    """What has ended stays ended; and the states are written down for the next look."""
    wrong = []
    for row in rows:
        before, after = journal.states.get(row.key, "accepted"), row.work.state.value
        if not journal.may_become(row.key, before, after):
            wrong.append(f"{row.contact.text}: {before} became {after}")
        journal.states[row.key] = after
        if before in GIVEN_UP and after not in GIVEN_UP:
            journal.redriven.discard(row.key)
    return wrong


def without_time(rows: list) -> list[str]:
    """What waits has a time at which it is looked at again."""
    return [
        f"{row.contact.text}: {row.work.state} and never due"
        for row in rows
        if row.work.state.value in WAITING and row.due_at is None
    ]


def doubled(journal: Journal) -> list[str]:
    """One effect for each text, but for what the vendors lied and the operators risked."""
    counts = Counter(text for _, _, text in journal.effects)
    return [f"{text}: {count} effects" for text, count in counts.items() if count > 1 + journal.excused[text]]


def unproven(stage: Stage) -> list[str]:
    """Whatever failed meanwhile, a last anchor covers the whole ledger, and all of it follows from the anchors."""
    stage.anchor()
    ports = stage.ports
    anchors = enumerate(ports.anchors.texts, 1)
    rows = [(name, entry) for name, entries in ports.ledger._chains.items() for entry in entries]
    looking = Verification(stage=SETTINGS.stage, keys=[read_key(ports.anchors.public_key())])
    wrong = [f"ledger: {fault.kind}" for fault in looking.faults(anchors, rows)]
    bare = looking.done.after_the_last + looking.done.before_the_first
    return wrong + [f"ledger: {bare} entries in no anchor"] * bool(bare)


def overtaken(rows: list, key: str) -> list[str]:
    """Contacts of the same person that should have gone before this one, which is being sent for the first time."""
    mine = next((row for row in of_people(rows) if row.key == key), None)
    if mine is None or mine.work.attempt != 1:
        return []
    return [
        f"{mine.contact.text} went before {row.contact.text}"
        for row in of_people(rows)
        if row.contact.party == mine.contact.party
        and row.purpose == mine.purpose
        and mine.accepted_at - LOOK_BACK < row.accepted_at < mine.accepted_at
        and row.work.state.value in BEFORE_OTHERS
        and not any(a.outcome is not None and a.outcome.value in FAULTY for a in row.work.attempts)
    ]


def unbalanced(journal: Journal, rows: list, *, cut_short: bool) -> list[str]:
    """The accounts, when all is over: every promise is one ending, and every refusal has its reason.

    Who died between claim and send leaves a doubt, which some providers cannot settle (`cut_short`).
    """
    people = of_people(rows)
    endings = Counter(ENDINGS[row.work.state.value] for row in people if row.contact.text in journal.told)
    wrong = [] if endings.total() == len(journal.told) else [f"{len(journal.told)} told, {dict(endings)}"]
    for row in people:
        state, text = row.work.state.value, row.contact.text
        if not text:
            continue
        reached = journal.effect_of(text) or text in journal.taken
        if state in ("delivered", "answered", "closed") and not reached:
            wrong.append(f"{text}: {state}, but no desk ever took it")
        if state == "dead" and not (journal.asked[text] or cut_short):
            wrong.append(f"{text}: given up without one try")
        if state in GIVEN_UP and not (row.work.attempts or row.decision):
            wrong.append(f"{text}: {state} without a reason")
    return wrong


def forgotten(stage: Stage, rows: list) -> list[str]:
    """When all has healed and come to rest: nothing is due, nothing is on its way."""
    now = stage.clock.now()
    return [
        f"{row.contact.text}: {row.work.state}, due {row.due_at}"
        for row in rows
        if not (row.work.state.final and row.due_at is None)
        and not (row.work.state.value == "sent" and row.due_at is None)
        and not (row.work.state.value == "deferred" and row.due_at and row.due_at > now and not row.lot)
    ]
