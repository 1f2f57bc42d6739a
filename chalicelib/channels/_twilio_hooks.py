"""Checks a Twilio number, and leads its webhook to us and back (IncomingPhoneNumbers page, API 2010-04-01)."""

from abc import abstractmethod
from datetime import datetime
from typing import ClassVar

from chalicelib.channels import Capability, Channel, Finding, SendFailed
from chalicelib.channels._json import text
from chalicelib.channels._twilio_number import NUMBERS, numbered, of_number
from chalicelib.channels._twilio_rest import Account
from chalicelib.domain.model import Outcome

LED = frozenset({Capability.CHECK, Capability.ATTACH, Capability.DETACH})


class LedByTwilio(Channel):
    """A number whose webhook can be led elsewhere; `place` is the field of its medium."""

    place: ClassVar[str]

    @property
    @abstractmethod
    def api(self) -> Account:
        """Our account."""

    def check(self, now: datetime) -> tuple[Finding, ...]:  # noqa: ARG002 - the seam's signature
        """Balance, address, fallback, and what the country asks for. Raises SendFailed."""
        return tuple(of_number(self.api, self.config, self.place))

    def attach(self, url: str) -> str:
        """Lead the number to `url`; its fallback address stays as it is. Raises SendFailed."""
        sid, former = self._own()
        self._lead(sid, url)
        return former

    def detach(self, former: str) -> None:
        """Give the number its former address back. Raises SendFailed."""
        self._lead(self._own()[0], former)

    def hook(self) -> str:
        """Where the number leads now. Raises SendFailed."""
        return self._own()[1]

    def _own(self) -> tuple[str, str]:
        found = numbered(self.api, self.config.account)
        if found is None:
            raise SendFailed(Outcome.ACCOUNT, detail="the number is none of this account's")
        return text(found, "sid"), text(found, self.place)

    def _lead(self, sid: str, url: str) -> None:
        self.api.change(NUMBERS, sid, {"SmsUrl" if self.place == "sms_url" else "VoiceUrl": url})
