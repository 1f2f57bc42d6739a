"""The minute's anchor of the ledger, beside the tick: neither keeps the other from its work."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from chalicelib.domain.upgrade.times import millis
from chalicelib.handlers.log import counted
from chalicelib.ports import Unavailable

if TYPE_CHECKING:
    from chalicelib.wiring import Wired


def keep_anchored(wired: "Wired", notes: Sequence[str] | None) -> None:
    """Anchor what the ledger has come to and write a line; `notes` are those of a ring, which anchors nothing.

    What a store or the key service keeps us from is anchored a minute later. Trouble is told as a metric, nothing else.
    """
    from chalicelib.service.anchoring import Anchoring

    if notes is not None:
        return
    stores = wired.stores
    anchoring = Anchoring(ledger=stores.ledger, anchors=stores.anchors, stage=wired.settings.stage)
    now = wired.clock.now()
    try:
        written = anchoring.run(now)
    except Unavailable as down:
        counted("ledger not anchored", {"AnchorsMissed": 1}, millis(now), because=str(down))
        return
    if written is not None:
        broken = {"AnchorsBroken": len(written.broken) + written.strange}
        counted("ledger anchored", broken, millis(now), **asdict(written))
