"""The table that people read: rows, the price term by term, the idle bill, the verdicts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from bench.scale.idle import Term
from bench.scale.price import Prices, Terms
from bench.scale.settings import SOURCES, Settings
from bench.scale.verdicts import Verdict

Json = dict[str, Any]


def table(rows: Iterable[Json]) -> Iterator[str]:
    """Row by row, the first limit and what lifts it beneath."""
    yield (
        f"{'scenario':<28}{'settings':<14}{'served':>14}{'unserved':>14}{'lost':>13}"
        f"{'accept':>8}{'whole':>10}{'check':>7}  first limit"
    )
    for row in rows:
        accept, whole = row["usd_per_million_accept"], row["usd_per_million_whole"]
        yield (
            f"{row['scenario']:<28}{row['settings']:<14}{row['served']:>14,}{row['unserved']:>14,}{row['lost']:>13,}"
            f"{_usd(accept):>8}{_usd(whole):>10}{row['discrete_event_difference_percent']:>6}%  {row['first_limit']}"
        )
        if row["lifted_by"]:
            yield f"{'':<30}lifted by: {row['lifted_by']}"


def million(accept: Terms, whole: Terms, prices: Prices) -> Iterator[str]:
    """USD of a million contacts that nothing held up, by term; `accept` is a part of `whole`."""
    yield f"a million contacts, nothing in the way ({prices.region}, prices of {prices.date}); USD: accepted, whole"
    for term in sorted(whole, key=lambda name: -whole[name]):
        yield f"  {term:<46}{accept.get(term, 0.0):>9.2f}{whole[term]:>9.2f}"
    yield f"  {'in all':<46}{sum(accept.values()):>9.2f}{sum(whole.values()):>9.2f}"


def bill(terms: Iterable[Term]) -> Iterator[str]:
    """The month in which nobody writes."""
    found = list(terms)
    yield "ten channels, a month in which nobody writes; how many, USD"
    yield from (f"  {term.name:<46}{term.count:>12,.0f}{term.usd:>9.2f}" for term in found)
    yield f"  {'in all':<46}{'':>12}{sum(term.usd for term in found):>9.2f}"


def fees(prices: Prices) -> Iterator[str]:
    """What vendors take beside it."""
    yield "vendors' own fees, USD a million"
    for name, fee in prices.vendors.items():
        yield f"  {name:<46}{fee['usd'] * 1e6:>12,.0f}  ({fee['unit']}; {fee['source']})"


def numbers(settings: Mapping[str, Settings]) -> Iterator[str]:
    """Every number of the models, and where it is from."""
    yield f"{'settings':<28}" + "".join(f"{name:>16}" for name in settings)
    for field in (field.name for field in fields(Settings) if field.name != "name"):
        source = SOURCES[field]
        values = "".join(f"{getattr(one, field):>16,g}" for one in settings.values())
        yield f"  {field:<26}{values}  {source}"


def judged(found: Iterable[Verdict]) -> Iterator[str]:
    """Each promise, met or MISSED."""
    for verdict in found:
        word = "met" if verdict.met else "MISSED"
        yield f"  {verdict.promise:<62}{verdict.found:>14,g}  at most {verdict.most:g}: {word}"


def _usd(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}"
