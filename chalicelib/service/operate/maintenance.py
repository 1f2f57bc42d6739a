"""Planned work: planning a window, trying, extending or dropping one, importing a calendar; rules look at the whole."""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from chalicelib.domain.permission.record import Switch
from chalicelib.domain.plan import Plan
from chalicelib.domain.plan_document.faults import Fault, Place
from chalicelib.domain.plan_document.fields import duration
from chalicelib.domain.planned_work.calendar_windows import Planned, read_windows_of
from chalicelib.domain.planned_work.rules import Conflict
from chalicelib.domain.planned_work.scopes import affected
from chalicelib.domain.planned_work.windows import ICAL, VENDOR, Effect, Window, Windows, extended
from chalicelib.ports import Standing
from chalicelib.service.operate.post import Json, Post
from chalicelib.service.operate.refusals import Absent, Clashing, Faulty, Overtaken, TooSoon, Unfit
from chalicelib.service.operate.windows import described, faults_of, room_faults, tasks
from chalicelib.service.permit import Wish, permitted, require_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The windows after a change, those that it was about, and whether everybody could be told."""

    windows: Windows
    about: Sequence[Window]
    announced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What planning a window would break, and the purposes that it affects."""

    conflicts: tuple[Conflict, ...]
    affected: tuple[str, ...]
    window: Window


def listed(windows: Windows, now: datetime) -> Json:
    """The windows of which something lies ahead, the next to begin first."""
    ahead = sorted((w for w in windows.planned if w.following(now)), key=lambda w: w.following(now)[0])
    told = [described(window, now) for window in ahead]
    return {"version": windows.version, "windows": told, "tasks": tasks(ahead, now)}


def check(post: Post, wanted: Window) -> Checked:
    """What would speak against planning this window, by the code that plans it; nothing is stored. Raises Faulty."""
    seen = post.stores.permission.read()
    light = post.light(seen.plan)
    if light.plan is None:
        raise Absent("plan", "current")
    windows = seen.windows.put(wanted, post.now)
    _require_sound(light.plan, windows, (wanted,))
    post.require_markets(*wanted.scopes)
    found: tuple[Conflict, ...] = ()
    try:
        with suppress(TooSoon):  # by the time that it is planned, that is over
            permitted(seen, Wish(windows=windows), light)
    except Clashing as clashing:
        found = clashing.conflicts
    return Checked(conflicts=found, affected=affected(light.plan, wanted.scopes), window=wanted)


def plan(post: Post, wanted: Window, expected: Collection[int]) -> Changed:
    """Plan a window. Raises Overtaken, Faulty, and Clashing with every rule that it would break."""

    def change(windows: Windows) -> tuple[Windows, Sequence[Window]]:
        post.require_markets(*wanted.scopes)
        window = replace(wanted, id=f"w{windows.version + 1}", owner=post.caller.id)
        return windows.put(window, post.now), (window,)

    return _changed(post, expected, change, "plan maintenance")


def extend(post: Post, window_id: str, until: datetime, expected: Collection[int]) -> Changed:
    """Have the span under way end later, or earlier. Raises Absent, Unfit when none is, and as `plan`."""

    def change(windows: Windows) -> tuple[Windows, Sequence[Window]]:
        window = _found(post, windows, window_id)
        if window.current(post.now) is None:
            raise Unfit("this maintenance is not under way: plan another")
        longer = extended(window, until, post.now)
        return windows.put(longer, post.now), (longer,)

    return _changed(post, expected, change, "extend maintenance")


def drop(post: Post, window_id: str, expected: Collection[int]) -> Changed:
    """Forget a window; one that is under way ends now. A vendor's is declined for good. Raises Absent, Overtaken."""

    def change(windows: Windows) -> tuple[Windows, Sequence[Window]]:
        window = _found(post, windows, window_id)
        if window.source == VENDOR:  # its page would bring it back
            declined = replace(window, effect=Effect.DECLINED, unserved=())
            return windows.put(declined, post.now), (declined,)
        return windows.drop(window.id, post.now), ()

    return _changed(post, expected, change, "drop maintenance", window_id=window_id)


def imported(post: Post, text: str, floating: tzinfo, expected: Collection[int]) -> Changed:
    """A calendar in place of the one imported before. Raises Faulty with every fault, and as `plan`."""
    found, faults = read_windows_of(text, floating, post.now)
    if faults:
        raise Faulty(*faults)
    made = [_from_calendar(one, post) for one in found]

    def change(windows: Windows) -> tuple[Windows, Sequence[Window]]:
        after = windows.imported(made, post.now)
        return after, [window for window in after.planned if window.source == ICAL]

    return _changed(post, expected, change, "import calendar")


Change = Callable[[Windows], tuple[Windows, Sequence[Window]]]


def _changed(
    post: Post, expected: Collection[int], change: Change, what: str, *, window_id: str = ""
) -> Changed:
    about: list[Window] = []

    def make(seen: Standing, plan: Plan) -> Wish:
        if seen.windows.version not in expected:
            raise Overtaken(seen.windows.version)
        if not window_id:  # undoing is never switched off
            require_on(seen.record, Switch.ORDERS, post.now)
        after, about[:] = change(seen.windows)
        _require_sound(plan, after, about)
        return Wish(windows=after)

    _, changed = post.settle(make)
    after = changed.windows or Windows()
    names = window_id or ",".join(window.id for window in about)[:1000]
    written = post.write_down(what, version=str(after.version), windows=names)
    return Changed(windows=after, about=about, announced=post.republish("maintenance") and written)


def _require_sound(plan: Plan, after: Windows, about: Sequence[Window]) -> None:
    faults = list(room_faults(after))
    for window in about:
        where = f"event {window.title!r} " if window.source == ICAL else ""
        faults += (replace(fault, path=f"{where}{fault.path}") for fault in faults_of(plan, window))
    if faults:
        raise Faulty(*faults)


def _found(post: Post, windows: Windows, window_id: str) -> Window:
    try:
        window = windows.find(window_id)
    except KeyError:
        raise Absent("window", window_id) from None
    post.require_markets(*window.scopes)
    return window


def _from_calendar(planned: Planned, post: Post) -> Window:
    """What an event's description says in lines such as `bascule-alternative order: desk:lille`."""
    said = planned.said
    named: dict[str, tuple[str, ...]] = {}
    for purpose, places in said.get("alternative", ()):
        named[purpose] = (*named.get(purpose, ()), *_split(places))
    place = Place(value=next((text for _, text in said.get("drain", ())), None), path="bascule-drain")
    drain = duration(place, timedelta())
    if place.faults:
        raise Faulty(
            *(Fault(path=f"event {planned.title!r} {f.path}", message=f.message) for f in place.faults)
        )
    return Window(
        id=planned.id, title=planned.title, spans=planned.spans, source=ICAL, owner=post.caller.id,
        scopes=tuple(dict.fromkeys(s for _, text in said.get("scope", ()) for s in _split(text))),
        alternatives=named, drain_before=drain, reply=dict(said.get("reply", ())),
        reason=next((text for _, text in said.get("reason", ())), planned.title)[:200],
    )  # fmt: skip


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
