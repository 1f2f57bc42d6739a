"""What a dry run's request supposes: `plan`, `orders`, `health`, `load`, `shares`, each read with its faults."""

from datetime import datetime, timedelta

from chalicelib.domain.belief import DOWN, TRIAL, UNKNOWN, UP, Belief
from chalicelib.domain.load import Load
from chalicelib.domain.orders import LONGEST, Order, OrderKind
from chalicelib.domain.plan_document.faults import Place
from chalicelib.domain.safety import FORBIDDING
from chalicelib.handlers.asked import instant
from chalicelib.handlers.operate.shares import read_shares, shares_of
from chalicelib.service.operate.supposed import Supposed

FIELDS = ("plan", "orders", "health", "load", "shares")
KINDS = tuple(sorted(kind.value for kind in (*FORBIDDING, OrderKind.FORCE_UP, OrderKind.SHARES)))
STATES = (UP, TRIAL, DOWN, UNKNOWN)
READINGS = ("in_use", "free", "waiting")
MOST = 1_000
LARGEST = 2**53
_BELIEF = ("state", "weight", "salt", "score", "account", "throttled_until")


def read_supposed(place: Place, now: datetime) -> Supposed:
    """What the request supposes. The value after a fault is of no account: `settled` raises."""
    orders, health, load, shares = (place.at(name) for name in FIELDS[1:])
    for part in (orders, health, load, shares):
        if isinstance(part.value, list | dict) and len(part.value) > MOST:
            part.fault(f"must have at most {MOST} entries")
            return Supposed()
    given = [_order(number, one, now) for number, one in enumerate(orders.items(), 1)]
    return Supposed(
        plan=plan_text(place.at("plan")),
        orders=None if orders.value is None else tuple(given),
        beliefs={path: _belief(one) for path, one in health.entries().items()},
        loads={desk: _load(one, now) for desk, one in load.entries().items()},
        shares={scope: read_shares(one) for scope, one in shares.entries().items()},
    )


def plan_text(place: Place) -> str:
    """The text of a proposed plan; what is wrong in it is told with its own paths."""
    if place.value is None:
        return ""
    if not isinstance(place.value, str) or not place.value.strip():
        place.fault("must be the text of a plan, YAML or JSON")
        return ""
    return place.value


def _order(number: int, place: Place, now: datetime) -> Order:
    """It holds from now on for a day unless it says otherwise."""
    place.entries(("kind", "scope", "since", "until", "shares"))
    kind, scope = place.at("kind").choice(KINDS, None) or KINDS[0], place.at("scope").text(None, most=200)
    since, until = (_moment(place.at(name)) for name in ("since", "until"))
    return Order(
        id=f"supposed-{number}", kind=OrderKind(kind), scope=scope, since=since or now, until=until or now + LONGEST,
        owner="", reason="", shares=shares_of(place, kind, scope),
    )  # fmt: skip


def _belief(place: Place) -> Belief:
    """A word for its state, or a mapping with it; a `weight` of its own comes with a trial only."""
    if isinstance(place.value, str):
        place = Place(value={"state": place.value}, path=place.path, faults=place.faults)
    place.entries(_BELIEF)
    state = place.at("state").choice(STATES, None) or UNKNOWN
    weight = place.at("weight").number(0.0, 1.0, 0.0 if state == DOWN else 1.0)
    return Belief(
        state=state, weight=1.0 if weight is None else weight, salt=place.at("salt").whole(0, LARGEST) or 0,
        score=place.at("score").whole(0, LARGEST) or 0, account=place.at("account").flag(),
        throttled_until=_moment(place.at("throttled_until")),
    )  # fmt: skip


def _load(place: Place, now: datetime) -> Load:
    place.entries((*READINGS, "age"))
    age = place.at("age").whole(0, 86_400) or 0
    in_use, free, waiting = (place.at(name).whole(0, 1_000_000) for name in READINGS)
    return Load(at=now - timedelta(seconds=age), in_use=in_use, free=free, waiting=waiting)


def _moment(place: Place) -> datetime | None:
    return None if place.value is None else instant(place)
