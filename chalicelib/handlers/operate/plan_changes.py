"""/v1/plan/diff and /v1/plan/rollback: what differs between two plans, and going back to one."""

from chalicelib.domain.plan_diff.words import lines
from chalicelib.handlers.asked import Asked, Said, settled
from chalicelib.handlers.operate.plan import published, reason_of, text_of
from chalicelib.service.operate import plan_changes
from chalicelib.service.operate.post import Post

MOST_VERSION = 999_999_999


def between(asked: Asked, post: Post) -> Said:
    """What changes from one version to another, the newest where none is named."""
    named = asked.parameters("from", "to")
    return _said(asked, plan_changes.compared(post, named.get("from", ""), named.get("to", "")))


def with_text(asked: Asked, post: Post) -> Said:
    """What publishing this text would change."""
    named = asked.parameters("from")
    return _said(asked, plan_changes.proposed(post, named.get("from", ""), text_of(asked)))


def rollback(asked: Asked, post: Post) -> Said:
    """Publish an earlier version once more, byte for byte."""
    words = reason_of(asked)
    place = asked.document("version")
    number = place.at("version").whole(1, MOST_VERSION)
    if number is None and not place.faults:
        place.at("version").fault("is required: the number of the version to go back to")
    settled(place)
    return published(plan_changes.rollback(post, number or 0, words, asked.meant_for()))


def _said(asked: Asked, found: plan_changes.Compared) -> Said:
    if "text/plain" in asked.headers.get("accept", "").lower():
        return Said(body=lines(found.changes), headers={"Content-Type": "text/plain; charset=utf-8"})
    return Said(body=plan_changes.described(found))
