"""/v1/maintenance: work that is planned ahead, and what speaks against it."""

from datetime import datetime, timedelta, tzinfo

from chalicelib.domain.plan_document.faults import Place
from chalicelib.domain.plan_document.fields import duration
from chalicelib.domain.planned_work.calendar_text import MOST_BYTES, UnreadableCalendar, zone_of
from chalicelib.domain.planned_work.calendar_windows import simple
from chalicelib.domain.planned_work.recurrence import Rule, read_rule
from chalicelib.domain.planned_work.windows import AHEAD, Span, Window
from chalicelib.handlers.asked import Asked, Said, instant, settled, tagged
from chalicelib.handlers.problems import clash
from chalicelib.service.operate import maintenance
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Unreadable
from chalicelib.service.operate.windows import described

FIELDS = (
    "title", "scopes", "start", "end", "zone", "repeat", "except", "alternatives", "drain_before", "reason",
    "reply",
)  # fmt: skip
MOST_MINUTES = int(AHEAD.total_seconds()) // 60
MOST_NAMED = 50


def read(asked: Asked, post: Post) -> Said:
    """All windows of which something lies ahead, and the version to name when changing them."""
    asked.parameters()
    found = post.stores.maintenance.read()
    return Said(body=maintenance.listed(found, post.now), headers=tagged(found.version))


def plan(asked: Asked, post: Post) -> Said:
    """Plan a window."""
    asked.parameters()
    expected = asked.meant_for()
    return _changed(maintenance.plan(post, _window(asked, post.now), expected), post, 201)


def check(asked: Asked, post: Post) -> Said:
    """What would speak against a window; nothing is stored."""
    asked.parameters()
    found = maintenance.check(post, _window(asked, post.now))
    body = {
        "valid": not found.conflicts,
        "conflicts": [clash(conflict) for conflict in found.conflicts],
        "affected": list(found.affected),
        "window": described(found.window, post.now),
    }
    return Said(body=body)


def extend(asked: Asked, post: Post) -> Said:
    """Have the work under way end at another time."""
    asked.parameters()
    expected = asked.meant_for()
    place = asked.document("until")
    until = _time(place.at("until"), post.now)
    if until <= post.now:
        place.at("until").fault("must lie ahead: to end it now, delete it")
    settled(place)
    return _changed(maintenance.extend(post, asked.arguments["window"], until, expected), post, 200)


def drop(asked: Asked, post: Post) -> Said:
    """Forget a window; one under way ends now."""
    asked.parameters()
    changed = maintenance.drop(post, asked.arguments["window"], asked.meant_for())
    return _changed(changed, post, 200)


def calendar(asked: Asked, post: Post) -> Said:
    """Take a calendar in place of the one imported before. `zone` is that of times without one."""
    zone = asked.parameters("zone").get("zone", "UTC")
    expected = asked.meant_for()
    if asked.media_type() != "text/calendar":
        raise Unreadable("a calendar is text/calendar")
    place = Place(value=zone, path="zone")
    floating = _zone(place)
    settled(place)
    changed = maintenance.imported(post, asked.text(MOST_BYTES), floating, expected)
    return _changed(changed, post, 200)


def _changed(changed: maintenance.Changed, post: Post, code: int) -> Said:
    body = {
        "version": changed.windows.version,
        "windows": [described(window, post.now) for window in changed.about],
        "announced": changed.announced,
    }
    return Said(body=body, code=code, headers=tagged(changed.windows.version))


def _window(asked: Asked, now: datetime) -> Window:
    place = asked.document(*FIELDS)
    alternatives = {
        name: tuple(one.text(None, most=200) for one in entry.items())
        for name, entry in place.at("alternatives").entries().items()
    }
    reply = {name: entry.text(None, most=1000) for name, entry in place.at("reply").entries().items()}
    scopes = tuple(dict.fromkeys(one.text(None, most=200) for one in place.at("scopes").items()))
    if (
        len(scopes) > MOST_NAMED
        or sum(map(len, alternatives.values())) > MOST_NAMED
        or len(reply) > MOST_NAMED
    ):
        place.fault(f"names more than {MOST_NAMED} scopes, alternatives or languages")
    window = Window(
        id="new", title=place.at("title").text(None, most=200), scopes=scopes, spans=_spans(place, now),
        alternatives=alternatives, drain_before=duration(place.at("drain_before"), timedelta()),
        reason=place.at("reason").text(None, most=200), reply=reply,
    )  # fmt: skip
    settled(place)
    return window


def _spans(place: Place, now: datetime) -> tuple[Span, ...]:
    """The stretches that lie ahead; every doubt is a fault."""
    start, end, zone = _time(place.at("start"), now), _time(place.at("end"), now), _zone(place.at("zone"))
    rule = _rule(place.at("repeat"))
    without = {_time(one, now) for one in place.at("except").items()}
    if without and rule is None:
        place.at("except").fault("makes sense with repeat only")
    if place.faults:
        return ()
    if not start < end or end <= now:
        place.at("end").fault("must be after the start, and lie ahead")
        return ()
    try:
        return tuple(span for span in simple(start, end, zone, rule).spans(now) if span.start not in without)
    except ValueError as unfit:
        place.at("repeat").fault(str(unfit))
        return ()


def _time(place: Place, now: datetime) -> datetime:
    """A time with its offset, or whole minutes from now; `now` after a fault."""
    if isinstance(place.value, int | float):
        minutes = place.whole(0, MOST_MINUTES)
        return now + timedelta(minutes=minutes or 0)
    found = instant(place)
    if found is not None and abs(found - now) > AHEAD:
        place.fault("must be within 400 days")
        return now
    return found or now


def _zone(place: Place) -> tzinfo:
    try:
        return zone_of(place.text("UTC", most=60))
    except UnreadableCalendar as unknown:
        place.fault(str(unknown))
        return zone_of("UTC")


def _rule(place: Place) -> Rule | None:
    text = place.text(most=300)
    try:
        return read_rule(text) if text else None
    except ValueError as unfit:
        place.fault(str(unfit))
        return None
