"""Dead letters as operators find them: what failed for good, why, and another chance for it, given once."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from chalicelib.domain.model import row_key
from chalicelib.ports import Letter, Missing, Note, Unavailable
from chalicelib.service.operate.post import Json, Post, iso

QUEUES = ("urgent", "normal", "bulk", "overflow", "evidence", "flips", "announcements", "probes")
NOT_TOLD = (
    "the function did not live to say: it ran out of time or memory, or the message is older than its queue"
)
TELLING: Mapping[str, tuple[str, ...]] = {
    "urgent": ("key", "lane"),
    "normal": ("key", "lane"),
    "bulk": ("key", "lane"),
    "overflow": ("channel", "at", "method"),
    "evidence": ("channel", "path"),
    "flips": ("path", "operation", "id"),
    "announcements": ("subscriber", "id"),
    "probes": ("channel", "canary", "page"),
}
"""What is shown of a body: our own names and keys. People's words and addresses are in none of these."""
MOST = 100
LONGEST = 100


@dataclass(slots=True)
class Redrive:
    """What came of one redrive, by the letters' ids; `failed` ones are still where they were."""

    sent: list[str] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def listed(post: Post, queue: str, limit: int) -> Json:
    """How many wait in each queue, and the letters of one queue, or of all ("")."""
    wanted = (queue,) if queue else QUEUES
    counts = {name: post.stores.dead_letters.waiting(name) for name in wanted}
    found: list[Letter] = []
    try:
        for name in wanted:
            if (counts[name] or queue) and len(found) < limit:
                found += post.stores.dead_letters.take(name, limit - len(found))
    finally:
        _give_back(post, found)
    return {"waiting": counts, "letters": [shown(letter) for letter in found]}


def redrive(post: Post, queue: str, ids: Sequence[str]) -> Redrive:
    """Send letters to the queue that they come from, those named or, of at most MOST, all; each only once.

    A letter that was sent before and is still there (its removal failed) is only removed.
    """
    done = Redrive()
    taken = post.stores.dead_letters.take(queue, MOST)
    wanted = [letter for letter in taken if not ids or letter.id in ids]
    _give_back(post, [letter for letter in taken if letter not in wanted])
    for letter in wanted:
        try:
            (done.sent if _sent_now(post, letter) else done.already).append(letter.id)
        except Unavailable:
            done.failed.append(letter.id)
            _give_back(post, [letter])
    found = {letter.id for letter in wanted}
    for name in dict.fromkeys(ids):
        if name not in found:
            (done.already if _known(post, queue, name) else done.unknown).append(name)
    if done.sent:
        post.write_down("redrive dead letters", queue=queue, count=str(len(done.sent)))
    return done


def shown(letter: Letter) -> Json:
    """A letter without anybody's words."""
    return {
        "queue": letter.queue, "id": letter.id, "since": iso(letter.since), "receives": letter.receives,
        "reason": letter.reason or NOT_TOLD, "about": about(letter), "bytes": len(letter.body.encode()),
    }  # fmt: skip


def about(letter: Letter) -> Json:
    """What the letter is about, as far as our own names go; empty for what cannot be read."""
    try:
        document = json.loads(letter.body)
    except ValueError:
        return {}
    if not isinstance(document, dict):
        return {}
    names = TELLING.get(letter.queue, ())
    return {
        name: document[name] if isinstance(document[name], int) else document[name][:LONGEST]
        for name in names
        if isinstance(document.get(name), str | int)
    }


def _sent_now(post: Post, letter: Letter) -> bool:
    """Send, remember, remove. A crash between the first two repeats a message: its reader knows it by its keys."""
    fresh = not _known(post, letter.queue, letter.id)
    if fresh:
        post.stores.queues.put(Note(queue=letter.queue, body=letter.body, attributes=letter.attributes))
        post.stores.contacts.alias(_mark(letter.queue, letter.id), letter.id)
    post.stores.dead_letters.remove(letter)
    return fresh


def _known(post: Post, queue: str, name: str) -> bool:
    try:
        post.stores.contacts.find(_mark(queue, name))
    except Missing:
        return False
    return True


def _mark(queue: str, name: str) -> str:
    return row_key(queue, "", f"redriven:{name}")


def _give_back(post: Post, letters: Sequence[Letter]) -> None:
    """Those that cannot be given back come back by themselves within half a minute."""
    with suppress(Unavailable):
        for queue in dict.fromkeys(letter.queue for letter in letters):
            post.stores.dead_letters.give_back([one for one in letters if one.queue == queue])
