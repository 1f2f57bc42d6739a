"""Reads what the gateway itself put into the overflow queue: the door that needs no function (infra/second_door.py)."""

from urllib.parse import parse_qsl, urlencode

from chalicelib.domain.upgrade.times import moment
from chalicelib.http_types import Request
from chalicelib.service.wire import Held

MARK = "door=second&"
"""How such a message begins; ours are JSON."""
MOST_PARTS = 1000
_HEADER, _QUERY = "h.", "q."


def by_second_door(text: str) -> bool:
    """True for a message that the gateway wrote."""
    return text.startswith(MARK)


def read_second_door(text: str) -> Held:
    """The request in a message of the gateway, which nobody has proven yet. Raises ValueError when there is none.

    The message is a form: `at` in milliseconds, `channel`, `body`, and a field `h.NAME` for each header and `q.NAME`
    for each parameter of the query. The URL is the one that the vendor called and signed, without the base.
    """
    try:
        parts = parse_qsl(
            text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_PARTS
        )
        known = dict(parts)
        query = {name.removeprefix(_QUERY): (value,) for name, value in parts if name.startswith(_QUERY)}
        search = f"?{urlencode(query, doseq=True)}" if query else ""
        request = Request(
            url=f"/second-door/{known['channel']}{search}",
            headers={n.removeprefix(_HEADER).lower(): v for n, v in parts if n.startswith(_HEADER)},
            query=query,
            body=known["body"].encode(),
        )
        return Held(channel=known["channel"], request=request, at=moment(int(known["at"])), proven=False)
    except (KeyError, ValueError, OverflowError) as unreadable:
        raise ValueError(f"not a request by the second door: {type(unreadable).__name__}") from unreadable
