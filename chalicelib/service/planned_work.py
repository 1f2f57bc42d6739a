"""Planned work as of this minute: windows follow vendors' pages, announcements come due."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.belief import Belief
from chalicelib.domain.permission.record import Switch
from chalicelib.domain.plan import Plan
from chalicelib.domain.planned_work.notice_turns import announced
from chalicelib.domain.planned_work.notices import NoticeState
from chalicelib.domain.planned_work.record import windows_text
from chalicelib.domain.planned_work.vendor_windows import Sky, followed, set_of
from chalicelib.domain.planned_work.windows import VENDOR, Window, Windows
from chalicelib.domain.upgrade.times import millis
from chalicelib.ports import Stale, Unavailable
from chalicelib.service.operate.refusals import Clashing, InUse, TooSoon
from chalicelib.service.permit import Light, Wish, permitted
from chalicelib.service.stores import Stores

STREAM = "maintenance"
MOST_BYTES = 380_000
"""As much as the store's one item holds; operators stop at 300,000."""
Entry = dict[str, str]


def planned_work(stores: Stores, plan: Plan, beliefs: Mapping[str, Belief], now: datetime) -> Windows:
    """The windows to go by; changed ones are stored first, by the one way there is, and told to the ledger.

    Whoever writes at the same time wins, a rule or a switch that is against it holds: then the next minute looks again.
    Raises Unavailable when windows or orders cannot be read; pages that cannot be leave the windows as they are.
    """
    before = stores.maintenance.read()
    after = announced(plan, _followed(stores, plan, before, beliefs=beliefs, now=now), now)
    if after is before:
        return before
    seen = stores.permission.read()
    if seen.record.is_off(Switch.AUTOMATION, now):
        after = announced(plan, before, now)
    overtaken = seen.windows != before or seen.plan != plan.version
    if after is before or overtaken or len(windows_text(after).encode()) > MOST_BYTES:
        return before
    wish = Wish(windows=replace(after, version=before.version + 1))
    try:
        change = permitted(seen, wish, Light(plan=plan, now=now, beliefs=beliefs))
        stores.permission.write(seen, change)
    except (Stale, Unavailable, Clashing, InUse, TooSoon):
        return before
    written = change.windows or before
    _write_down(stores, before, written, now)
    return written


def _followed(
    stores: Stores, plan: Plan, before: Windows, *, beliefs: Mapping[str, Belief], now: datetime
) -> Windows:
    """The windows after what vendors' pages say."""
    with suppress(Unavailable):
        pages = stores.pages.read(plan.pages) if plan.pages else {}
        sky = Sky(plan=plan, orders=stores.orders.read(), beliefs=beliefs)
        return followed(sky, pages, before, now)
    return before


def _write_down(stores: Stores, before: Windows, after: Windows, now: datetime) -> None:
    with suppress(Unavailable):  # what was done stands all the same
        for entry in (*_of_windows(before, after), *_of_notices(before, after)):
            stores.ledger.append(STREAM, entry, now)


def _of_windows(before: Windows, after: Windows) -> Iterator[Entry]:
    old, new = set_of(before), set_of(after)
    for id_ in sorted(old.keys() | new.keys()):
        one = new.get(id_) or old[id_]
        if one.source == VENDOR and old.get(id_) != new.get(id_):
            what = "changed" if id_ in old and id_ in new else "planned" if id_ in new else "gone"
            yield {"what": what, **_window(one)}


def _window(one: Window) -> Entry:
    times = {"start": str(millis(one.spans[0].start)), "end": str(millis(one.spans[-1].end))}
    return {
        "window": one.id,
        "by": one.owner,
        "effect": one.effect.value,
        "task": "; ".join(one.unserved),
        **times,
    }


def _of_notices(before: Windows, after: Windows) -> Iterator[Entry]:
    for one in after.notices:
        if one not in before.notices and one.state is not NoticeState.SKIPPED:
            start = str(millis(one.start))
            yield {
                "what": f"notice {one.state.value}",
                "window": one.window,
                "notice": one.name,
                "start": start,
            }
