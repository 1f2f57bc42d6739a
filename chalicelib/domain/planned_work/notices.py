"""Announcements of planned work: what one is, and when before the work each is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

NOTICES = {"D-7": timedelta(days=7), "D-1": timedelta(days=1), "H-1": timedelta(hours=1)}
"""The names of the announcements, and how long before the work begins each is due; the earliest first."""


class NoticeState(StrEnum):
    """SKIPPED: a later one was due already when the work was planned. WITHDRAWN: the work was moved or cancelled."""

    PLANNED = "planned"
    PUBLISHED = "published"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueNotice:
    """One announcement (`name` of NOTICES) of one stretch of work; `at` is when it came to its state, `due` until then.

    `channels` are the ways in that are out meanwhile; `unanswered`: some contacts wait until the work is done.
    """

    window: str
    title: str
    name: str
    start: datetime
    end: datetime
    due: datetime
    at: datetime
    state: NoticeState
    channels: tuple[str, ...] = ()
    unanswered: bool = False
