"""Flips with their durations, and measured availability per path against what was promised."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from chalicelib.domain.health import PathHealth, State, measured
from chalicelib.domain.model import Direction
from chalicelib.domain.plan import Plan
from chalicelib.domain.proof.availability import Availability, available, tallied
from chalicelib.domain.proof.spells import Spell, flips_of, spells
from chalicelib.ports import Unavailable
from chalicelib.service.flips import STREAM as FLIPS
from chalicelib.service.operate.evidence_case import MOST_SENDS
from chalicelib.service.operate.evidence_words import spell_told
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.operate.scopes import require_scope
from chalicelib.service.probe import probed_paths

WINDOWS = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}
COUNTED = timedelta(days=7)
"""Windows up to this long are weighed by contacts, if there were any."""
EARLIER = timedelta(days=1)


def flips(post: Post, path: str, since: datetime, until: datetime) -> Json:
    """The spells that touch [since, until), each departure with its return. Raises Absent, Unavailable."""
    if path:
        require_scope(post.plan(), f"path:{path}")
    found = _spells(post, since - EARLIER, path)
    listed = [spell_told(one, post.now) for one in found if one.within(since, until)]
    return {"from": iso(since), "until": iso(until), "flips": listed}


def availabilities(post: Post, path: str) -> Json:
    """Every path that is probed or ever flipped, by time; one path (`path`) by contacts, too.

    Raises Absent, Unavailable.
    """
    plan = post.plan()
    if path:
        require_scope(plan, f"path:{path}")
    found = _spells(post, post.now - max(WINDOWS.values()), path)
    names = [path] if path else _names(plan, found)
    counts = _counts(post, path) if path else {}
    return {"at": iso(post.now), "paths": [_told(post, plan, name, found, counts) for name in names]}


def _spells(post: Post, since: datetime, path: str) -> list[Spell]:
    """Spells as the ledger tells them since then; health adds those that have lasted for longer."""
    chains = post.stores.ledger.read(FLIPS, since, post.now + timedelta.resolution)
    found = spells(flips_of(chains, path))
    try:
        return [*found, *_lasting(post.stores.health.everything(), found, path)]
    except Unavailable:
        return found


def _lasting(health: Mapping[str, PathHealth], found: Sequence[Spell], path: str) -> Iterable[Spell]:
    away = {(one.path, one.evidence) for one in found if one.closed_at is None}
    for name, known in health.items():
        for evidence, cls in measured(known).items():
            lasting = cls.state is not State.CLOSED and (name, evidence.value) not in away
            if lasting and path in ("", name):
                yield Spell(path=name, evidence=evidence.value, opened_at=cls.since, detail=cls.detail)


def spells_since(post: Post, since: datetime) -> list[Spell]:
    """The spells of all paths since then, and those that have lasted for longer. Raises Unavailable."""
    return _spells(post, since, "")


def _names(plan: Plan, found: Iterable[Spell]) -> list[str]:
    probed = {path for channel in plan.channels.values() for path in probed_paths(plan, channel)}
    return sorted(probed | {one.path for one in found})


def _counts(post: Post, path: str) -> Mapping[datetime, int]:
    """Sends by hour; none when there are too many for one answer, nor on the way in: only canaries are sent there."""
    if f"#{Direction.OUT}#" not in path:
        return {}
    sent = post.stores.contacts.sent(path, post.now - COUNTED, post.now, MOST_SENDS + 1)
    return tallied(one.at for one in sent) if len(sent) <= MOST_SENDS else {}


def _told(post: Post, plan: Plan, path: str, found: Iterable[Spell], counts: Mapping[datetime, int]) -> Json:
    own = [one for one in found if one.path == path]
    channel = plan.channels.get(path.partition("#")[0])
    promised = channel.promised if channel else None
    windows = {
        name: _window(
            available(own, post.now - length, post.now, counts if length <= COUNTED else None), promised
        )
        for name, length in WINDOWS.items()
    }
    return {"path": path, "promised_percent": promised, "windows": windows}


def _window(found: Availability, promised: float | None) -> Json:
    percent, unplanned = _percent(found.share), _percent(found.unplanned_share)
    kept = None if promised is None or unplanned is None else unplanned >= promised
    return {
        "from": iso(found.since), "percent": percent, "percent_without_planned": unplanned,
        "away_seconds": round(found.away, 3), "planned_seconds": round(found.planned, 3),
        "weighted_by": found.weighted_by, "promise_kept": kept,
    }  # fmt: skip


def _percent(share: float | None) -> float | None:
    """Per cent, cut and not rounded at the fourth place: 99.99996 is not 100."""
    return None if share is None else int(share * 1_000_000) / 10_000
