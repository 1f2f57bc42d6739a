"""What our code costs per act, as measured: kept with its date, read by the models."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data"
NAME = "costs-*.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One run of one function for one message.

    `function` is the template's logical id; `cpu_ms` is of a whole core of the measuring machine, AWS's client included
    and its network not; `dynamo` and the rest count calls; `units` are write units by table and by
    `table/index`, `metrics` what its log lines have counted.
    """

    function: str
    cpu_ms: float
    dynamo: int
    sends: int
    objects: int
    reads: float
    units: Mapping[str, int]
    sent_bytes: int
    log_bytes: int
    metrics: Sequence[str] = ()

    @property
    def writes(self) -> int:
        """Write units of all tables and their indexes."""
        return sum(self.units.values())

    def of(self, place: str) -> int:
        """Write units of one table, or of one index."""
        return self.units.get(place, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Acts by name, the day when they were measured, and on what."""

    date: str
    machine: str
    acts: Mapping[str, Act]

    def __getitem__(self, name: str) -> Act:
        return self.acts[name]


def newest(folder: Path = DATA) -> Costs:
    """The last that were kept."""
    return read(json.loads(max(folder.glob(NAME)).read_text()))


def read(document: Mapping[str, Any]) -> Costs:
    """From the kept document."""
    acts = {name: Act(**act) for name, act in document["acts"].items()}
    return Costs(date=document["date"], machine=document["machine"], acts=acts)


def dump(costs: Costs) -> str:
    """As it is kept."""
    return json.dumps(asdict(costs), indent=1) + "\n"
