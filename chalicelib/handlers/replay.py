"""What becomes of one message of the overflow queue: accepted, put back while our stores are sick, or refused."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from chalicelib.channels import Refusal
from chalicelib.domain.upgrade.times import millis
from chalicelib.handlers.ahead import Record, attributes_of
from chalicelib.handlers.intake import log
from chalicelib.ports import Ahead, Missing, Note, Unavailable
from chalicelib.service.holding import RefusedNow
from chalicelib.service.mail_in import by_failed_mail, read_failed_mail
from chalicelib.service.second_door import by_second_door, read_second_door
from chalicelib.service.situation import NoSituation
from chalicelib.service.turned import TURNED
from chalicelib.service.wire import Held, is_evidence, read_held
from chalicelib.wiring import Wired

PATIENCE = timedelta(hours=24)
"""For so long a request is put back while nothing can be stored; later it fails, and wakes a person in the end."""
SOONEST, LATEST = 5, 60
"""Seconds that one waits which was put back: a quarter of the time that it has waited already."""


def replaying(wired: Wired, records: Iterable[Record]) -> Callable[[str], str]:
    """What to do with the body of each of these records; it says what came of it."""
    envelopes = {record["body"]: attributes_of(record) for record in records}

    def run(body: str) -> str:
        if is_evidence(body):  # a word that its own queue did not take
            return f"passed on as {wired.stores.queues.put(Note(queue='evidence', body=body))}"
        now = wired.clock.now()
        held = read(wired, body, now)
        try:
            return _accepted(wired, held, now)
        except (RefusedNow, Ahead):
            raise
        except (Unavailable, NoSituation) as sick:
            if now - held.at > PATIENCE:
                raise
            delay = int(min(max((now - held.at).total_seconds() / 4, SOONEST), LATEST))
            note = Note(queue="overflow", body=body, delay=delay, attributes=envelopes.get(body, {}))
            return f"put back as {wired.stores.queues.put(note)}: {sick}"

    return run


def read(wired: Wired, body: str, now: datetime) -> Held:
    """The request in a message, whoever wrote it. Raises ValueError, NoSituation."""
    if by_second_door(body):
        return read_second_door(body)
    return (
        read_failed_mail(body, wired.situations.read(now).plan) if by_failed_mail(body) else read_held(body)
    )


def _accepted(wired: Wired, held: Held, now: datetime) -> str:
    try:
        handled = wired.acceptance.replay(held, now)
    except Missing:
        if held.proven or wired.situations.read(now).stale:
            raise
        return "refused: no such channel"  # anybody may write to the second door, under any name
    if not held.proven:
        log(handled, millis(now))
    if handled.refusal is Refusal.FORGED:
        TURNED.away(wired.stores.contacts, held.channel, now)
    return f"{handled.standing.value} {handled.new} new"
