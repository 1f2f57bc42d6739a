"""Http for channels that only look on: whatever a kind might do, it leaves by here or not at all."""

from chalicelib.channels import SendFailed
from chalicelib.domain.model import Outcome
from chalicelib.http_types import Call, Http, Response

READS = frozenset({"GET", "HEAD"})


class ReadOnly:
    """Http for a channel that only looks on: it may ask, and sends nothing."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def send(self, call: Call) -> Response:
        """Make one call that reads. Raises SendFailed, which speaks against nobody, for any other."""
        if call.method not in READS:
            raise SendFailed(Outcome.REQUEST, detail="this channel only observes: nothing is sent")
        return self._http.send(call)
