"""The table that people read: what was measured, its target, and whether it was met."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.deciding import CHANNELS, OPTIONS, ROUTES
from bench.starting import Starts
from bench.timing import Times

Parse = list[dict[str, str | float]]
PARTS = ("verify", "parse", "route", "row", "put", "bell", "log")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Everything that one run found."""

    accept: Times
    client: Times
    counts: Mapping[str, int]
    decision: Times
    parse: Parse
    starts: Starts

    def document(self) -> dict[str, object]:
        """The figures by their published names; ratios are of CPU time, times are microseconds."""
        return {
            "accept_ratio_to_noop": round(self.accept.ratio("accept", "no-op"), 2),
            "accept_ratio_to_bare_put": round(self.client.ratio("accept", "bare put"), 2),
            "writes_per_contact": self.counts["writes"],
            "sends_per_contact": self.counts["sends"],
            "reads_per_contact": self.counts["reads"],
            "decision_microseconds": round(self.decision.of(f"options {OPTIONS}"), 1),
            "cold_start_ratio_to_python": round(self.starts.ratio("ours", "python"), 2),
            "cold_start_ratio_to_floor": round(self.starts.ratio("ours", "floor"), 2),
            "parse": self.parse,
        }


def table(found: Measured) -> Iterator[str]:
    """Line by line. `aim` and `at most` are the design's budgets; a missed one is called so."""
    yield from _accepting(found)
    yield from _deciding(found.decision)
    yield from _reading(found.parse)
    yield from _starting(found.starts)


def _accepting(found: Measured) -> Iterator[str]:
    times, client, counts = found.accept, found.client, found.counts
    yield "one contact through the whole app, AWS's client excluded (microseconds of CPU)"
    yield _line("accept", times.of("accept"))
    yield _line("no-op route, the same log line", times.of("no-op"))
    yield _line("silent no-op route", times.of("silent"))
    yield _line("  ratio to the no-op", times.ratio("accept", "no-op"), 5.0, aim=3.0)
    for part in PARTS:
        yield _line(f"  of which {part}" + (", decision included" if part == "row" else ""), times.of(part))
    yield "AWS's client included, network excluded"
    for name in client.rounds:
        yield _line(name, client.of(name))
    yield _line("  ratio to a bare put", client.ratio("accept", "bare put"), 1.3)
    yield _line("  without our bell", client.ratio("without bell", "bare put"))
    yield _line("  to a bare put and a bare send", client.ratio("accept", "bare put and send"))
    yield _line("  to a bare put by our own client", client.ratio("accept", "bare put, our client"))
    yield "AWS calls for one contact in a warm container"
    for name, most in (("writes", 1), ("sends", 1), ("reads", 0)):
        yield _line(name, counts[name], most)
    yield _line("reads when the snapshot is 2 s old", counts["snapshot_reads"], 1)


def _deciding(times: Times) -> Iterator[str]:
    yield "one decision (microseconds; every option but the last is down)"
    budget = f"{OPTIONS} options, {CHANNELS} channels, {ROUTES} routes"
    yield _line(budget, times.of(f"options {OPTIONS}"), 100)
    for name in times.rounds:
        yield _line(f"  {name}", times.of(name))


def _reading(rows: Parse) -> Iterator[str]:
    yield "proof and reading (microseconds), beside the vendor's SDK on the same bytes"
    for row in rows:
        yield f"  {row['kind']:<32}{row['microseconds']:>10}{row['sdk_microseconds']:>10}  {row['sdk']}"


def _starting(starts: Starts) -> Iterator[str]:
    yield "cold start: a process up to its first contact accepted (milliseconds of CPU)"
    for name in starts.rounds:
        yield _line(name, starts.of(name))
    yield _line("  ratio to bare Python", starts.ratio("ours", "python"))
    yield _line("  ratio to the floor", starts.ratio("ours", "floor"), 1.2)
    yield _line("  ratio to the floor that makes one put", starts.ratio("ours", "floor, and one put"))
    yield f"  imported without need: {', '.join(starts.unwanted) or 'nothing'}"


def _line(name: str, value: float, most: float | None = None, aim: float | None = None) -> str:
    said = f"{value:,.2f}" if isinstance(value, float) else str(value)
    line = f"  {name:<46}{said:>10}"
    if most is None:
        return line
    wanted = f"at most {most:g}" + (f", aim {aim:g}" if aim is not None else "")
    if value > most:
        return f"{line}  {wanted}: MISSED"
    return f"{line}  {wanted}: met" + (", the aim is not" if aim is not None and value > aim else "")
