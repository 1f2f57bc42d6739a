"""/v1/account: one day of looking on, as JSON or in words."""

from datetime import UTC, date, datetime, time, timedelta

from chalicelib.domain.plan_document.faults import Fault, Place
from chalicelib.handlers.asked import Asked, Said, settled
from chalicelib.service.operate import account
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Faulty
from chalicelib.web.account_words import LANGUAGES, in_words

PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
KEPT = timedelta(days=90)


def read(asked: Asked, post: Post) -> Said:
    """The account of a UTC day, yesterday unless `day` is given."""
    parameters = asked.parameters("day", "format", "language")
    wanted, language = (Place(value=parameters.get(name), path=name) for name in ("format", "language"))
    form, spoken = wanted.choice(("json", "text")), language.choice(LANGUAGES) or LANGUAGES[0]
    settled(wanted, language)
    found = account.account(post, _day(parameters.get("day"), post.now))
    return Said(body=in_words(found, spoken), headers=PLAIN) if form == "text" else Said(body=found)


def _day(given: str | None, now: datetime) -> datetime:
    if given is None:
        return datetime.combine(now.astimezone(UTC).date() - timedelta(days=1), time(), UTC)
    try:
        found = datetime.combine(date.fromisoformat(given), time(), UTC)
    except ValueError:
        raise Faulty(Fault(path="day", message="must be a date such as 2026-11-21")) from None
    if not now - KEPT <= found <= now:
        raise Faulty(Fault(path="day", message=f"must be a day of the last {KEPT.days}"))
    return found
