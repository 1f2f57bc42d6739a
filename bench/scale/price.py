"""What a contact costs, term by term, from counted units and a dated file of prices."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.scale.costs import DATA
from bench.scale.world import Account, World

Terms = dict[str, float]
MILLION = 1e6
PLATFORM_LOG = 332
"""Bytes of log that Lambda itself writes for each run (START, END, REPORT), 26 more a line: of a sample of each."""
LONG_POLL, EMPTY_POLLERS = 20.0, 5
"""Seconds of an empty receive, and how many go on side by side for each queue: Lambda's developer guide, "Using
Lambda with Amazon SQS" (memory)."""
ACCEPT = ("accept", "duplicate", "held", "replayed")
QUEUED = frozenset({"Deliver", "ReplayOverflow", "Probe", "Evidence"})
"""Functions whose messages are received and deleted, two requests a batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """USD by name, their date and region; `vendors` is what others take."""

    date: str
    region: str
    usd: Mapping[str, float]
    vendors: Mapping[str, Mapping[str, Any]]

    def __getitem__(self, name: str) -> float:
        return self.usd[name]


def newest(folder: Path = DATA) -> Prices:
    """The last prices that were written down."""
    told = json.loads(max(folder.glob("prices-*.json")).read_text())
    usd = {name: line["usd"] for name, line in told["prices"].items()}
    return Prices(date=told["date"], region=told["region"], usd=usd, vendors=told["vendors"])


def of_act(world: World, prices: Prices, name: str) -> Terms:
    """Terms of one run of a function, in USD."""
    act, given = world.costs[name], world.settings
    memory = given.intake_memory if act.function == "APIHandler" else given.worker_memory
    batch = {"ReplayOverflow": given.replay_batch, "Deliver": given.lane_batch}.get(act.function, 1.0)
    requests = act.sends + (2 / batch if act.function in QUEUED else 0.0)
    return {
        "functions' calls": prices["lambda_request"] / batch,
        "functions' time": prices["lambda_gb_second"] * memory / 1_024 * world.seconds(name),
        "table writes": prices["write_unit"] * act.writes,
        "table reads": prices["read_unit"] * act.reads,
        "queue requests": prices["queue_request"] * requests,
        "objects": prices["object_put"] * act.objects,
        "log lines": prices["log_byte"] * (act.log_bytes + PLATFORM_LOG / batch),
    }  # fmt: skip


def of_run(world: World, prices: Prices, account: Account) -> tuple[Terms, Terms]:
    """Terms in USD of all that was accepted, and of all that was done, requests that were refused included."""
    gateway = prices["gateway_request"] * account.acts["requests"]
    accept, whole = defaultdict(float, gateway=gateway), defaultdict(float, gateway=gateway)
    for name, times in account.acts.items():
        if name == "requests":
            continue
        for term, usd in of_act(world, prices, name).items():
            whole[term] += usd * times
            accept[term] += usd * times if name in ACCEPT else 0.0
    return accept, whole


def per_million(terms: Terms, contacts: float) -> float | None:
    """USD of a million contacts; None where there were none."""
    return round(sum(terms.values()) / contacts * MILLION, 2) if contacts >= 1 else None
