"""What the fake Twilio lists (2010-04-01): messages and calls, newest first, filtered by ends and times, in pages."""

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

Record = dict[str, Any]
FILTERS = {"Messages": "DateSent", "Calls": "StartTime"}
DEFAULT_PAGE = 50
WORDS = {"Messages": ("queued", "delivered", "undelivered"), "Calls": ("queued", "completed", "failed")}
"""How a resource begins, ends well, and ends badly."""


class Lists:
    """Everything that the account ever sent or got; safe to use from several threads."""

    def __init__(self, account: str) -> None:
        self._account, self._lock = account, threading.Lock()
        self._records: dict[str, list[tuple[datetime, Record]]] = {name: [] for name in FILTERS}

    def note(self, resource: str, sid: str, told: Mapping[str, Any], at: datetime) -> Record:
        """Keep one item; `told` has at least from, to, status and direction."""
        stamp = format_datetime(at.astimezone(UTC))
        times = {"date_created": stamp, "date_sent" if resource == "Messages" else "start_time": stamp}
        media = f"/2010-04-01/Accounts/{self._account}/{resource}/{sid}/Media.json"
        made: Record = {
            "sid": sid, "account_sid": self._account, "error_code": None, "num_media": "0", **times,
            "subresource_uris": {"media": media}, **told,
        }  # fmt: skip
        with self._lock:
            self._records[resource].append((at, made))
        return made

    def settle(self, sid: str, status: str, **more: Any) -> None:
        """Another state of an item. Raises KeyError when there is none."""
        with self._lock:
            self._named(sid).update(status=status, **more)

    def forget(self, sid: str) -> None:
        """Take an item out, as if it had never been taken."""
        with self._lock:
            for records in self._records.values():
                records[:] = [pair for pair in records if pair[1]["sid"] != sid]

    def item(self, resource: str, sid: str) -> Record | None:
        """One item."""
        with self._lock:
            return next((dict(made) for _, made in self._records[resource] if made["sid"] == sid), None)

    def page(self, resource: str, query: Mapping[str, str]) -> Record:
        """A page as the API gives it: newest first, `next_page_uri` null on the last one."""
        size, number = int(query.get("PageSize", DEFAULT_PAGE)), int(query.get("Page", 0))
        with self._lock:
            # Of one second the last one comes first, as a list by falling time has it.
            found = [made for _, made in sorted(self._fitting(resource, query), key=lambda pair: pair[0])][
                ::-1
            ]
        shown, rest = found[number * size : (number + 1) * size], found[(number + 1) * size :]
        place = f"/2010-04-01/Accounts/{self._account}/{resource}.json"
        following = urlencode({**query, "Page": str(number + 1), "PageToken": f"PA{number + 1}"})
        return {
            resource.lower(): [dict(made) for made in shown], "page": number, "page_size": size,
            "uri": place, "next_page_uri": f"{place}?{following}" if rest else None,
        }  # fmt: skip

    def _fitting(self, resource: str, query: Mapping[str, str]) -> Iterator[tuple[datetime, Record]]:
        name = FILTERS[resource]
        since, until = _moment(query.get(f"{name}>")), _moment(query.get(f"{name}<"))
        for at, made in self._records[resource]:
            ends = all(query.get(end) in (None, made[end.lower()]) for end in ("To", "From"))
            if ends and (since is None or at >= since) and (until is None or at <= until):
                yield at, made

    def _named(self, sid: str) -> Record:
        return next(made for records in self._records.values() for _, made in records if made["sid"] == sid)


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None
