"""A company's own pages, as its customers see them: does each still lead to the channel that it is there for."""

from collections.abc import Iterator
from http import HTTPStatus

from chalicelib.domain.doctor.finding import Finding, Ill
from chalicelib.domain.doctor.mention import leads_to
from chalicelib.domain.plan import Door
from chalicelib.http_types import Http, MaybeSent, NotSent
from chalicelib.service.redirects import Astray, fetched

_HEADERS = {"accept": "text/html, */*;q=0.1", "user-agent": "bascule-doctor"}


def outdated(door: Door, http: Http) -> Iterator[Finding]:
    """What is wrong with the pages on which people find this door."""
    for url in door.pages:
        try:
            response = fetched(http, url, _HEADERS)
        except (NotSent, MaybeSent, Astray) as unread:
            yield Finding(ill=Ill.SITE_UNREAD, about=f"{url}: {unread}")
            continue
        if response.code != HTTPStatus.OK:
            yield Finding(ill=Ill.SITE_UNREAD, about=f"{url} answered {response.code}")
        elif not leads_to(response.body.decode("utf-8", "replace"), door.url):
            yield Finding(ill=Ill.SITE_OUTDATED, about=f"{url} has no link to {door.url}")
