"""The product under load beside bare functions: python -m bench.load [--quick] [--json] [--save]."""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from http import HTTPStatus

from bench.load.play import Load, Row, Size, gathered
from bench.records import keep, offer_to_keep
from infra.local.fakes import Fakes
from infra.local.scene import Scene
from infra.local.stack import local_stack
from infra.package import BUILD

QUICK = Size(clients=(1, 8), rounds=2, requests=24)
TO_PUT = {"off": 0.75, "on": 0.50}
TO_BOTH = 0.85


def measured(size: Size) -> Sequence[Row]:
    """One run on a stack of its own; the desks take whatever comes."""
    with local_stack(log=BUILD / "load.log") as stack, Fakes() as fakes, gathered() as process:
        scene = Scene(stack, fakes)
        scene.set_up()
        unbounded(scene)
        return Load(scene=scene, size=size, process=process).rows()


def unbounded(scene: Scene) -> None:
    """Desks without a rate: what is measured is our own way, not theirs."""
    found = scene.read("/v1/plan")
    text = found["text"].replace("capacity: {rate: 50}, ", "")
    named = {"If-Match": f'"{found["version"]}"', "X-Reason": "a load test"}
    answer = scene.ops("PUT", "/v1/plan", text, named)
    if answer.code != HTTPStatus.OK:
        raise SystemExit(f"the plan was refused: {answer.code} {answer.text}")
    scene.tick()


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Line by line; a target that was missed is called so."""
    yield "requests a second through the gateway of the local stack, as shares of a function that only writes;"
    yield "that floor's: what is left of a bare put's rate when a message is sent besides"
    yield "  clients  deliveries  to a bare put  that floor's  to put and send   p50 ms   p99 ms  refused at start"
    for row in rows:
        put = _judged(row.ratio_to_bare_put, TO_PUT[row.triggers])
        both = _judged(row.ratio_to_put_and_send, TO_BOTH)
        yield (
            f"  {row.clients:>7}  {row.triggers:>10}  {put:<13}  {row.ratio_of_floors:<12.2f}  {both:<15}"
            f"  {row.p50_ms:>6}   {row.p99_ms:>6}  {row.refused_at_start:>16}"
        )


def _judged(ratio: float, target: float) -> str:
    return f"{ratio:.2f} {'met' if ratio >= target else 'MISSED'} {target:.2f}"


def main() -> None:
    """Measure, print, and keep the figures if asked to."""
    parser = argparse.ArgumentParser(
        prog="bench.load", description="The product under load on the local stack."
    )
    parser.add_argument("--quick", action="store_true", help="few requests: a check, no figures to quote")
    parser.add_argument("--json", action="store_true", help="the JSON object alone")
    offer_to_keep(parser)
    asked = parser.parse_args()
    rows = measured(QUICK if asked.quick else Size())
    if not asked.json:
        print(*table(rows), sep="\n")
    document = {"quick": asked.quick, "rows": [asdict(row) for row in rows]}
    print(json.dumps(document, indent=None if asked.json else 2))
    if asked.save:
        keep("load", document)


if __name__ == "__main__":
    main()
