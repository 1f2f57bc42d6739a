"""The long form: `python -m tests.fuzz --requests 100000 [--kind messenger] [--seed 1]`."""

import argparse
import logging
import sys
import time

from chalicelib.handlers.log import logger
from tests.fuzz.campaign import Tally, campaign, dearest
from tests.fuzz.gallery import Gallery
from tests.fuzz.vendors import VENDORS

SLICE = 5_000
"""Requests of one seed: what is told of a long run that was cut short is still whole."""


def told(kind: str, requests: int, tally: Tally, seconds: float) -> str:
    """One line of the table."""
    reached = f"{sum(tally.parsed.values())} marks parsed, {tally.got_in} got in, {tally.forged} not genuine"
    ratio = f"dearest {dearest(Gallery(), tally):.0f}x"
    return f"{kind:13}{requests:8} fired  {reached}  {ratio}  {seconds:.0f} s CPU  {len(tally.wrong)} wrong"


def main() -> int:
    """Non-zero when anything went wrong; the wrong ones are printed."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz")
    asked.add_argument("--requests", type=int, default=100_000, help="for each kind")
    asked.add_argument("--kind", default="", help="only this one")
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    logger().setLevel(logging.CRITICAL)
    wrong = 0
    for part in range(-(-options.requests // SLICE)):
        for vendor in VENDORS:
            if options.kind in ("", vendor.kind):
                began, requests = time.process_time(), min(SLICE, options.requests)
                tally = campaign(vendor, requests, options.seed + part)
                line = told(vendor.kind, requests, tally, time.process_time() - began)
                sys.stdout.write("\n".join([f"seed {options.seed + part} {line}", *tally.wrong[:20], ""]))
                sys.stdout.flush()
                wrong += len(tally.wrong)
    return int(bool(wrong))


sys.exit(main())
