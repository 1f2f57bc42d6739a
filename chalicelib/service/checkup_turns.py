"""When each channel and the plan have their checkup: once an hour, spread over its minutes."""

import json
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b

from chalicelib.domain.plan import Plan
from chalicelib.domain.upgrade.times import millis
from chalicelib.ports import Note

PLAN = ""
"""The name of the checkup of the plan itself."""
HOUR = 60


def due(plan: Plan, now: datetime) -> Iterator[Note]:
    """The checkups of this minute: each once an hour, each at its own minute."""
    minute = millis(now) // 60_000 % HOUR
    for name in (PLAN, *plan.channels):
        own = int.from_bytes(blake2b(name.encode(), digest_size=4).digest(), "big")
        if own % HOUR == minute:
            yield Note(queue="probes", body=json.dumps({"checkup": name}), delay=own // HOUR % 50)
