"""One call to a provider, and what came of it as an outcome: the only place that catches a channel's errors."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.channels import Channel, ChannelError, SendFailed
from chalicelib.domain.detection.promise import ReceiptPromise
from chalicelib.domain.model import Message, Outcome, Sent, Signal
from chalicelib.http_types import MaybeSent, NotSent


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one send. `outcome` is UNKNOWN when the body left and no answer came."""

    outcome: Outcome
    sent: Sent | None = None
    detail: str = ""
    retry_after: float = 0.0
    promise: ReceiptPromise | None = None

    def names(self, own: str) -> frozenset[str]:
        """What the provider calls it, but for our `own` key."""
        return frozenset((self.sent.provider_id, self.sent.part) if self.sent else ()) - {"", own}

    def signal(self, now: datetime, vantage: str) -> Signal:
        """The evidence in it."""
        return Signal(
            outcome=self.outcome, at=now, detail=self.detail, retry_after=self.retry_after, vantage=vantage
        )


def attempt(channel: Callable[[], Channel], message: Message, now: datetime) -> Result:
    """Send one message. `channel` is made inside, so that a missing setting is an outcome of ours, not a crash."""
    try:
        made = channel()
        sent = made.send(message, now)
    except SendFailed as failed:
        return Result(outcome=failed.outcome, detail=failed.detail, retry_after=failed.retry_after)
    except NotSent as refused:
        return Result(outcome=Outcome.OUTAGE, detail=f"not sent: {refused}")
    except MaybeSent as silent:
        return Result(outcome=Outcome.UNKNOWN, detail=f"maybe sent: {silent}")
    except ChannelError as broken:
        return Result(outcome=Outcome.AUTH, detail=str(broken))
    return Result(outcome=Outcome.OK, sent=sent, promise=made.receipts if sent.receipt_due else None)


def ask(channel: Callable[[], Channel], now: datetime, vantage: str) -> Signal:
    """One probe. No answer in time is an outage to a probe: nothing can have been doubled by it."""
    try:
        signal = channel().probe(now)
    except SendFailed as failed:
        return Signal(outcome=failed.outcome, at=now, detail=failed.detail, vantage=vantage)
    except (NotSent, MaybeSent) as silent:
        return Signal(outcome=Outcome.OUTAGE, at=now, detail=f"no answer: {silent}", vantage=vantage)
    except ChannelError as broken:
        return Signal(outcome=Outcome.AUTH, at=now, detail=str(broken), vantage=vantage)
    return Signal(
        outcome=signal.outcome,
        at=signal.at,
        latency=signal.latency,
        detail=signal.detail,
        retry_after=signal.retry_after,
        evidence=signal.evidence,
        vantage=vantage,
    )
