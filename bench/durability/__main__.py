"""Contacts under fire, and what became of each: python -m bench.durability [--quick] [--json] [--save]."""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bench.durability.play import Play, Played, folder
from bench.durability.scenery import Scenery
from bench.records import keep, offer_to_keep

LONG, QUICK = 100_000, 600
LONG_PACE, QUICK_PACE = 8.0, 20.0
COUNTED = ("lost", "doubled", "false_2xx", "ambiguous", "swallowed", "belied", "restless")


def measured(asked: argparse.Namespace) -> Played:
    """One run."""
    contacts = asked.contacts or (QUICK if asked.quick else LONG)
    with folder() as made:
        scenery = Scenery(
            folder=made, seed=asked.seed, contacts=contacts, began=time.monotonic(),
            pace=asked.pace or (QUICK_PACE if asked.quick else LONG_PACE), planted=asked.plant,
            letters=asked.letters,
        )  # fmt: skip
        return Play(scenery).run()


def document(asked: argparse.Namespace, played: Played) -> dict[str, Any]:
    """The figures by their published names; what is counted is listed, too, where it is not nothing."""
    told = asdict(played.accounts)
    lists = {name: told.pop(name) for name in COUNTED}
    told |= {name: len(found) for name, found in lists.items()}
    told |= {"unserved": len(told["unserved"]), "equations_that_fail": told.pop("faults")}
    return {
        "quick": asked.quick, "seed": asked.seed, **told, "balanced": played.accounts.good,
        "kills": played.kills, "faults": played.faults, "answers": played.answers,
        "retry_later": sum(played.answers.get(code, 0) for code in ("503", "429")),
        "redriven": played.redriven, "steps": played.steps, "seconds": played.seconds,
        "named": {name: found for name, found in lists.items() if found},
    }  # fmt: skip


def table(told: Mapping[str, Any]) -> Iterator[str]:
    """Line by line; a promise that was broken is called so."""
    yield f"  {told['contacts']:,} contacts in {told['deliveries']:,} deliveries, {told['seconds']:,} s"
    yield f"  {'rows':<44}{told['rows']:>10,}  {dict(told['states'])}"
    for name in ("lost", "doubled", "false_2xx", "restless"):
        yield f"  {name:<44}{told[name]:>10,}  none wanted: {'BROKEN' if told[name] else 'kept'}"
    yield f"  {'ambiguous, shown to a person':<44}{told['ambiguous']:>10,}  {told['ambiguous_arrived']} had arrived"
    yield f"  {'swallowed by a desk that said delivered':<44}{told['swallowed']:>10,}"
    yield f"  {'had twice, for a desk that had it said failed':<44}{told['belied']:>10,}"
    yield f"  {'workers killed':<44}{sum(told['kills'].values()):>10,}  in {told['steps']:,} steps: {told['kills']}"
    yield f"  {'faults':<44}{sum(told['faults'].values()):>10,}  {told['faults']}"
    yield f"  {'told to come later':<44}{told['retry_later']:>10,}"
    broken = told["equations_that_fail"]
    yield f"  the accounts {'balance' if not broken else 'DO NOT BALANCE: ' + '; '.join(broken)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Play and print; 1 when anything was lost, doubled, falsely acknowledged, or does not balance."""
    parser = argparse.ArgumentParser(prog="python -m bench.durability", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few contacts and a faster clock, for a check")
    parser.add_argument("--json", action="store_true", help="the JSON object alone")
    offer_to_keep(parser)
    parser.add_argument("--contacts", type=int, default=0, help="so many instead")
    parser.add_argument("--pace", type=float, default=0.0, help="seconds of the run's clock in one of ours")
    parser.add_argument("--seed", type=int, default=20251020)
    parser.add_argument(
        "--letters", type=float, default=0.10, help="share of contacts for the desk without keys"
    )
    parser.add_argument("--plant", default="", help="a fault of the product to put in, which must be counted")
    asked = parser.parse_args(arguments)
    played = measured(asked)
    told = document(asked, played)
    print(json.dumps(told, indent=2) if asked.json else "\n".join(table(told)))
    if asked.save:
        keep("durability", told)
    return 0 if played.accounts.good else 1


if __name__ == "__main__":
    sys.exit(main())
