"""Reading an address that may lead on: a few redirects, none to where it was not meant to lead."""

from collections.abc import Collection, Mapping
from urllib.parse import urljoin, urlsplit

from chalicelib.http_types import Call, Http, Response

MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Astray(Exception):
    """The page leads where it is not allowed to."""


def fetched(http: Http, first: str, headers: Mapping[str, str], hosts: Collection[str] = ()) -> Response:
    """The answer at the end of at most three redirects, within the host of `first` or those named.

    Raises Astray, NotSent, MaybeSent.
    """
    url = first
    for _ in range(MOST_REDIRECTS + 1):
        response = http.send(Call(method="GET", url=url, headers=headers))
        target = response.headers.get("location", "")
        if response.code not in _REDIRECTS or not target:
            return response
        url = _followed(first, url, target, hosts)
    raise Astray("the page redirects too often")


def _followed(first: str, url: str, target: str, hosts: Collection[str]) -> str:
    try:
        there = urljoin(url, target)
        parts, begun = urlsplit(there), urlsplit(first)
        host, odd = parts.hostname or "", parts.username or parts.password
    except ValueError:
        raise Astray("the page redirects to no address") from None
    if host not in (begun.hostname, *hosts) or parts.scheme not in ("https", begun.scheme) or odd:
        raise Astray("the page redirects to a host that the plan does not name")
    return there
