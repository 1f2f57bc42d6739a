"""Listens for what is not heard: a row whose receipt is due is one observation of silent loss, good or bad."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from chalicelib.channels import Channel
from chalicelib.domain.detection.receipts import arrived, missing, receipt_rules, speaks
from chalicelib.domain.model import Direction, EvidenceClass, path_id
from chalicelib.domain.outbox import Row, RowState
from chalicelib.ports import Unavailable
from chalicelib.service.hand_over import HandOver
from chalicelib.service.proof import write_loss
from chalicelib.service.situation import NoSituation, SituationReader

HEARD_OF = frozenset({RowState.DELIVERED, RowState.ANSWERED, RowState.CLOSED})


@dataclass(slots=True)
class Silence:
    """Judges each sent row once, when its receipt's time is up: good ones too, so that both kinds come equally late."""

    situations: SituationReader
    hands: HandOver

    def judge(self, row: Row, now: datetime) -> None:
        """One observation on the row's path, if its channel promises receipts and the time for this one is up."""
        if (row.work.state is not RowState.SENT and row.work.state not in HEARD_OF) or not row.work.attempts:
            return
        sent_at = row.work.attempts[-1].at
        with suppress(Unavailable, NoSituation):  # one observation less
            channel = self.hands.channel_tried(row, self.situations.read(now))
            if channel is not None and channel.receipts and now >= sent_at + channel.receipts.wait:
                self._learn(channel, row, now, came=row.work.state in HEARD_OF)

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
