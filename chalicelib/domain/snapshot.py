"""The snapshot: beliefs, loads and orders as one small JSON text, and back; the plan is named by its version."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.domain.belief import Belief
from chalicelib.domain.detection.lateness import Look, dump_look, read_look
from chalicelib.domain.detection.trust import Trust
from chalicelib.domain.load import Load
from chalicelib.domain.model import EvidenceClass
from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.planned_work.notices import DueNotice, NoticeState
from chalicelib.domain.regions.seat import Seat
from chalicelib.domain.shares.share import Shifted
from chalicelib.domain.upgrade.schema import stamped, understood
from chalicelib.domain.upgrade.times import millis, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What `tick` publishes. Beliefs are as they stood at `at`: their ageing stops while nobody publishes."""

    version: int
    at: datetime
    plan: int
    orders: Orders = field(default_factory=Orders)
    beliefs: Mapping[str, Belief] = field(default_factory=dict)
    loads: Mapping[str, Load] = field(default_factory=dict)
    upcoming: tuple[DueNotice, ...] = ()
    look: Look = field(default_factory=Look)
    probers: tuple[Trust, ...] = ()
    shifted: Mapping[str, Shifted] = field(default_factory=dict)
    home: Seat = field(default_factory=Seat)


def dump_snapshot(snapshot: Snapshot) -> str:
    """The published text; the same snapshot always gives the same text."""
    document: dict[str, Any] = {
        "version": snapshot.version,
        "at": millis(snapshot.at),
        "plan": snapshot.plan,
        "orders": dump_orders(snapshot.orders),
        "beliefs": {path: _plain(belief) for path, belief in sorted(snapshot.beliefs.items())},
        "loads": {desk: _plain(load) for desk, load in sorted(snapshot.loads.items())},
    }
    if snapshot.look.at is not None:
        document["look"] = dump_look(snapshot.look)
    if snapshot.probers:
        document["probers"] = [_plain(one) for one in snapshot.probers]
    if snapshot.shifted:
        document["shifted"] = {route: _plain(one) for route, one in sorted(snapshot.shifted.items())}
    if snapshot.upcoming:
        document["upcoming"] = [_plain(one) for one in snapshot.upcoming]
    if snapshot.home.region:
        document["home"] = _plain(snapshot.home)
    return json.dumps(stamped(document), separators=(",", ":"), sort_keys=True)


def read_snapshot(text: str) -> Snapshot:
    """A snapshot from its text. Raises ValueError when it is none; a later release's is Newer."""
    try:
        document = understood(json.loads(text))
        return Snapshot(
            version=document["version"],
            at=moment(document["at"]),
            plan=document["plan"],
            orders=read_orders(document["orders"]),
            beliefs={path: _belief(belief) for path, belief in document["beliefs"].items()},
            loads={desk: Load(**_timed(load, "at")) for desk, load in document["loads"].items()},
            upcoming=tuple(_upcoming(one) for one in document.get("upcoming", ())),
            look=read_look(document.get("look", {})),
            probers=tuple(Trust(**_timed(one, "since")) for one in document.get("probers", ())),
            shifted={route: Shifted(**one) for route, one in document.get("shifted", {}).items()},
            home=_seat(document.get("home", {})),
        )
    except (AttributeError, KeyError, TypeError, json.JSONDecodeError) as unreadable:
        raise ValueError(f"not a snapshot: {unreadable}") from unreadable


def dump_orders(orders: Orders) -> dict[str, Any]:
    """Orders as plain JSON values; times in milliseconds."""
    return stamped({"version": orders.version, "given": [_plain(order) for order in orders.given]})


_EMPTY = {"owner": "", "reason": ""}
"""What `_plain` leaves out where it is empty."""


def read_orders(document: Mapping[str, Any]) -> Orders:
    """Orders from plain JSON values. Raises Newer."""
    given = (_timed(order, "since", "until") for order in understood(document)["given"])
    return Orders(
        version=document["version"],
        given=tuple(Order(**{**_EMPTY, **o, "kind": OrderKind(o["kind"])}) for o in given),
    )


def _upcoming(plain: Mapping[str, Any]) -> DueNotice:
    told = {"channels": (), **_timed(plain, "start", "end", "due", "at")}
    return DueNotice(**{**told, "state": NoticeState(told["state"]), "channels": tuple(told["channels"])})


def _belief(plain: Mapping[str, Any]) -> Belief:
    worst = EvidenceClass(plain["worst"]) if "worst" in plain else None
    return Belief(**{**_timed(plain, "throttled_until", "last_at"), "worst": worst})


def _seat(plain: Mapping[str, Any]) -> Seat:
    told = {"terms": (), **_timed(plain, "since")}
    return Seat(**{**told, "terms": tuple(told["terms"])})


def _plain(value: object) -> dict[str, Any]:
    names = (name for name in value.__slots__ if not name.startswith("_"))  # type: ignore[attr-defined] # slotted dataclasses only
    items = ((name, getattr(value, name)) for name in names)
    said = (
        (name, item)
        for name, item in items
        if item is not None and item is not False and item not in ("", {})
    )
    return {name: millis(item) if isinstance(item, datetime) else item for name, item in said}


def _timed(plain: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: moment(value) if name in names else value for name, value in plain.items()}
