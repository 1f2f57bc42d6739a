"""/v1/shares: how routes are parted among desks, as planned and now; and what an order asks of them."""

from chalicelib.domain.orders import OrderKind
from chalicelib.domain.plan_document.faults import Place
from chalicelib.domain.shares.share import SCOPE, WHOLE
from chalicelib.handlers.asked import Asked, Said
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.shares import listed


def read(asked: Asked, post: Post) -> Said:
    """Every route that desks share."""
    asked.parameters()
    return Said(body=listed(post))


def shares_of(order: Place, kind: str, scope: str) -> dict[str, int]:
    """The shares of an order of that kind: whole percentages by desk, none of them zero, that add up to 100."""
    place = order.at("shares")
    if (kind == OrderKind.SHARES) is not scope.startswith(SCOPE):
        order.at("kind").fault(f"shares have the scope {SCOPE}PURPOSE#MARKET, and nothing else has")
    if kind != OrderKind.SHARES:
        if place.value is not None:
            place.fault("belongs to an order of kind shares alone")
        return {}
    return read_shares(place)


def read_shares(place: Place) -> dict[str, int]:
    """Whole percentages by desk that add up to 100. To take a desk out is a drain, which the safety rules look at."""
    if place.value is None:
        place.fault("is required: percentages by desk")
    entries = place.entries()
    found = {desk: entry.whole(1, WHOLE - 1) for desk, entry in entries.items()}
    shares = {desk: share for desk, share in found.items() if share is not None}
    if entries and len(shares) == len(entries) and sum(shares.values()) != WHOLE:
        place.fault(f"must add up to {WHOLE}, not to {sum(shares.values())}")
    return shares
