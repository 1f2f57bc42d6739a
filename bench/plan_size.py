"""What a large plan costs beside a small one: python -m bench.plan_size [--quick] [--json] [--save]."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from bench.records import keep, offer_to_keep
from bench.timing import Run, race
from chalicelib.domain.model import Contact, Medium, Party
from chalicelib.domain.plan import Plan
from chalicelib.domain.plan_diff.changes import changes
from chalicelib.domain.plan_document.lint import unsound, warnings
from chalicelib.domain.plan_document.reader import dump_plan, read_plan
from chalicelib.domain.routing import Situation
from chalicelib.service.rows import contact_row

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MARKETS = ("fr", "uk", "de", "es", "world")
OPTIONS = 8
DESKS = 400
Came = TypeVar("Came")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Channels and routes of a plan; each route has eight options."""

    channels: int
    routes: int


SMALL, LARGE = Size(channels=50, routes=200), Size(channels=5_000, routes=20_000)


def plan_text(size: Size, deadline: str = "4h") -> str:
    """A sound plan of that size as JSON: every purpose has a route for each market and a channel of its own."""
    ways = size.channels * 4 // 5
    boxes = size.channels - ways
    desks = {f"d{n}": {"channel": f"box-{n % boxes}", "capacity": {"rate": 5}} for n in range(DESKS)}
    purposes = {
        f"p{n}": {
            "match": [{"channel": f"in-{n % ways}", "keywords": [f"word{n}"]}],
            "routes": {market: [f"d{(n * 7 + at) % DESKS}" for at in range(OPTIONS)] for market in MARKETS},
            "deadline": deadline,
        }
        for n in range(size.routes // len(MARKETS))
    }
    channels = {f"in-{n}": _channel(MARKETS[n % len(MARKETS)]) for n in range(ways)}
    channels |= {f"box-{n}": _channel("world") | {"provider": f"v{n % 9}"} for n in range(boxes)}
    found = {
        "schema": 1, "public_base_url": "https://contact.example", "market": "fr", "channels": channels,
        "desks": desks, "purposes": purposes,
    }  # fmt: skip
    return json.dumps(found, separators=(",", ":"))


def measure(small: Size, large: Size, *, rounds: int, calls: int) -> dict[str, float]:
    """Seconds of this process's CPU for each step of the large plan; microseconds of a decision in both."""
    text = plan_text(large)
    plan, read = _timed(lambda: read_plan(text, 1))
    media = dict.fromkeys(plan.channels, Medium.MESSAGING)
    found, linted = _timed(lambda: (*unsound(plan), *warnings(plan, media)))
    compiled, dumped = _timed(lambda: dump_plan(plan))
    again, loaded = _timed(lambda: read_plan(compiled, 1))
    _, compared = _timed(lambda: changes(plan, read_plan(plan_text(large, "2h"), 2)))
    fresh = Situation(plan=read_plan(compiled, 1))
    _, first = _timed(lambda: contact_row("in-1", _contact(1), fresh, NOW))
    plans = {"small": read_plan(plan_text(small), 1), "large": again}
    times = race({name: _deciding(one) for name, one in plans.items()}, rounds=rounds, calls=calls)
    return {
        "channels": large.channels, "routes": large.routes, "text_bytes": len(text), "compiled_bytes": len(compiled),
        "warnings": len(found), "check_seconds": read + linted, "compile_seconds": dumped, "load_seconds": loaded,
        "compare_seconds": compared, "first_decision_on_a_channel_microseconds": first * 1e6,
        "decision_small_microseconds": times.of("small"),
        "decision_large_microseconds": times.of("large"), "decision_ratio": times.ratio("large", "small"),
    }  # fmt: skip


def _deciding(plan: Plan) -> Callable[[int], Run]:
    """Contacts of fifty purposes: what the plan's indexes make once is made before the first is timed."""
    situation = Situation(plan=plan)
    numbers = range(0, len(plan.purposes), max(1, len(plan.purposes) // 50))
    asked = [(next(iter(plan.purposes[f"p{n}"].match)).channel, _contact(n)) for n in numbers]
    for channel, contact in asked:
        contact_row(channel, contact, situation, NOW)

    def prepare(calls: int) -> Run:
        def run() -> None:
            for number in range(calls):
                channel, contact = asked[number % len(asked)]
                contact_row(channel, contact, situation, NOW)

        return run

    return prepare


def _contact(number: int) -> Contact:
    return Contact(
        account="", provider_id=f"m{number}", party=Party(address="ann"), text=f"my word{number} please"
    )


def _channel(market: str) -> dict[str, object]:
    return {"kind": "webhook", "market": market, "settings": {"url": "https://desk.example/contacts"}}


def _timed(action: Callable[[], Came]) -> tuple[Came, float]:
    start = time.process_time()
    came = action()
    return came, time.process_time() - start


def main() -> None:
    """Measure, print, and keep the figures if asked to."""
    parser = argparse.ArgumentParser(prog="bench.plan_size", description="What a large plan costs.")
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the size: a check, no figures to quote"
    )
    parser.add_argument("--json", action="store_true", help="the JSON object alone")
    offer_to_keep(parser)
    asked = parser.parse_args()
    large = Size(channels=500, routes=2_000) if asked.quick else LARGE
    found = measure(SMALL, large, rounds=7, calls=300)
    told = {name: round(value, 3) for name, value in found.items()}
    if asked.save:
        keep("plan-size", told)
    sys.stdout.write(f"{json.dumps(told, indent=2)}\n" if asked.json else _table(found))


def _table(found: dict[str, float]) -> str:
    return "".join(f"{name.replace('_', ' '):<30} {value:>14,.3f}\n" for name, value in found.items())


if __name__ == "__main__":
    main()
