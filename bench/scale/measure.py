"""Measures what each act costs by doing it: the real app and workers, on moto, with a meter before every call."""

import json
import platform
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from bench.scale.costs import Act, Costs
from bench.scale.meter import Tally
from bench.scale.rig import Rig, rig
from bench.stage import CHANNEL, NOW, PLAN, SECRET, event

Json = dict[str, Any]
HOOK = "whsec_" + b64encode(b"bascule-scale-secret-24b").decode()
RATE = 1_000
CHANNELS, MINUTES = 10, 5
REFUSED = 4
"""Rounds with a table that refuses: each waits for botocore's second try."""
FUNCTIONS = {
    "accept": "APIHandler", "duplicate": "APIHandler", "held": "APIHandler", "replayed": "ReplayOverflow",
    "deliver": "Deliver", "full": "Deliver", "done": "Deliver", "minute": "Tick", "probe": "Probe",
    "checkup": "Probe",
}  # fmt: skip


def measured(rounds: int, date: str) -> Costs:
    """Every act, `rounds` times; the first of each warms its container and is left out."""
    found: dict[str, list[Tally]] = {name: [] for name in FUNCTIONS}
    with rig(plan(RATE), secrets(), NOW) as here:
        _contacts(here, found, rounds)
        _overflow(here, found, min(rounds, REFUSED))
    with rig(plan(1, desks=("alpha",)), secrets(), NOW) as here:
        _waiting(here, found, rounds)
    with rig(quiet(), secrets(), NOW) as here:
        _minutes(here, found)
    acts = {name: act(FUNCTIONS[name], tallies[1:]) for name, tallies in found.items()}
    return Costs(date=date, machine=f"{platform.machine()}, Python {platform.python_version()}", acts=acts)


def act(function: str, tallies: Sequence[Tally]) -> Act:
    """The usual one: the commonest counts, the median of CPU and bytes."""
    calls = _commonest([_counts(tally.calls) for tally in tallies])
    by_service = Counter({"dynamodb": 0, "sqs": 0, "s3": 0})
    for name, count in calls.items():
        by_service[name.partition(":")[0]] += count
    return Act(
        function=function,
        cpu_ms=round(median(tally.cpu for tally in tallies) * 1_000, 2),
        dynamo=by_service["dynamodb"],
        sends=by_service["sqs"],
        objects=by_service["s3"],
        reads=median(tally.reads for tally in tallies),
        units=_commonest([dict(tally.units) for tally in tallies]),
        sent_bytes=round(median(tally.sent for tally in tallies)),
        log_bytes=round(median(tally.calls["logs:bytes"] for tally in tallies)),
        metrics=sorted(set().union(*(tally.metrics for tally in tallies))),
    )


def plan(rate: float, desks: Sequence[str] = ("alpha", "beta", "gamma")) -> str:
    """The stage's plan, whose desks have a rate and take any of these orders."""
    text = json.loads(PLAN)
    for desk in text["desks"].values():
        desk["capacity"] = {"rate": rate}
    text["purposes"]["order"]["routes"] = {"fr": [f"desk-{desk}" for desk in desks]}
    return json.dumps(text)


def quiet() -> str:
    """Ten channels on which nothing happens and all is well."""
    text = json.loads(PLAN)
    names = [
        *(f"box-{name}" for name in ("alpha", "beta", "gamma")),
        *(f"box-{n}" for n in range(CHANNELS - 3)),
    ]
    text["channels"] = {
        name: {"kind": "webhook", "settings": {"url": f"https://{name}.example"}} for name in names
    }
    text["purposes"] = {"order": {"match": [{"channel": "box-0"}], "routes": {"fr": ["desk-alpha"]}}}
    return json.dumps(text)


def secrets() -> dict[str, Json]:
    """Of every channel of these plans."""
    boxes = [
        *(f"box-{name}" for name in ("alpha", "beta", "gamma")),
        *(f"box-{n}" for n in range(CHANNELS - 3)),
    ]
    page = {"app_secret": [SECRET], "verify_token": "word", "page_token": "token"}
    return {CHANNEL: page, **{name: {"secret": HOOK} for name in boxes}}


def _contacts(here: Rig, found: Mapping[str, list[Tally]], rounds: int) -> None:
    found["accept"] += [here.request(event(number)) for number in range(rounds)]
    found["duplicate"] += [here.request(event(number)) for number in range(rounds)]
    bells = here.messages("normal")
    found["deliver"] += [here.batch("deliver", [bell]) for bell in bells]
    found["done"] += [here.batch("deliver", [bell]) for bell in bells]


def _overflow(here: Rig, found: Mapping[str, list[Tally]], rounds: int) -> None:
    """The contacts table refuses: requests are held, and replayed once it takes them again."""
    here.meter.refusing = frozenset({"PutItem"})
    found["held"] += [here.request(event(10_000 + number)) for number in range(rounds)]
    here.meter.refusing = frozenset()
    found["replayed"] += [here.batch("replay_overflow", [held]) for held in here.messages("overflow")]


def _waiting(here: Rig, found: Mapping[str, list[Tally]], rounds: int) -> None:
    """One desk, whose one token of each second is taken by the first bell."""
    for number in range(rounds + 1):
        here.request(event(20_000 + number))
    bells = here.messages("normal")
    for bell in bells:
        tally = here.batch("deliver", [bell])
        if tally.calls["sqs:SendMessage"]:
            found["full"].append(tally)


def _minutes(here: Rig, found: Mapping[str, list[Tally]]) -> None:
    for _ in range(MINUTES):
        here.clock.advance(60)
        found["minute"].append(here.batch("tick", []))
        notes = here.messages("probes")
        found["probe"] += [here.batch("probe", [note]) for note in notes if "checkup" not in json.loads(note)]
    _checkups(here, found)


def _checkups(here: Rig, found: Mapping[str, list[Tally]]) -> None:
    """The hourly looks of the doctor at each channel, the second time, when nothing has changed since the first."""
    channels = here.wired.situations.read(here.clock.now()).plan.channels
    for _ in range(2):
        here.clock.advance(3_600)
        tallies = [here.batch("probe", [json.dumps({"checkup": name})]) for name in channels]
    found["checkup"] += tallies


def _counts(calls: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in calls.items() if name != "logs:bytes"}


def _commonest(found: Sequence[dict[str, int]]) -> dict[str, int]:
    texts = Counter(json.dumps(each, sort_keys=True) for each in found)
    return dict(json.loads(texts.most_common(1)[0][0]))
