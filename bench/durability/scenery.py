"""What every part of the benchmark knows: the plan, the secrets, the clock, and where the parts listen."""

import json
import time
from base64 import b64encode
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "whsec_" + b64encode(b"bascule-durability-bench").decode()
KEYED, UNKEYED = ("a.example", "b.example", "people.example"), "c.example"
"""Hosts whose provider takes a key once, and the one that knows no keys. People are written to, desks are handed."""

PLAN = """
schema: 1
public_base_url: https://bascule.example
market: fr
languages: [fr, en]
channels:
  shop: {kind: webhook, market: fr, settings: {url: "https://people.example/in"}}
  form: {kind: webhook, market: fr, settings: {url: "https://people.example/in"}}
  post: {kind: webhook, market: fr, settings: {url: "https://people.example/in"}}
  box-a: {kind: webhook, provider: alpha, settings: {url: "https://a.example/in"}}
  box-b: {kind: webhook, provider: beta, settings: {url: "https://b.example/in"}}
  box-c: {kind: webhook, provider: gamma, settings: {url: "https://c.example/in"}}
desks:
  desk-a: {channel: box-a, target: {queue: sales}, capacity: {rate: 200}}
  desk-b: {channel: box-b, target: {queue: sales}, capacity: {rate: 200}}
  desk-c: {channel: box-c, target: {queue: sales}}
purposes:
  order: {match: [{channel: shop}], routes: {fr: [desk-a, desk-b]}, lane: normal, deadline: 72h}
  question: {match: [{channel: form}], routes: {fr: [desk-b, desk-a]}, lane: urgent, deadline: 72h}
  letter: {match: [{channel: post}], routes: {fr: [desk-c, desk-a]}, lane: bulk, deadline: 72h}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenery:
    """One run. `pace` is how many of the clock's seconds pass in one of ours; `began` is of `time.monotonic`.

    `crash` is the share of steps in which their process dies; `trouble` scales every other fault; `letters` is the
    share of contacts whose first desk knows no keys; `planted` names a fault of the product put in on purpose, to
    see it counted.
    """

    folder: str
    seed: int
    contacts: int
    pace: float
    began: float
    crash: float = 0.05
    trouble: float = 1.0
    letters: float = 0.10
    planted: str = ""

    def address(self, part: str) -> str:
        """The socket of `store`, `provider` or `intake`."""
        return str(Path(self.folder) / part)

    def dump(self) -> str:
        """As text for another process."""
        return json.dumps(asdict(self))

    def now(self) -> datetime:
        """The run's time: all processes of one machine share one monotonic clock."""
        return START + timedelta(seconds=(time.monotonic() - self.began) * self.pace)

    def pause(self, seconds: float) -> None:
        """Let so many of the clock's seconds pass."""
        time.sleep(seconds / self.pace)

    def real(self, seconds: float, least: float = 0.5) -> float:
        """So many of the clock's seconds in ours, and no fewer than `least`: the machine plays everybody at once."""
        return max(least, seconds / self.pace)


def read_scenery(text: str) -> Scenery:
    """What `dump` wrote."""
    return Scenery(**json.loads(text))
