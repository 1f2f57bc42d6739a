"""Whether a plan or a channel sends (`route`) or only looks on (`observe`), as a plan document says it."""

from chalicelib.domain.plan_document.faults import Place

ROUTE, OBSERVE = "route", "observe"


def observing(place: Place) -> bool:
    """True for `observe`; `route` when nothing is said."""
    return place.choice((ROUTE, OBSERVE)) == OBSERVE


def mode_document(*, observes: bool) -> str:
    """What `observing` reads; empty for `route`."""
    return OBSERVE if observes else ""
