"""An account of its own: from what is stored alone, is anybody ever left below what the plan's words promise them?"""

import json
from datetime import datetime, timedelta
from itertools import pairwise

TAKES_OUT = ("force_down", "drain", "maintenance")
TICK = timedelta(milliseconds=1)


def shortages(plan: str, orders, windows, now: datetime, looked_away=frozenset()):
    """Each (moment, purpose, market) that would be short, at every edge that lies ahead, beside it and between two.

    `plan` is a compiled plan as text. Nothing of the product's own rules is used.
    """
    document = json.loads(plan)
    spells = [*_of_orders(orders, looked_away), *_of_windows(windows)]
    return [
        (at, *found)
        for at in _moments(spells, now)
        for found in _short(document, {scope for scope, since, until in spells if since <= at < until})
    ]


def _of_orders(orders, looked_away):
    for order in orders.given:
        if str(order.kind) in TAKES_OUT and order.id not in looked_away:
            yield order.scope, order.since, order.until


def _of_windows(windows):
    for window in windows.planned:
        for span in _diverting(window):
            for scope in window.scopes:
                yield scope, span.start - window.drain_before, span.end


def _diverting(window):
    return window.spans if str(window.effect) == "divert" else ()


def under_way(window, now):
    """What planned work commands now: a drain up to its start, then maintenance."""
    for span in _diverting(window):
        if span.start <= now < span.end:
            yield "maintenance"
        elif span.start - window.drain_before <= now < span.start:
            yield "drain"


def _moments(spells, now):
    edges = {now}
    for _, since, until in spells:
        edges |= {since - TICK, since, since + TICK, until - TICK, until, until + TICK}
    later = sorted(at for at in edges if at >= now)
    return sorted({*later, *(a + (b - a) / 2 for a, b in pairwise(later))})


def _short(document, held):
    least = {}
    for name, purpose in document["purposes"].items():
        if purpose.get("essential"):
            least[name] = [(1, 0.0)]
    for name in {rule["purpose"] for rule in document["safety"]}:
        found = [rule for rule in document["safety"] if rule["purpose"] == name]
        least[name] = [(rule["min_channels"], rule["min_capacity"]) for rule in found]
    for name, rules in least.items():
        routes = document["purposes"][name]["routes"]
        for market in _markets(document) if "world" in routes else routes:
            channels, room = _left(document, routes.get(market) or routes["world"], market, held)
            if any(channels < most or room < capacity for most, capacity in rules):
                yield name, market


def _markets(document):
    found = {"world", document["market"]}
    found |= {channel.get("market", "world") for channel in document["channels"].values()}
    return found | {market for purpose in document["purposes"].values() for market in purpose["routes"]}


def _left(document, route, market, held):
    channels, room = set(), 0.0
    for entry in route:
        name = entry["desk"] if isinstance(entry, dict) else entry  # a share permits and forbids nothing
        desk = document["desks"][name]
        channel, capacity = desk["channel"], desk.get("capacity", {})
        home = document["channels"][channel].get("market", "world")
        touching = {
            f"desk:{name}",
            f"channel:{channel}",
            *(f"path:{channel}#out#{m}" for m in (home, market)),
        }
        if not touching & held:
            channels.add(channel)
            room += capacity.get("rate") or capacity.get("concurrent") or float("inf")
    return len(channels), room
