"""/v1/orders: what operators command for now."""

from datetime import datetime, timedelta

from chalicelib.domain.orders import LONGEST, OrderKind
from chalicelib.domain.plan_document.faults import Place
from chalicelib.domain.surge.posture import SCOPE
from chalicelib.handlers.asked import Asked, Said, instant, settled, tagged
from chalicelib.handlers.operate.shares import shares_of
from chalicelib.service.operate import orders
from chalicelib.service.operate.in_force import in_force
from chalicelib.service.operate.post import Post

MOST_MINUTES = int(LONGEST.total_seconds()) // 60


def read(asked: Asked, post: Post) -> Said:
    """All orders that have not ended, and the version to name when changing them."""
    asked.parameters()
    seen = post.stores.permission.read()
    body = orders.listed(seen.orders, post.now) | in_force(post, seen)
    return Said(body=body, headers=tagged(seen.orders.version))


def give(asked: Asked, post: Post) -> Said:
    """Give an order."""
    asked.parameters()
    expected = asked.meant_for()
    given = orders.give(post, _wanted(asked, post.now), expected)
    return _changed(given, post, 201)


def renew(asked: Asked, post: Post) -> Said:
    """Have an order end at another time."""
    asked.parameters()
    expected = asked.meant_for()
    place = asked.document("until")
    until = until_of(place.at("until"), post.now)
    settled(place)
    return _changed(orders.renew(post, asked.arguments["order"], until, expected), post, 200)


def lift(asked: Asked, post: Post) -> Said:
    """End an order now."""
    asked.parameters()
    return _changed(orders.lift(post, asked.arguments["order"], asked.meant_for()), post, 200)


def _changed(given: orders.Given, post: Post, code: int) -> Said:
    body = {
        "version": given.orders.version,
        "order": orders.described(given.order, post.now),
        "announced": given.announced,
    }
    return Said(body=body, code=code, headers=tagged(given.orders.version))


def _wanted(asked: Asked, now: datetime) -> orders.Wanted:
    place = asked.document("kind", "scope", "until", "reason", "break_glass", "shares")
    wanted = {
        "kind": place.at("kind").choice([kind.value for kind in OrderKind if kind in orders.GIVEN], None),
        "scope": place.at("scope").text(None, most=200),
        "reason": place.at("reason").text(None, most=200),
    }
    if (wanted["kind"] == OrderKind.POSTURE) is not wanted["scope"].startswith(SCOPE):
        place.at("kind").fault(f"a posture has the scope {SCOPE}calm, alert or crisis, and nothing else has")
    shares = shares_of(place, wanted["kind"], wanted["scope"])
    until, glass = until_of(place.at("until"), now), place.at("break_glass").text(most=40)
    settled(place)
    return orders.Wanted(
        kind=OrderKind(wanted["kind"]),
        scope=wanted["scope"],
        reason=wanted["reason"],
        until=until,
        glass=glass,
        shares=shares,
    )


def until_of(place: Place, now: datetime) -> datetime:
    """A time, or whole minutes from now. The value after a fault is of no account: `settled` raises."""
    if isinstance(place.value, int | float):
        minutes = Place(value=place.value).whole(1, MOST_MINUTES)
        if minutes is None:
            place.fault(
                f"must be 1 to {MOST_MINUTES} whole minutes, which are 24 hours: every order ends by itself"
            )
        return now + timedelta(minutes=minutes or 1)
    found = instant(place)
    if found is not None and not now < found <= now + LONGEST:
        place.fault("must be in the future and at most 24 hours away: every order ends by itself")
    return found or now
