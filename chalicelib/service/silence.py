"""Listens for what is not heard: a row whose receipt is due is one observation of silent loss, good or bad."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from chalicelib.channels import Channel
from chalicelib.domain.detection.receipts import arrived, missing, receipt_rules, speaks
from chalicelib.domain.model import Direction, EvidenceClass, path_id
from chalicelib.domain.outbox import Row, RowState
from chalicelib.domain.vendor_lists.seen import UNDECIDED, Seen
from chalicelib.ports import Unavailable
from chalicelib.service.hand_over import HandOver
from chalicelib.service.lists import Lists
from chalicelib.service.proof import write_loss
from chalicelib.service.registry import tried_channel
from chalicelib.service.situation import NoSituation, SituationReader

HEARD_OF = frozenset({RowState.DELIVERED, RowState.ANSWERED, RowState.CLOSED})


@dataclass(slots=True)
class Silence:
    """Judges each sent row once, when its receipt's time is up: good ones too, so that both kinds come equally late."""

    situations: SituationReader
    hands: HandOver

    def judge(self, row: Row, now: datetime, lists: Lists, seen: Seen | None = None) -> None:
        """One observation on the row's path, if its channel promises receipts and the time for this one is up.

        `seen` is what the provider's list has of a row whose receipt is missing: what is still on its way, or known to
        have failed, is none. Of the receipts that came some are held against the list.
        """
        if (row.work.state is not RowState.SENT and row.work.state not in HEARD_OF) or not row.work.attempts:
            return
        sent_at = row.work.attempts[-1].at
        with suppress(Unavailable, NoSituation):  # one observation less
            channel = tried_channel(self.hands.registry, row, self.situations.read(now).plan)
            if channel is None or not channel.receipts or now < sent_at + channel.receipts.wait:
                return
            came = row.work.state in HEARD_OF or seen is Seen.DELIVERED
            if came and seen is None:
                came = not lists.contradicted(row, self.situations.read(now), now)
            if seen not in UNDECIDED:
                self._learn(channel, row, now, came=came)

    def _learn(self, channel: Channel, row: Row, now: datetime, *, came: bool) -> None:
        path = path_id(channel.config.id, Direction.OUT, channel.config.market)
        if not came:
            write_loss(self.hands.believer.ledger, row, path, now)
        known, sent_at = self.hands.health.read([path]).get(path), row.work.attempts[-1].at
        if not speaks(known.classes.get(EvidenceClass.SILENT) if known else None, sent_at):
            return
        believer = self.hands.believer
        usual = channel.receipts.missing if channel.receipts else 0.0
        signal = arrived(now) if came else missing(now, "no receipt in its time")
        believer.learn(path, signal, known, receipt_rules(believer.rules, usual))
