"""Streams: the contacts of a purpose in a market, counted in slots of half a minute."""

from datetime import datetime

from chalicelib.domain.plan import WORLD, Plan

SLOT = 30
"""Seconds of a slot; slots are numbered from 1970 on, like those of paths."""
MOST = 200
"""Streams counted apart, in the order of the plan: they are read each minute. All others are counted as one."""
_PREFIX = "surge/"
_REST = ("", WORLD)


def slot_of(moment: datetime) -> int:
    """The number of the slot that a moment falls in."""
    return int(moment.timestamp()) // SLOT


def streams(plan: Plan) -> dict[str, tuple[str, str]]:
    """The purpose and the market of each stream, by the name it is stored under.

    Markets without routes of their own are one stream ("world"), and so are contacts without a purpose ("").
    """
    pairs = [
        (purpose.id, market)
        for purpose in plan.purposes.values()
        for market in dict.fromkeys((*purpose.routes, WORLD))
    ]
    return {_name(*pair): pair for pair in (*pairs[: MOST - 1], _REST)}


def stream_of(known: dict[str, tuple[str, str]], purpose: str, market: str) -> str:
    """The stream that a contact counts for, one of those that the plan has."""
    names = (_name(purpose, market), _name(purpose, WORLD), _name(*_REST))
    return next(name for name in names if name in known)


def _name(purpose: str, market: str) -> str:
    """No path begins like this: a channel's id has no slash."""
    return f"{_PREFIX}{purpose}/{market}"
