"""Who serves at a desk, as the plan says it: agents, mean handling time, people's mean patience."""

from datetime import timedelta

from chalicelib.domain.load import Staff
from chalicelib.domain.plan_document.faults import Place
from chalicelib.domain.plan_document.fields import duration

MOST_AGENTS = 100_000
LONGEST_HANDLING = timedelta(days=1)
LONGEST_PATIENCE = timedelta(days=1)
SHORTEST = timedelta(seconds=5)


def read_staff(place: Place) -> Staff:
    """The staff of a desk; without `handling` the other two say nothing, and are faults."""
    handling = _span(place.at("handling"), LONGEST_HANDLING)
    for name in ("agents", "patience"):
        if place.at("handling").value is None and place.at(name).value is not None:
            place.at(name).fault("says nothing without handling, the mean time that a contact takes")
    return Staff(
        agents=place.at("agents").whole(1, MOST_AGENTS),
        handling=handling,
        patience=_span(place.at("patience"), LONGEST_PATIENCE),
    )


def staff_document(staff: Staff) -> dict[str, object]:
    """The fields of a desk that tell its staff."""
    spans = {"handling": staff.handling, "patience": staff.patience}
    texts = {name: f"{int(span.total_seconds())}s" for name, span in spans.items() if span is not None}
    return {"agents": staff.agents, **texts}


def _span(place: Place, longest: timedelta) -> timedelta | None:
    if place.value is None:
        return None
    found = duration(place, SHORTEST)
    if not SHORTEST <= found <= longest:
        place.fault(f"must be from {SHORTEST.seconds}s to {int(longest.total_seconds() // 3600)}h")
    return found
