"""What the fake page lists (Graph API v25.0): conversations, the last touched first, each with its newest messages."""

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from infra.local.fakes.provider import fresh

READABLE = 20
Record = dict[str, Any]


class Talks:
    """Everything that was ever written to the page or by it; safe to use from several threads."""

    def __init__(self, page: str) -> None:
        self._page, self._lock = page, threading.Lock()
        self._talks: dict[str, list[tuple[datetime, Record]]] = {}

    def note(self, person: str, sender: str, text: str, at: datetime) -> str:
        """Keep one message of a person's conversation; its id."""
        made = {"id": fresh("m_"), "created_time": _spelled(at), "from": {"id": sender}, "message": text}
        with self._lock:
            self._talks.setdefault(person, []).append((at, made))
        return str(made["id"])

    def message(self, id_: str) -> Record | None:
        """One message."""
        with self._lock:
            return next(
                (made for talk in self._talks.values() for _, made in talk if made["id"] == id_), None
            )

    def page(self, query: Mapping[str, str]) -> Record:
        """A page of conversations as the API gives it; `next` only where there is more."""
        with self._lock:
            known = {p: talk for p, talk in self._talks.items() if query.get("user_id", p) == p}
            talks = sorted(known.items(), key=lambda one: max(at for at, _ in one[1]), reverse=True)
            shown = [self._told(person, talk) for person, talk in talks]
        size, start = int(query.get("limit", "25")), int(query.get("after") or "0")
        cursors = {"before": str(start), "after": str(start + size)}
        more = {"next": "https://graph.facebook.com/never-followed"} if len(shown) > start + size else {}
        return {"data": shown[start : start + size], "paging": {"cursors": cursors, **more}}

    @staticmethod
    def _told(person: str, talk: list[tuple[datetime, Record]]) -> Record:
        newest = [made for _, made in sorted(talk, key=lambda one: one[0])][::-1][:READABLE]
        return {"id": f"t_{person}", "updated_time": newest[0]["created_time"], "messages": {"data": newest}}


def _spelled(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S+0000")
