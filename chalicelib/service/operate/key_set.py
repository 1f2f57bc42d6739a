"""An issuer's public keys (RFC 7517): fetched, cached, refreshed for an unknown key, kept when the issuer is away."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock

from chalicelib.http_types import Call, Http, MaybeSent, NotSent
from chalicelib.service.operate.signatures import Key, read_keys

FRESH = timedelta(minutes=10)
AGAIN = timedelta(minutes=1)
"""Between two questions for keys that we do not have, or of an issuer that failed: strangers choose key ids."""
KEPT = timedelta(hours=24)
"""How long the last keys count while the issuer does not give any."""
_WITHIN = 3.0
_MOST_BYTES = 256 * 1024
_OK = 200


class KeySet:
    """The keys behind one address. `trouble` is why the last question brought none, "" when it did."""

    def __init__(self, http: Http, url: str) -> None:
        self._http, self.url = http, url
        self._keys: Mapping[tuple[str, str], Key] = {}
        self._got: datetime | None = None
        self._asked: datetime | None = None
        self._lock = Lock()
        self.trouble = ""

    def find(self, key: str, algorithm: str, now: datetime) -> Key | None:
        """The key of this id for this algorithm, None when there is none; it may ask the issuer once.

        Raises LookupError when no keys are known that still count.
        """
        with self._lock:
            if self._old(now):
                self._ask(now)
            if self._known(now) and (key, algorithm) not in self._keys and self._may_ask(now):
                self._ask(now)
            if not self._known(now):
                raise LookupError(self.trouble or "no keys are known")
            return self._keys.get((key, algorithm))

    def stale_since(self, now: datetime) -> datetime | None:
        """When the keys in use should have been replaced; None while they are fresh, or none are known."""
        return self._got + FRESH if self._got and now >= self._got + FRESH else None

    def _old(self, now: datetime) -> bool:
        return self._may_ask(now) and (self._got is None or now >= self._got + FRESH)

    def _may_ask(self, now: datetime) -> bool:
        return self._asked is None or now >= self._asked + AGAIN

    def _known(self, now: datetime) -> bool:
        return self._got is not None and now < self._got + KEPT

    def _ask(self, now: datetime) -> None:
        self._asked = now
        try:
            answer = self._http.send(
                Call(method="GET", url=self.url, headers={"Accept": "application/json"}, within=_WITHIN)
            )
        except (NotSent, MaybeSent) as away:
            self.trouble = f"the issuer's keys cannot be had: {away}"[:200]
            return
        found = read_keys(answer.body) if len(answer.body) <= _MOST_BYTES else {}
        if answer.code != _OK or not found:
            self.trouble = f"the issuer's keys cannot be read: code {answer.code}, no key for us"
            return
        self._keys, self._got, self.trouble = found, now, ""
