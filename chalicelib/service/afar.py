"""Sends a probe's message to every vantage of the plan; a region that does not answer stops no other."""

from contextlib import suppress

from chalicelib.domain.plan import Plan
from chalicelib.ports import Note, Queues, Unavailable

PROBES = "probes"


def afar(vantage: str) -> str:
    """The queue of another vantage's probes, by the name that `Queues` knows it by."""
    return f"{PROBES}@{vantage}"


def put_probe(queues: Queues, plan: Plan, own: str, note: Note) -> int:
    """Queue a probe here and for every other vantage; how many were queued. Raises Unavailable for our own queue."""
    queues.put(note)
    sent = 1
    for vantage in plan.vantages:
        if vantage != own:
            with suppress(Unavailable):  # silent, it is no witness any more: the others judge
                queues.put(Note(queue=afar(vantage), body=note.body, delay=note.delay))
                sent += 1
    return sent
