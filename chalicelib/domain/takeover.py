"""What takes over while a path is away, and what it takes back when it returns: desks by purpose, ways by market."""

from datetime import datetime
from typing import Any

from chalicelib.domain.frontdoor import WayState, ways
from chalicelib.domain.model import Direction, Medium
from chalicelib.domain.plan import WORLD, Option
from chalicelib.domain.routing import Case, Situation, route

MOST = 20
STORED = "call_back"
"""Stands for a desk where none is left: the contact is stored, acknowledged, a call-back offered."""


def served(situation: Situation, path: str, now: datetime) -> dict[str, Any]:
    """Who serves what this path serves, as it stands now.

    `routes`: for each purpose and market that the path has a desk in, that desk and the one which gets contacts now.
    `ways`: the front door's open ways, best first, when the path is one that customers come in by.
    """
    channel, direction, _ = path.split("#", 2)
    found: dict[str, Any] = {"routes": _routes(situation, path, now)[:MOST]}
    own = situation.plan.channels.get(channel)
    if direction == Direction.IN and own is not None and own.door is not None:
        market = own.market if own.market != WORLD else situation.plan.market
        feed = ways(situation, market, situation.plan.languages[0], now)
        usable = [way.channel for way in feed.ways if way.state is not WayState.CLOSED]
        found["ways"] = {"market": market, "usable": usable[:MOST]}
    return found


def _routes(situation: Situation, path: str, now: datetime) -> list[dict[str, str]]:
    found = []
    for purpose in situation.plan.purposes.values():
        for market in purpose.routes:
            for option in situation.plan.options(purpose.id, market):
                if path in option.paths:
                    case = Case(
                        key=path, purpose=purpose.id, market=market, medium=_medium(option), drawn=option.desk.id
                    )  # fmt: skip
                    desk = route(case, situation, (), now).desk or STORED
                    found.append({"purpose": purpose.id, "market": market, "of": option.desk.id, "now": desk})
    return found


def _medium(option: Option) -> Medium:
    media = option.desk.media
    return Medium.MESSAGING if Medium.MESSAGING in media else min(media, default=Medium.MESSAGING)
