"""/status: the public page of ways in, from the same decision as the front door's feeds."""

from datetime import datetime

from chalicelib.domain.frontdoor import feeds, ways
from chalicelib.handlers.asked import Asked, Said
from chalicelib.service.operate.refusals import Absent
from chalicelib.service.situation import SituationReader
from chalicelib.web.status import status_page
from chalicelib.web.upcoming import announced

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "public, max-age=15",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors *",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def show(asked: Asked, situations: SituationReader, now: datetime) -> Said:
    """The ways of one market (`market`, the plan's unless given), each language in turn, `language` first."""
    parameters = asked.parameters("market", "language")
    situation = situations.read(now)
    market = parameters.get("market", situation.plan.market)
    languages = [language for known, language in feeds(situation.plan) if known == market]
    if not languages:
        raise Absent("market", market)
    leading = parameters.get("language", languages[0])
    if leading not in languages:
        raise Absent("language", leading)
    ordered = (leading, *(language for language in languages if language != leading))
    shown = (announced(ways(situation, market, language, now), situation) for language in ordered)
    page = status_page(*shown, now=now)
    return Said(body=page, headers=HEADERS)
