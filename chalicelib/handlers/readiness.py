"""The minute's look at the capacity posture, beside the tick: neither keeps the other from its work."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from chalicelib.handlers.log import line
from chalicelib.ports import Unavailable
from chalicelib.service.situation import NoSituation

if TYPE_CHECKING:
    from chalicelib.wiring import Wired


def keep_ready(wired: "Wired", notes: Sequence[str] | None) -> None:
    """Keep the posture and write its line; `notes` are those of a ring, None in a scheduled run.

    A ring matters here when an operator did something. What a store keeps us from is done a minute later.
    """
    from chalicelib.service.posture import Keeper

    if notes is not None and not any('"operation"' in note for note in notes):
        return
    now = wired.clock.now()
    try:
        plan = wired.situations.read(now).plan
        kept = Keeper(stores=wired.stores).keep(plan, now, minute=notes is None)
    except (Unavailable, NoSituation) as down:
        line("posture not kept", because=str(down))
        return
    if plan.capacity is not None:
        line("posture", **asdict(kept))
