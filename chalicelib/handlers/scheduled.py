"""The minute's publications: what was planned for now becomes the plan before the tick looks at it."""

from typing import TYPE_CHECKING

from chalicelib.domain.plan_schedule.schedule import Entry
from chalicelib.handlers.log import line
from chalicelib.ports import PortError

if TYPE_CHECKING:
    from chalicelib.service.operate.post import Post
    from chalicelib.wiring import Wired


def publish_due(wired: "Wired") -> None:
    """Publish what is due and tell how it ended. What a store keeps us from is done a minute later, and said so."""
    now = wired.clock.now()
    try:
        for entry in wired.stores.schedule.read().due(now):
            _settle(wired, entry)
    except PortError as down:  # nothing of it keeps the minute from its own work
        line("scheduled plans wait", because=str(down))


def _settle(wired: "Wired", entry: Entry) -> None:
    from chalicelib.service.operate.schedule import settle, told
    from chalicelib.service.schedule_words import note_of

    post = _post(wired, entry)
    done = settle(post, entry)
    line("scheduled plan", entry=done.id, fate=done.fate.value, version=done.version)
    written = post.write_down(
        "scheduled plan ended", entry=done.id, fate=done.fate.value, because=done.because
    )
    wired.stores.queues.put(note_of(done))
    if written:
        told(post, done)


def _post(wired: "Wired", entry: Entry) -> "Post":
    """In the name of the operator who planned it: an administrator then."""
    from chalicelib.service.operate.callers import Caller
    from chalicelib.service.operate.post import Post
    from chalicelib.service.operate.roles import Role

    now = wired.clock.now()
    caller = Caller(id=entry.author, name="", role=Role.ADMIN, expires=now)
    stores, situations, registry = wired.stores, wired.situations, wired.registry
    return Post(stores=stores, situations=situations, registry=registry, caller=caller, now=now)
