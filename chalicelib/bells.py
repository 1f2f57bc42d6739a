"""A bell as the text that travels on the queue, and back."""

import json

from chalicelib.ports import Ring


def dump_ring(ring: Ring) -> str:
    """The bell's text; its delay belongs to the queue and is not in it."""
    return json.dumps({"key": ring.key, "lane": ring.lane, "trace": ring.trace}, separators=(",", ":"))


def read_ring(text: str) -> Ring:
    """The bell of a text. Raises ValueError when it is none."""
    try:
        document = json.loads(text)
        return Ring(
            key=str(document["key"]), lane=str(document["lane"]), trace=str(document.get("trace", ""))
        )
    except (AttributeError, KeyError, TypeError, ValueError) as unreadable:
        raise ValueError("not a bell") from unreadable
