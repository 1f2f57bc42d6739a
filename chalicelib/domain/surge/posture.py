"""The posture's machine: what surges raise, quiet lowers, an order commands; and what it has cost this month."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from chalicelib.domain.orders import OrderKind, Orders
from chalicelib.domain.surge.levers import BY_THE_HOUR, SHIPPED, Lever, Posture, Settings
from chalicelib.domain.surge.peaks import Peak, announced
from chalicelib.domain.surge.verdict import Verdict

SEVERE = 5.0
"""Times the usual at which a surge is a crisis at once."""
LASTING, LASTING_TIMES = timedelta(minutes=10), 2.5
"""A smaller surge of at least so many times the usual is one when it lasts."""
QUIET = timedelta(minutes=15)
"""A posture is left, for the next lower one, when nothing has asked for it for so long."""
SCOPE = "capacity:"
"""An order's scope is this and the posture that it commands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """One versioned item. `asked_at` is when something last asked for this posture.

    `because` is why it is what it is; `settings` stand in the cloud, but for the `pending` levers, which do not yet;
    `spent` USD of `month` are gone, counted up to `counted_at`, and `hourly` goes from then on; `capped`: money forbids
    some of what the posture would have. `news` is a change that was not told yet, as the words of its ledger entry.
    """

    version: int = 0
    posture: Posture = Posture.CALM
    since: datetime | None = None
    asked_at: datetime | None = None
    because: str = "begun"
    settings: Settings = field(default_factory=lambda: dict(SHIPPED))
    pending: tuple[Lever, ...] = ()
    capped: bool = False
    month: str = ""
    spent: float = 0.0
    hourly: float = 0.0
    counted_at: datetime | None = None
    news: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What asks for a posture now, and why; `ordered` by an operator, or `announced` in the plan."""

    posture: Posture
    because: str
    ordered: bool = False
    announced: bool = False


def asked_by(verdicts: Iterable[Verdict], now: datetime) -> Asked:
    """What the streams ask for: the highest of what each does."""
    found = [_asked_by(verdict, now) for verdict in verdicts if verdict.surging]
    return max(
        found, key=lambda each: each.posture.rank, default=Asked(posture=Posture.CALM, because="quiet")
    )


def ordered(orders: Orders, now: datetime) -> Asked | None:
    """What an order commands now, the highest when there are several; None when there is none."""
    found = [
        Posture(order.scope.removeprefix(SCOPE))
        for order in orders.given
        if order.kind is OrderKind.POSTURE and order.holds_at(now)
    ]
    if not found:
        return None
    return Asked(posture=max(found, key=lambda posture: posture.rank), because="order", ordered=True)


def with_peaks(asked: Asked, peaks: tuple[Peak, ...], now: datetime) -> Asked:
    """What is asked for when announced peaks count as well: they raise, and never lower."""
    peak = announced(peaks, now)
    return Asked(posture=peak, because="peak", announced=True) if peak.rank > asked.posture.rank else asked


def moved(stance: Stance, asked: Asked, now: datetime) -> Stance:
    """The stance after looking at what is asked for.

    An order is obeyed at once, in either direction. A surge raises at once. What nothing has asked for any more is
    left QUIET later, one posture at a time; so is what an order commanded, when it has ended.
    """
    if asked.ordered or asked.posture.rank > stance.posture.rank:
        return _taken(stance, asked.posture, asked.because, now)
    if asked.posture is stance.posture:
        return _taken(stance, asked.posture, asked.because, now)
    if stance.asked_at is not None and now - stance.asked_at < QUIET:
        return stance
    return _taken(stance, stance.posture.down(), "quiet", now)


def running(after: Stance, before: Stance, hourly: float, now: datetime) -> Stance:
    """The stance with what it costs an hour. What is to be given back costs as before until it is gone."""
    owed = bool(BY_THE_HOUR & set(after.pending))
    price = max(hourly, before.hourly) if owed else hourly
    return replace(after, hourly=price, counted_at=now if price else after.counted_at)


def counted(stance: Stance, now: datetime) -> Stance:
    """The stance with what was spent since it was last counted; a new month (UTC) begins with nothing."""
    month, since = f"{now.astimezone(UTC):%Y-%m}", stance.counted_at
    if month == stance.month and not stance.hourly:
        return stance
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    hours = (now - max(since, first)) / timedelta(hours=1) if since else 0.0
    spent = (stance.spent if month == stance.month else 0.0) + stance.hourly * hours
    return replace(stance, month=month, spent=spent, counted_at=now)


def _asked_by(verdict: Verdict, now: datetime) -> Asked:
    lasts = verdict.since is not None and now - verdict.since >= LASTING
    if verdict.multiple >= SEVERE:
        return Asked(posture=Posture.CRISIS, because="surge")
    if lasts and verdict.multiple >= LASTING_TIMES:
        return Asked(posture=Posture.CRISIS, because="lasting_surge")
    return Asked(posture=Posture.ALERT, because="surge")


def _taken(stance: Stance, posture: Posture, because: str, now: datetime) -> Stance:
    if posture is stance.posture:
        return stance if posture is Posture.CALM else replace(stance, asked_at=now)
    return replace(stance, posture=posture, because=because, since=now, asked_at=now)
