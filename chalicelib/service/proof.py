"""What goes into the ledger as it happens, for a proof later: losses, vendors' words, desks' loads."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from chalicelib.domain.load import Load
from chalicelib.domain.outbox import Row
from chalicelib.domain.upgrade.times import millis
from chalicelib.domain.vendor_lists.seen import Seen
from chalicelib.domain.vendor_pages.plan import PagePlan
from chalicelib.domain.vendor_pages.watched import Watched, believed
from chalicelib.ports import Ledger, Unavailable

PAGES = "pages"
TICKETS = "tickets"


def losses_of(path: str) -> str:
    """The stream of what was lost on a path."""
    return f"losses/{path}"


def loads_of(desk: str) -> str:
    """The stream of a desk's load, a reading a minute at most."""
    return f"loads/{desk}"


def write_loss(ledger: Ledger, row: Row, path: str, now: datetime) -> None:
    """One receipt that did not come in its time: the row, and when it was sent. The row itself says so, too."""
    entry = {"key": row.key, "sent_at": str(millis(row.work.attempts[-1].at)), "what": "missing"}
    with suppress(Unavailable):
        ledger.append(losses_of(path), entry, now)


def reconciled_of(path: str) -> str:
    """The stream of what the provider's own list said of sends on a path."""
    return f"reconciled/{path}"


def write_seen(ledger: Ledger, row: Row, path: str, seen: Seen, now: datetime) -> None:
    """What the list has of one send."""
    sent_at = str(millis(row.work.attempts[-1].at))
    entry = {
        "id": f"{row.key}/{sent_at}/{seen.value}",
        "key": row.key,
        "sent_at": sent_at,
        "seen": seen.value,
    }
    with suppress(Unavailable):
        ledger.append_once(reconciled_of(path), entry, now)


def write_page(ledger: Ledger, page: PagePlan, before: Watched | None, after: Watched) -> None:
    """A vendor's page when what it says of our components changes; `updated_at` is the page's own word (ms)."""
    now = after.asked_at
    said = words_of(page, after, now)
    if before is not None and said == words_of(page, before, now):
        return
    entry = {"page": page.id, "updated_at": str(millis(after.updated_at)) if after.updated_at else "", **said}
    with suppress(Unavailable):
        ledger.append(PAGES, entry, now)


def words_of(page: PagePlan, watched: Watched, now: datetime) -> Mapping[str, str]:
    """The state of each mapped component, as `component:NAME`."""
    components = believed(page, watched, now)
    return {f"component:{name}": one.state.value for name, one in sorted(components.items())}


def write_load(ledger: Ledger, desk: str, before: Load | None, load: Load) -> None:
    """A reading of a desk, if it is the first of its minute."""
    if before is not None and f"{before.at:%Y%m%d%H%M}" == f"{load.at:%Y%m%d%H%M}":
        return
    numbers = {"in_use": load.in_use, "free": load.free, "waiting": load.waiting}
    with suppress(Unavailable):
        ledger.append(loads_of(desk), {name: str(n) for name, n in numbers.items() if n is not None}, load.at)
