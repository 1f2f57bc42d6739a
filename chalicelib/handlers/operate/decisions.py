"""/v1/decisions: what would be decided for a contact now."""

from chalicelib.domain.model import Medium
from chalicelib.domain.plan_document.faults import Place
from chalicelib.domain.plan_document.text import MOST_BYTES
from chalicelib.handlers.asked import Asked, Said, settled
from chalicelib.service.operate import decisions
from chalicelib.service.operate.post import Post

FIELDS = ("channel", "text", "traits", "market", "medium", "party", "provider_id", "plan", "tried")
MOST_TEXT = 20_000


def dry_run(asked: Asked, post: Post) -> Said:
    """Decide for a made-up contact; nothing is stored."""
    asked.parameters()
    return Said(body=decisions.decide(post, _trial(asked.document(*FIELDS, most=MOST_BYTES))))


def _trial(place: Place) -> decisions.Trial:
    medium = place.at("medium").choice(list(Medium))
    trial = decisions.Trial(
        channel=place.at("channel").text(None, most=64),
        text=place.at("text").text(most=MOST_TEXT),
        traits={name: value.text() for name, value in place.at("traits").entries().items()},
        market=place.at("market").text(most=64),
        medium=Medium(medium) if medium else None,
        party=place.at("party").text(most=500),
        provider_id=place.at("provider_id").text("dry-run", most=500),
        plan=_plan(place.at("plan")),
        tried=tuple(one.text(None, most=64) for one in place.at("tried").items()),
    )
    settled(place)
    return trial


def _plan(place: Place) -> str:
    """The text of a proposed plan; what is wrong in it is told with its own paths."""
    if place.value is None:
        return ""
    if not isinstance(place.value, str) or not place.value.strip():
        place.fault("must be the text of a plan, YAML or JSON")
        return ""
    return place.value
