"""Twilio Programmable Voice (TwiML Voice and Calls pages, API 2010-04-01): calls, answered in TwiML."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from chalicelib.channels import (
    CANARY_FROM,
    CallStep,
    CallWord,
    Listed,
    Malformed,
    Parsed,
    SendFailed,
    Setting,
    Sought,
    Step,
    Stretch,
    Trace,
)
from chalicelib.channels import _twilio_lists as lists
from chalicelib.channels import _twiml as twiml
from chalicelib.channels._json import text
from chalicelib.channels._twilio import TwilioChannel, form, is_form, traits
from chalicelib.channels._twilio_rest import OUTCOMES
from chalicelib.domain.model import Contact, Medium, Message, Outcome, Party, Receipt, ReceiptState, Sent
from chalicelib.http_types import Request

# DialCallStatus, after a desk was rung -> our word. An unknown word must not leave the caller in silence.
_DIALLED = {
    "completed": CallWord.ANSWERED,
    "answered": CallWord.ANSWERED,
    "busy": CallWord.BUSY,
    "no-answer": CallWord.NO_ANSWER,
    "failed": CallWord.FAILED,
    "canceled": CallWord.FAILED,
}
# QueueResult, after the caller waited in a queue of Twilio's.
_QUEUED = {
    "bridged": CallWord.ANSWERED,
    "bridging-in-process": CallWord.ANSWERED,
    "redirected-from-bridged": CallWord.ANSWERED,
    "leave": CallWord.NO_ANSWER,
    "queue-full": CallWord.BUSY,
    "hangup": CallWord.LEFT,
    "redirected": CallWord.LEFT,
    "error": CallWord.FAILED,
    "system-error": CallWord.FAILED,
}
# CallStatus once nobody is on the line any more.
_OVER = frozenset({"completed", "canceled", "busy", "no-answer", "failed"})
# DialCallStatus that says nothing against the desk when it was the caller who ended the call.
_GIVEN_UP = frozenset({"canceled", "no-answer"})

# CallStatus of a call that we made.
_STATES = {
    "queued": (ReceiptState.ACCEPTED, Outcome.OK),
    "initiated": (ReceiptState.ACCEPTED, Outcome.OK),
    "ringing": (ReceiptState.SENT, Outcome.OK),
    "in-progress": (ReceiptState.SENT, Outcome.OK),
    "completed": (ReceiptState.DELIVERED, Outcome.OK),
    "busy": (ReceiptState.FAILED, Outcome.RECIPIENT),
    "no-answer": (ReceiptState.FAILED, Outcome.RECIPIENT),
    "canceled": (ReceiptState.FAILED, Outcome.REQUEST),
    "failed": (ReceiptState.FAILED, Outcome.UNKNOWN),
}
_NO_SUCH_NUMBER = frozenset({"404", "410", "484", "604"})

_TRAITS = {
    "To": "called",
    "Direction": "direction",
    "ForwardedFrom": "forwarded_from",
    "FromCountry": "country",
    "Digits": "keypress",
}
# What carriers put in place of a hidden number; spelled on a keypad where it is digits.
_HIDDEN = frozenset(
    {"", "anonymous", "+266696687", "restricted", "+7378742833", "+86282452253", "+8656696", "+2562533"}
)


class TwilioVoice(TwilioChannel):
    """One number that people call; each request within a call gets the next step in its own response."""

    kind = "twilio_voice"
    medium = Medium.VOICE
    lying = staticmethod(twiml.document)
    place = "voice_url"
    needs: ClassVar[tuple[Setting, ...]] = (
        *TwilioChannel.needs,
        Setting(name="language", purpose="what callers hear where theirs is unknown", required=False),
    )

    def parse(self, request: Request, now: datetime) -> Parsed:
        """A call and why Twilio asks now; or a report on a call that we made."""
        fields = form(request) if is_form(request) else {}
        sid = fields.get("CallSid", "")
        direction = fields.get("Direction", "inbound")
        if not sid or direction == "outbound-dial":
            return Parsed(ignored=1)
        if direction.startswith("outbound"):
            return Parsed(receipts=(_receipt(sid, fields, now),))
        state = next(iter(request.query.get("state", ())), "")
        step = CallStep(
            word=_word(fields, state), state=state, pressed=fields.get("Digits", "") if state else ""
        )
        return Parsed(contacts=(_contact(sid, fields, now),), call=step)

    def document(self, step: Step | None) -> str:
        """The step in TwiML; with none the call ends."""
        return twiml.document(step)

    def send(self, message: Message, now: datetime) -> Sent:  # noqa: ARG002 - Twilio stamps the time itself
        """Call a person and speak the text. A desk is not sent calls: it is rung in the answer to one."""
        address = message.target.get("address", "")
        if message.contact is not None or not address or not self.config.account:
            raise SendFailed(Outcome.REQUEST, detail="only words to an address can be spoken")
        fields = {
            "To": address,
            "From": self.config.account,
            "Twiml": twiml.spoken(message.text, message.language),
            "StatusCallback": self.config.settings.get("status_callback", ""),
        }
        return self.api.create("Calls", fields)

    def canary(self, token: str, now: datetime) -> Sent:  # noqa: ARG002 - a call carries no word of ours
        """Have our second number call this one; the caller's number is what it is known by."""
        fields = {
            "To": self.config.account,
            "From": self.config.settings.get(CANARY_FROM, ""),
            "Twiml": twiml.spoken("", ""),
            "Timeout": "20",
            "TimeLimit": "30",
        }
        return self.api.create("Calls", fields)

    def catch_up(self, stretch: Stretch, now: datetime) -> Listed:  # noqa: ARG002 - each item has its own time
        """Calls to our number that are over, from Twilio's list of calls; what still rings may yet be answered."""
        return lists.missed(self.api, "Calls", self.config.account, stretch, _listed)

    def resolve(self, sought: Sought, now: datetime) -> Trace:
        """The call by its SID, else every one of ours to this person in that time: the list has no words."""
        address = sought.message.target.get("address", "")
        ends = {"from": self.config.account, "to": address}
        return lists.traced(self.api, "Calls", sought, ends, lambda item: _reported(item, now))


def _listed(item: Mapping[str, Any]) -> Contact | None:
    sid, over = text(item, "sid"), text(item, "status") in _OVER
    if text(item, "direction") != "inbound" or not sid or not over:
        return None
    names = {"From": "from", "To": "to", "Direction": "direction", "ForwardedFrom": "forwarded_from"}
    fields = {theirs: text(item, listed) for theirs, listed in names.items()}
    return _contact(sid, {**fields, "CallerName": text(item, "caller_name")}, lists.at(item))


def _reported(item: Mapping[str, Any], now: datetime) -> Receipt:
    return _receipt(text(item, "sid"), {"CallStatus": text(item, "status")}, now)


def _word(fields: Mapping[str, str], state: str) -> CallWord:
    over = fields.get("CallStatus", "") in _OVER
    if dialled := fields.get("DialCallStatus", ""):
        gave_up = over and dialled in _GIVEN_UP
        return CallWord.LEFT if gave_up else _DIALLED.get(dialled, CallWord.FAILED)
    if queued := fields.get("QueueResult", ""):
        return _QUEUED.get(queued, CallWord.FAILED)
    if over:
        return CallWord.LEFT
    return CallWord.PRESSED if state else CallWord.ARRIVED


def _contact(sid: str, fields: Mapping[str, str], at: datetime | None) -> Contact:
    """The form has no time of its own, so the time of receipt stands for it."""
    called = fields.get("To", "")
    if not called:
        raise Malformed("a call without To")
    caller = fields.get("From", "")
    found = traits(fields, _TRAITS)
    if caller.lower() in _HIDDEN:
        found["caller_hidden"] = "yes"
    return Contact(
        account=called,
        provider_id=sid,
        party=Party(address=caller or "anonymous", name=fields.get("CallerName", "")),
        medium=Medium.VOICE,
        sent_at=at,
        conversation=sid,
        traits=found,
    )


def _receipt(sid: str, fields: Mapping[str, str], now: datetime) -> Receipt:
    state, outcome = _STATES.get(fields.get("CallStatus", ""), (ReceiptState.UNKNOWN, Outcome.OK))
    code, answered = fields.get("ErrorCode", ""), fields.get("SipResponseCode", "")
    if outcome is Outcome.UNKNOWN:
        outcome = Outcome.RECIPIENT if answered in _NO_SUCH_NUMBER else OUTCOMES.get(code, Outcome.UNKNOWN)
    return Receipt(provider_id=sid, state=state, outcome=outcome, at=now, detail=(code or answered)[:20])
