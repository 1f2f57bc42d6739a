"""What came of one request, for the one log line and its metric; holds no personal data."""

from dataclasses import dataclass

from chalicelib.channels import Refusal, Standing
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
