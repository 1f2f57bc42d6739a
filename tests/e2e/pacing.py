"""Desks slower than those who come: a plan that makes them so, and whether they were ever given more than they take."""

from collections import Counter
from collections.abc import Container, Iterable

from infra.local.scene import Scene
from tests.e2e.watching import DESKS


def slower(text: str, rate: int) -> str:
    """The plan with two desks that take so many a second, and no third."""
    for channel in ("box-a", "box-b"):
        text = text.replace(
            f"{{channel: {channel}, capacity: {{rate: 50}}",
            f"{{channel: {channel}, capacity: {{rate: {rate}}}",
        )
    return text.replace("[paris, lille, nantes]", "[paris, lille]")


def arrivals(scene: Scene, texts: Container[str]) -> list[tuple[str, float]]:
    """Desk and time of every one of the contacts with these texts that a desk took."""
    return [(desk, entry.at) for desk in DESKS for entry in scene.fakes.taken(desk) if entry.text in texts]


def overrun(arrived: Iterable[tuple[str, float]], rate: int) -> dict[str, list[tuple[int, int]]]:
    """The desks that were given more than their rate, each with its runs of clock seconds."""
    times: dict[str, list[float]] = {}
    for desk, at in arrived:
        times.setdefault(desk, []).append(at)
    return {desk: runs for desk, each in times.items() if (runs := beyond(each, rate))}


def beyond(times: Iterable[float], rate: int) -> list[tuple[int, int]]:
    """Runs of clock seconds with more arrivals than the rate allows.

    A token holds for the clock second in which it was taken; its contact may arrive in the next one. So in any
    run of n seconds no more than n + 1 seconds' tokens can arrive.
    """
    seconds = Counter(int(at) for at in times)
    spans = [(first, last) for first in seconds for last in seconds if first <= last]
    return [
        (first, last)
        for first, last in spans
        if sum(seconds[s] for s in range(first, last + 1)) > rate * (last - first + 2)
    ]
