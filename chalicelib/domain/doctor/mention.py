"""Whether a page of a web site still leads to a channel: its link, however HTML spells it."""

import re
from html import unescape
from urllib.parse import unquote

_DIALLED = re.compile(r"(?:tel|sms):([+\d\s().\-]+)", re.IGNORECASE)


def leads_to(page: str, link: str) -> bool:
    """True when a page's text has the link of a front door's button.

    Of `https:` and `mailto:` the address without its scheme, not as the beginning of a longer one; of `tel:` and
    `sms:` the number, however it is grouped, in a link of either kind. Letters of either case are the same.
    """
    text = unquote(unescape(page)).replace("\\/", "/").casefold()  # scripts write \/ for a slash
    scheme, _, rest = unquote(link).casefold().partition(":")
    if scheme in ("tel", "sms"):
        return _digits(rest) in {_digits(found) for found in _DIALLED.findall(text)}
    address = re.escape(rest.strip("/"))
    return re.search(rf"(?<![\w.@-]){address}(?![\w-]|\.\w|/\w)", text) is not None


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number.partition("?")[0])
