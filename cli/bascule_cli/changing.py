"""Changes of a versioned document: read first, name the version, and say who was faster."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bascule_cli.answers import at, rows, text
from bascule_cli.client import Answer
from bascule_cli.session import Session
from bascule_cli.times import shown
from bascule_cli.trouble import Overtaken


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A versioned document: where it is read, and the name of the list in it (empty: it is one thing)."""

    path: str
    listed: str = ""


ORDERS = Shelf(path="/v1/orders", listed="orders")
WINDOWS = Shelf(path="/v1/maintenance", listed="windows")
PLAN = Shelf(path="/v1/plan")


def changed(session: Session, shelf: Shelf, seen: Answer, change: Callable[[str], Answer]) -> Answer:
    """What `change` answers when it is told the version that was `seen`.

    Raises Overtaken with the changes that came in between and whose they are; it is never tried again by itself, for
    the change may not be meant for what is there now.
    """
    try:
        return change(seen.version)
    except Overtaken as late:
        now = session.client.read(shelf.path).document
        lines = tuple(_news(session, shelf, seen.document, now))
        raise Overtaken(
            "trouble.overtaken", hint="next.overtaken", lines=lines, document=late.document
        ) from None


def _news(session: Session, shelf: Shelf, before: Any, now: Any) -> Sequence[str]:
    if not shelf.listed:
        return [described_plan(session, now)]
    old = {str(one.get("id")): one for one in rows(before, shelf.listed)}
    new = {str(one.get("id")): one for one in rows(now, shelf.listed)}
    added = [_entry(session, one) for name, one in new.items() if old.get(name) != one]
    gone = [
        session.words("say.gone", entry=_entry(session, one)) for name, one in old.items() if name not in new
    ]
    return [*added, *gone] or [session.words("say.version_now", version=text(at(now, "version")))]


def _entry(session: Session, one: Any) -> str:
    what = one.get("title") or f"{text(one.get('kind'))} {text(one.get('scope'))}"
    return session.words(
        "say.entry",
        id=text(one.get("id")),
        what=text(what),
        owner=text(one.get("owner")),
        reason=text(one.get("reason")),
    )


def described_plan(session: Session, plan: Any) -> str:
    """A version of the plan in one line: number, author, time, reason."""
    return session.words(
        "say.plan_by", version=text(at(plan, "version")), author=text(at(plan, "author")),
        at=shown(text(at(plan, "at")), session.zone), reason=text(at(plan, "reason")),
    )  # fmt: skip
