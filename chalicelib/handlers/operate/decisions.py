"""/v1/decisions: what would be decided for a contact now, and for the last real ones."""

from chalicelib.domain.model import Medium
from chalicelib.domain.plan_document.faults import Place
from chalicelib.domain.plan_document.text import MOST_BYTES
from chalicelib.handlers.asked import Asked, Said, settled
from chalicelib.handlers.operate import supposing
from chalicelib.service.operate import decisions, many_decisions
from chalicelib.service.operate.post import Post

OWN = ("channel", "text", "traits", "market", "medium", "party", "provider_id", "account", "tried")
FIELDS = (*OWN, *supposing.FIELDS)
OF_MANY = ("last", "channel", "at", *supposing.FIELDS)
MOST_TEXT = 20_000


def dry_run(asked: Asked, post: Post) -> Said:
    """Decide for a made-up contact; nothing is stored."""
    asked.parameters()
    return Said(body=decisions.decide(post, _trial(asked.document(*FIELDS, most=MOST_BYTES), post)))


def batch(asked: Asked, post: Post) -> Said:
    """Decide anew for the last real contacts; nothing is stored."""
    asked.parameters()
    place = asked.document(*OF_MANY, most=MOST_BYTES)
    last = place.at("last").whole(1, many_decisions.MOST)
    wanted = many_decisions.Wanted(
        last=last or many_decisions.MOST,
        channel=place.at("channel").text(most=64),
        then=place.at("at").choice(("now", "then"), "then") == "then",
        under=supposing.read_supposed(place, post.now),
    )
    settled(place)
    return Said(body=many_decisions.compare(post, wanted))


def _trial(place: Place, post: Post) -> decisions.Trial:
    medium = place.at("medium").choice(list(Medium))
    trial = decisions.Trial(
        channel=place.at("channel").text(None, most=64),
        text=place.at("text").text(most=MOST_TEXT),
        traits={name: value.text() for name, value in place.at("traits").entries().items()},
        market=place.at("market").text(most=64),
        medium=Medium(medium) if medium else None,
        party=place.at("party").text(most=500),
        provider_id=place.at("provider_id").text("dry-run", most=500),
        account=place.at("account").text(most=500),
        tried=tuple(one.text(None, most=64) for one in place.at("tried").items()),
        under=supposing.read_supposed(place, post.now),
    )
    settled(place)
    return trial
