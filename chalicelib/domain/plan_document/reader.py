"""Reads a plan from YAML or JSON, refusing a bad one with all its faults; writes one back as JSON."""

import json
import re
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from chalicelib.domain.hours import Hours
from chalicelib.domain.match import Match
from chalicelib.domain.permission.pace import LONGEST as LONGEST_WAIT
from chalicelib.domain.plan import MIN_WAIT, WRITTEN, ChannelPlan, Desk, Plan, Purpose
from chalicelib.domain.plan_document.canary import canary_document
from chalicelib.domain.plan_document.channels import market, read_channels, read_desks
from chalicelib.domain.plan_document.faults import Fault, Place, PlanRefused
from chalicelib.domain.plan_document.fields import duration, hours_document, opening_hours, web_address
from chalicelib.domain.plan_document.mode import mode_document, observing
from chalicelib.domain.plan_document.pages import pages_document, read_pages
from chalicelib.domain.plan_document.postures import capacity_document, read_capacity
from chalicelib.domain.plan_document.purposes import read_purposes, read_safety
from chalicelib.domain.plan_document.shares import read_shifting, route_document, shifting_document
from chalicelib.domain.plan_document.staff import staff_document
from chalicelib.domain.plan_document.subscribers import read_subscribers, subscribers_document
from chalicelib.domain.plan_document.text import document
from chalicelib.domain.plan_document.watch import baseline_document, read_vantages, vantages_document

SCHEMA = 1
_TOP = (
    "schema", "public_base_url", "market", "languages", "home", "panic", "hours", "channels", "desks",
    "purposes", "safety", "pages", "subscribers", "vantages", "retention_days", "capacity", "min_wait", "mode",
    "shares",
)  # fmt: skip
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_HALF = 0.5
LONGEST_KEPT = 90
"""Days: rows end then by themselves, and with them what they prove."""


def read_plan(
    text: str, version: int, kinds: Collection[str] | None = None, formats: Collection[str] | None = None
) -> Plan:
    """The plan in a text of at most 4 MB; `kinds` of channel and `formats` of pages are those known (None: any).

    Its `digest` is SHA-256 of what it says, however it was spelled. Raises PlanRefused with every fault.
    """
    root = Place(value=document(text))
    plan = _read(root, version, kinds)
    plan = replace(plan, pages=read_pages(root.at("pages"), plan.channels, formats))
    plan = replace(plan, subscribers=read_subscribers(root.at("subscribers")))
    plan = replace(plan, vantages=read_vantages(root.at("vantages")))
    plan = replace(plan, capacity=read_capacity(root.at("capacity")))
    plan = replace(plan, shifting=read_shifting(root.at("shares")))
    if root.faults:
        raise PlanRefused(tuple(root.faults), plan)
    return replace(plan, digest=sha256(dump_plan(plan).encode("utf-8")).hexdigest())


def dump_plan(plan: Plan) -> str:
    """The plan as JSON of the same document shape: reading it gives an equal plan."""
    names: dict[Hours, str] = {}
    for desk in plan.desks.values():
        if desk.hours is not None:
            names.setdefault(desk.hours, f"hours-{len(names) + 1}")
    found = {
        "schema": SCHEMA,
        "public_base_url": plan.public_base_url,
        "market": plan.market,
        "languages": list(plan.languages),
        "home": plan.home,
        "panic": plan.panic,
        "hours": {name: hours_document(hours) for hours, name in names.items()},
        "channels": {id_: _channel(channel) for id_, channel in plan.channels.items()},
        "desks": {id_: _desk(desk, names) for id_, desk in plan.desks.items()},
        "purposes": {id_: _purpose(purpose) for id_, purpose in plan.purposes.items()},
        "safety": [
            {"purpose": rule.purpose, "min_channels": rule.min_channels, "min_capacity": rule.min_capacity}
            for rule in plan.safety
        ],
    }
    return json.dumps(found | _more(plan), ensure_ascii=False, separators=(",", ":"))


def _more(plan: Plan) -> dict[str, Any]:
    """What is written only where it says something."""
    return _given(
        pages=pages_document(plan.pages),
        vantages=vantages_document(plan.vantages),
        subscribers=subscribers_document(plan.subscribers),
        capacity=capacity_document(plan.capacity),
        shares=shifting_document(plan.shifting),
        mode=mode_document(observes=plan.observing),
        retention_days=plan.retention_days if plan.retention_days != LONGEST_KEPT else None,
        min_wait=f"{int(plan.min_wait.total_seconds())}s" if plan.min_wait != MIN_WAIT else "",
    )


def _read(root: Place, version: int, kinds: Collection[str] | None) -> Plan:
    _refuse_other_shapes(root)
    languages = _languages(root.at("languages"))
    hours = {name: opening_hours(entry) for name, entry in root.at("hours").identified()}
    channels = read_channels(root.at("channels"), kinds, languages)
    desks = read_desks(root.at("desks"), channels, hours)
    purposes = read_purposes(root.at("purposes"), channels, desks, languages)
    panic = root.at("panic").number(0.0, 1.0)
    return Plan(
        version=version,
        public_base_url=web_address(root.at("public_base_url"), None),
        market=market(root.at("market")),
        home=root.at("home").text(most=64),
        languages=languages,
        panic=_HALF if panic is None else panic,
        channels=channels,
        desks=desks,
        purposes=purposes,
        safety=read_safety(root.at("safety"), purposes, desks),
        retention_days=root.at("retention_days").whole(1, LONGEST_KEPT) or LONGEST_KEPT,
        min_wait=_wait(root.at("min_wait")),
        observing=observing(root.at("mode")),
    )


def _wait(place: Place) -> timedelta:
    found = duration(place, MIN_WAIT)
    if found > LONGEST_WAIT:
        place.fault("must be at most 10m")
    return found


def _refuse_other_shapes(root: Place) -> None:
    root.entries(_TOP)
    if root.value is None:
        root.fault("the plan is empty: see docs/plan.md")
    schema = root.at("schema")
    if schema.value is None:
        schema.fault(f"is required: {SCHEMA}")
    schema.whole(SCHEMA, SCHEMA)


def _languages(place: Place) -> tuple[str, ...]:
    if place.value is None:
        return ("fr", "en")
    found = []
    for entry in place.items():
        language = entry.text(None, most=16)
        if not _LANGUAGE.fullmatch(language):
            entry.fault("must be a language such as fr, en or pt-BR")
        if language in found:
            entry.fault("is given twice")
        found.append(language)
    if not found:
        place.fault("must name at least one language")
    return tuple(found)


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in ("", None, {}, [], False)}


def _channel(channel: ChannelPlan) -> dict[str, Any]:
    door = channel.door and _given(
        url=channel.door.url, labels=dict(channel.door.labels), pages=list(channel.door.pages)
    )
    return _given(
        kind=channel.kind, account=channel.account, market=channel.market, provider=channel.provider,
        home=channel.home, base=channel.base, settings=dict(channel.settings),
        medium=channel.medium and channel.medium.value, door=door, promised=channel.promised, pace=channel.pace,
        baseline=baseline_document(channel.baseline),
        canary=canary_document(channel.canary), mode=mode_document(observes=channel.observing),
        forward_to=channel.forward_to,
    )  # fmt: skip


def _desk(desk: Desk, names: dict[Hours, str]) -> dict[str, Any]:
    capacity = _given(rate=desk.capacity.rate, concurrent=desk.capacity.concurrent)
    media = sorted(desk.media) if desk.media != WRITTEN else []
    return _given(
        channel=desk.channel, target=dict(desk.target), capacity=capacity, media=media, ring=desk.ring,
        hours=names[desk.hours] if desk.hours else None, **staff_document(desk.staff),
    )  # fmt: skip


def _match(match: Match) -> dict[str, Any]:
    traits = {name: sorted(values) for name, values in match.traits.items()}
    return _given(channel=match.channel, keywords=sorted(match.keywords), traits=traits)


def _purpose(purpose: Purpose) -> dict[str, Any]:
    return _given(
        match=[_match(match) for match in purpose.match],
        routes={name: route_document(purpose, name) for name in purpose.routes},
        lane=purpose.lane, essential=purpose.essential, single=purpose.single,
        deadline=f"{int(purpose.deadline.total_seconds())}s",
        duplicates_tolerated=purpose.duplicates_tolerated, offer=dict(purpose.offer),
    )  # fmt: skip


__all__ = ["Fault", "PlanRefused", "dump_plan", "read_plan"]
