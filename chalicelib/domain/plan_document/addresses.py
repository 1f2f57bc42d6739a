"""The addresses of pages on the web that a plan document names."""

from urllib.parse import urlsplit

from chalicelib.domain.plan_document.faults import Place
from chalicelib.domain.plan_document.fields import LOOPBACK


def page_address(place: Place) -> str:
    """A page on the web: https (http on the machine itself), without user or fragment; it may have a query."""
    found = place.text(None, most=500)
    try:
        parts = urlsplit(found)
        host, odd = parts.hostname or "", parts.username or parts.password or parts.fragment
        odd = odd or ("0" if parts.port == 0 else "")
    except ValueError:
        place.fault("is no address")
        return found
    local = parts.scheme == "http" and host in LOOPBACK
    if found and (not host or odd or not (parts.scheme == "https" or local) or not _plain(found)):
        place.fault("must be an https:// address in ASCII, without user, fragment or spaces")
    return found


def _plain(address: str) -> bool:
    return address.isascii() and not any(sign.isspace() for sign in address)
