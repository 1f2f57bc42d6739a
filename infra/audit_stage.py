"""The verification of a deployed stage: what is read where, and in which order."""

import argparse
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, TextIO

from chalicelib.domain.audit.anchor import Unreadable, read_anchor
from chalicelib.domain.audit.faults import Fault
from chalicelib.domain.audit.rows import Checked
from chalicelib.domain.audit.rsa import PublicKey, read_key
from chalicelib.domain.audit.verify import Verification
from chalicelib.ports import Missing
from infra.audit_book import DiskBook
from infra.audit_export import head_line
from infra.audit_live import Live
from infra.audit_run import Span, save_touched, saving, verified
from infra.backup import stage_of

Json = dict[str, Any]


def checked_stage(
    asked: argparse.Namespace, keys: list[PublicKey], span: Span, told: Callable[[Checked], None]
) -> Json:
    """Verify what is deployed under this name."""
    stage = stage_of(asked.stage, asked.region)
    live = Live(
        clients=stage.clients,
        table=stage.names["LedgerTable"],
        bucket=stage.names["AnchorBucket"],
        key=stage.names["AnchorKey"],
    )
    if asked.save_key:
        asked.save_key.write_bytes(live.public_key())
        return {"faults": 0, "key": read_key(live.public_key()).fingerprint}
    now = datetime.now(UTC)
    with ExitStack() as open_files:
        file = open_files.enter_context(asked.save.open("w", encoding="utf-8")) if asked.save else None
        trusted = keys or [read_key(live.public_key())]
        checking = Verification(
            stage=asked.stage, keys=trusted, book=DiskBook(), wanted=span.__contains__, now=now,
            touched=live.touched(_last(live), now), every=asked.every, told=told,
        )  # fmt: skip
        return look(live, checking, span, file)


def look(live: Live, checking: Verification, span: Span, file: TextIO | None) -> Json:
    """Read it all, once."""
    doubts: list[Fault] = []
    if file is not None and checking.now is not None:
        print(head_line(checking.stage, checking.now), file=file)
    save_touched(file, checking.touched)
    first = live.first(span.since) if span.since else 1
    anchors = saving(file, "anchors", live.anchors(doubts.append, first))
    found = verified(checking, anchors, saving(file, "rows", live.rows(span.__contains__)), sys.stdout)
    for doubt in doubts:
        print(doubt.words)
    return {**found, "faults": found["faults"] + len(doubts)}


def _last(live: Live) -> datetime | None:
    """When the newest anchor was written; None when there is none that can be read."""
    try:
        return read_anchor(live.newest()).at
    except (Missing, Unreadable):
        return None
