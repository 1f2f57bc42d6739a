"""The providers' process: desks and people by host, keys honoured where they are, receipts late or lying, a journal."""

import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any

from bench.durability.line import HANG_UP, end_with_parent, serve
from bench.durability.messages import Sent
from bench.durability.scenery import KEYED, UNKEYED, Scenery, read_scenery

REFUSED, THROTTLED, BROKEN, CUT, CUT_AFTER, SILENT_AFTER = (
    "refused",
    "429",
    "503",
    "cut",
    "cut after",
    "silent after",
)
SHARES = {REFUSED: 0.01, THROTTLED: 0.005, BROKEN: 0.01, CUT: 0.005, CUT_AFTER: 0.005, SILENT_AFTER: 0.003}
"""Of all sends. "After" means that it was taken and nobody was told."""
REPORTS = KEYED[0]
"""The host that sends receipts on what it took."""
LIES = {
    "swallowed": 0.02,
    "denied": 0.01,
    "belied": 0.003,
    "never": 0.01,
    "early": 0.03,
    "twice": 0.05,
    "late": 0.10,
}
"""What its receipts are worth: "delivered" for what nobody ever saw; "failed" for what did not arrive, and for what
did; none; one that overtakes the answer; each twice; one after we stopped waiting for it. The rest are true."""
WORDS = {"answered": 0.10, "reply": 0.05, "closed": 0.05}
SOON, LATE = 60.0, 330.0
"""Seconds of the run's clock within which a receipt or an agent's word comes."""


class Providers:
    """All of them. `answer` takes a Sent, or "hooks" for the webhooks that are due."""

    def __init__(self, scenery: Scenery) -> None:
        self.scenery = scenery
        self._draw, self._lock = Random(scenery.seed + 3), Lock()  # noqa: S311 - a repeatable draw
        self._forgets = scenery.planted == "forgets keys"
        self._shares = SHARES | (
            {CUT_AFTER: 0.1} if self._forgets else {}
        )  # repetitions enough for a small run
        self._seen: dict[tuple[str, str], str] = {}
        self._hooks: list[tuple[float, int, str, str, dict[str, Any]]] = []
        self._ids = count(1)
        self._journal = Path(scenery.folder, "journal").open("a", encoding="utf-8")  # noqa: SIM115 - open for good
        self.counted: Counter[str] = Counter()

    def answer(self, asked: Sent | str) -> object:
        """The code, or HANG_UP."""
        if asked == "hooks":
            return self._due()
        if asked == "faults":
            return dict(self.counted)
        assert isinstance(asked, Sent)
        if asked.method == "GET" or b'"bascule.probe"' in asked.body:
            return 200
        fault = self._drawn(self._shares)
        if fault:
            self.counted[fault] += 1
        match fault:
            case "refused" | "429" | "503":
                return fault
            case "cut":
                return HANG_UP
        self._take(asked)
        if fault == SILENT_AFTER:
            time.sleep(self.scenery.real(8.0) * 2)  # longer than anybody waits
        return HANG_UP if fault in (CUT_AFTER, SILENT_AFTER) else 202

    def _drawn(self, shares: Mapping[str, float]) -> str:
        drawn = self._draw.random()
        for name, share in shares.items():
            drawn -= share * self.scenery.trouble
            if drawn < 0:
                return name
        return ""

    def _take(self, sent: Sent) -> None:
        key, event = sent.headers["webhook-id"], json.loads(sent.body)
        with self._lock:
            known = self._seen.get((sent.host, key), "")
            knows = sent.host != UNKEYED and not self._forgets
            lie = (
                known
                if known == "denied"
                else self._drawn(LIES)
                if sent.host == REPORTS and not known
                else ""
            )
            came = lie if lie in ("swallowed", "denied", "belied") else "effect"
            came = "repeated" if known and knows and lie != "denied" else came
            self._seen.setdefault((sent.host, key), came)
            self._write(sent.host, key, came, event)
            if came != "repeated":
                self._speak(sent.host, key, came, lie)

    def _write(self, host: str, key: str, came: str, event: Mapping[str, Any]) -> None:
        told = event["data"]
        entry = {
            "host": host,
            "key": key,
            "came": came,
            "type": event["type"],
            "id": told.get("message_id", ""),
        }
        self._journal.write(json.dumps(entry) + "\n")
        self._journal.flush()

    def _speak(self, host: str, key: str, came: str, lie: str) -> None:
        """Plan the receipts, and what agents say of it."""
        if host == REPORTS and lie != "never":
            state = "failed" if came in ("denied", "belied") else "delivered"
            after = (
                0.0 if lie == "early" else self._draw.uniform(*((SOON, LATE) if lie == "late" else (0, SOON)))
            )
            for _ in range(2 if lie == "twice" else 1):
                self._plan(
                    after, "box-a", {"type": "message.receipt", "data": {"id": f"a-{key}", "state": state}}
                )
        word = self._drawn(WORDS)
        if word and came == "effect" and host != "people.example":
            told = {"reference": key, "text": f"answer to {key}"}
            self._plan(
                self._draw.uniform(0, SOON), f"box-{host[0]}", {"type": f"contact.{word}", "data": told}
            )

    def _plan(self, after: float, channel: str, event: dict[str, Any]) -> None:
        number = next(self._ids)
        at = time.monotonic() + after / self.scenery.pace
        heappush(self._hooks, (at, number, channel, f"hook-{number}", event))

    def _due(self) -> tuple[Sequence[tuple[str, str, dict[str, Any]]], int]:
        """The webhooks whose time has come, fifty at most, and how many are still to come."""
        with self._lock:
            due: list[tuple[str, str, dict[str, Any]]] = []
            while self._hooks and self._hooks[0][0] <= time.monotonic() and len(due) < 50:  # noqa: PLR2004
                due.append(heappop(self._hooks)[2:])
            return due, len(self._hooks)


if __name__ == "__main__":
    end_with_parent()
    run = read_scenery(sys.argv[1])
    serve(run.address("provider"), Providers(run).answer)
