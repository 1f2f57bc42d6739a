"""One deadline for one send, however many calls it takes: each gets the time that those before it left."""

from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.channels import Channel
from chalicelib.http_types import Call, Http, NotSent, Response
from chalicelib.ports import Clock

SEND_DEADLINE = timedelta(seconds=8)
LEAST = 1.0
"""Seconds: with less left a call would only be begun, and nobody would know what came of it."""
LEASE_LEFT = timedelta(seconds=10)
"""What must be left of a lease for a send to start: the send's own time, and time to write down what came of it."""


class LeaseTooShort(Exception):
    """Our own stores took so long that the row might be somebody else's before the send ends."""


class OneDeadline:
    """Http whose deadline runs from when it was made."""

    def __init__(self, http: Http, clock: Clock) -> None:
        self._http, self._clock = http, clock
        self._until = clock.now() + SEND_DEADLINE

    def send(self, call: Call) -> Response:
        """Make one call in what is left. Raises NotSent, too, when that is too little, and MaybeSent."""
        left = (self._until - self._clock.now()).total_seconds()
        if left < LEAST:
            raise NotSent("the calls before took the time of the whole send")
        return self._http.send(replace(call, within=left))


def limited(channel: Channel, clock: Clock, lease_until: datetime | None = None) -> Channel:
    """The channel for one use, whose calls share one deadline. Raises LeaseTooShort."""
    if lease_until is not None and lease_until - clock.now() < LEASE_LEFT:
        raise LeaseTooShort
    made = copy(channel)
    made.http = OneDeadline(channel.http, clock)
    return made
