"""Twilio's side: messages, calls and their reports as Twilio (2010-04-01) posts them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from infra.local.fakes import signatures
from infra.local.fakes.vendors import FORM, Signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Twilio:
    """One number's webhook. `public` is what Twilio knows and signs `url` as, when the two differ."""

    url: str
    account_sid: str
    number: str
    auth_token: str = field(repr=False)
    public: str = ""

    def sms(self, sender: str, text: str, sid: str, **more: str) -> Signed:
        """A text message that came in; `more` are further form fields."""
        told = {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "SmsStatus": "received"}
        ends = {"From": sender, "FromCountry": "FR", "To": self.number, "ToCountry": "FR", "FromCity": ""}
        return self.form({**told, **ends, "Body": text, "NumMedia": "0", "NumSegments": "1", **more})

    def call(self, caller: str, sid: str, **more: str) -> Signed:
        """A call that rings."""
        return self.form({**self._call(caller, sid, "ringing"), **more})

    def step(self, action_url: str, caller: str, sid: str, **more: str) -> Signed:
        """A call's next request, to the `action` of our TwiML; `more` holds Digits, DialCallStatus, ..."""
        return self.form({**self._call(caller, sid, "in-progress"), **more}, action_url)

    def state(self, recipient: str, sid: str, state: str, url: str = "") -> Signed:
        """A delivery report on a message of ours: sent, delivered, undelivered, failed."""
        told = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": state, "SmsStatus": state}
        failed = {"ErrorCode": "30008"} if state in ("undelivered", "failed") else {}
        return self.form({**told, **failed, "From": self.number, "To": recipient}, url)

    def form(self, fields: Mapping[str, str], url: str = "") -> Signed:
        """Any form, signed for `url` (our webhook when empty)."""
        all_fields = {"AccountSid": self.account_sid, "ApiVersion": "2010-04-01", **fields}
        to = url or self.url
        public = to.replace(self.url, self.public, 1) if self.public else to
        to = to.replace(self.public, self.url, 1) if self.public else to
        proof = signatures.twilio(self.auth_token, public, all_fields)
        headers = {"Content-Type": f"{FORM}; charset=UTF-8", "X-Twilio-Signature": proof}
        return Signed(url=to, body=urlencode(all_fields).encode(), headers=headers)

    def _call(self, caller: str, sid: str, state: str) -> dict[str, str]:
        ends = {"From": caller, "Caller": caller, "To": self.number, "Called": self.number}
        return {"CallSid": sid, "CallStatus": state, "Direction": "inbound", **ends}
