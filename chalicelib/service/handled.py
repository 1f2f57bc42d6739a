"""What came of one request, for the one log line and its metric; holds no personal data."""

from dataclasses import dataclass

from chalicelib.channels import Channel, Refusal, Standing, Verdict
from chalicelib.http_types import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """The answer, and the counts behind it. `because` explains a refusal or an overflow without quoting anybody."""

    answer: Answer
    channel: str
    kind: str = ""
    standing: Standing = Standing.DECIDED
    refusal: Refusal | None = None
    new: int = 0
    duplicates: int = 0
    foreign: int = 0
    faults: int = 0
    ignored: int = 0
    unrung: int = 0
    overflow: bool = False
    because: str = ""


def refused(channel: Channel, refusal: Refusal, because: str) -> Handled:
    """The vendor's own answer to a request that is not taken."""
    return Handled(
        answer=channel.answer(Verdict(standing=Standing.REFUSED, refusal=refusal)),
        channel=channel.config.id,
        kind=channel.kind,
        standing=Standing.REFUSED,
        refusal=refusal,
        because=because,
    )
