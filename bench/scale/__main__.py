"""What the shipped settings carry, and at what price: python -m bench.scale [--quick] [--json] [--save] [--measure]."""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from math import inf
from typing import Any

from bench.records import keep, offer_to_keep
from bench.scale import costs, idle, price, report
from bench.scale.fluid import Fluid
from bench.scale.runs import Bench, answered_429
from bench.scale.scenario import SCENARIOS, Scenario
from bench.scale.settings import every
from bench.scale.verdicts import Verdict, agreement, verdicts
from bench.scale.world import World
from infra.package import package

Json = dict[str, Any]
QUICK, FULL = 50_000, 100_000
ROUNDS = 60


def main() -> int:
    """Run, print, keep if asked to; 1 when the models differ by more than they may."""
    asked = _asked()
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    if asked.measure:
        _measure(today)
    template = json.loads(package().template.read_text())
    bench = Bench(
        settings=every(template),
        costs=costs.newest(),
        prices=price.newest(),
        contacts=asked.contacts or (QUICK if asked.quick else FULL),
    )
    chosen = [one for one in SCENARIOS if asked.scenario in one.name]
    if not chosen:
        print("no such scenario; there are: " + "; ".join(one.name for one in SCENARIOS), file=sys.stderr)
        return 2
    document = run(bench, template, chosen)
    document |= {"date": today, "quick": asked.quick}
    print(json.dumps(document) if asked.json else "\n".join(document["told"]))
    if asked.save:
        del document["told"]
        keep("scale", document)
    return int(not agreement(document["rows"]).met)


def run(bench: Bench, template: Json, scenarios: list[Scenario]) -> Json:
    """Everything that one run found, and the same in words (`told`)."""
    rows = list(bench.rows(scenarios))
    accept, whole, calm = million(bench)
    terms = idle.idle(template, calm, bench.prices)
    refused = answered_429()
    judged = list(verdicts(rows, refused, sum(term.usd for term in terms)))
    return {
        "rows": rows,
        "calls_answered_429_percent": refused,
        "usd_per_million": {"accept": _cents(accept), "whole": _cents(whole)},
        "idle_usd_a_month": {term.name: round(term.usd, 2) for term in terms},
        "vendors_usd_per_million": {name: fee["usd"] * 1e6 for name, fee in bench.prices.vendors.items()},
        "verdicts": [_verdict(each) for each in judged],
        "settings": {name: _finite(asdict(one)) for name, one in bench.settings.items()},
        "measured": bench.costs.date,
        "prices": {"date": bench.prices.date, "region": bench.prices.region},
        "told": [
            *report.numbers(bench.settings), *report.table(rows), *report.million(accept, whole, bench.prices),
            *report.bill(terms), *report.fees(bench.prices), *report.judged(judged),
        ],
    }  # fmt: skip


def million(bench: Bench) -> tuple[price.Terms, price.Terms, World]:
    """Terms of a million contacts that come so slowly that nothing is in their way, and that calm world."""
    [calm] = [scenario for scenario in SCENARIOS if scenario.name == "1 k an hour"]
    world = World(scenario=calm, settings=bench.settings["shipped"], costs=bench.costs)
    found = Fluid(world).run()
    parts = price.of_run(world, bench.prices, found)
    accept, whole = (
        {name: usd / found.served * price.MILLION for name, usd in terms.items()} for terms in parts
    )
    return accept, whole, world


def _finite(settings: Json) -> Json:
    """JSON has no word for what is without end."""
    return {name: None if value == inf else value for name, value in settings.items()}


def _measure(today: str) -> None:
    from bench.scale.measure import measured  # noqa: PLC0415 - moto is slow to import, and only this needs it

    kept = costs.DATA / f"costs-{today}.json"
    kept.write_text(costs.dump(measured(ROUNDS, today)))
    print(f"measured anew: {kept.name}", file=sys.stderr)


def _cents(terms: price.Terms) -> dict[str, float]:
    return {name: round(usd, 2) for name, usd in terms.items()} | {"in all": round(sum(terms.values()), 2)}


def _verdict(each: Verdict) -> Json:
    return {"promise": each.promise, "most": each.most, "found": each.found, "met": each.met}


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.scale", description="What the shipped settings carry.")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} contacts one by one, not {FULL:,}")
    parser.add_argument("--contacts", type=int, default=0, help="so many one by one")
    parser.add_argument("--scenario", default="", help="only those whose name has this in it")
    parser.add_argument("--json", action="store_true", help="the JSON object alone")
    offer_to_keep(parser)
    parser.add_argument("--measure", action="store_true", help="first measure anew what each act costs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
