"""What Amazon SES reports through SNS: https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html.

Mail received (`receiving-email-notifications-contents.html`) and events on mail sent (`event-publishing-
retrieving-sns-contents.html`); both as of 2026-11.
"""

from base64 import b64decode
from typing import Any

from chalicelib.channels import Malformed
from chalicelib.channels import _mail as mail
from chalicelib.channels._json import at, items, moment, table, text
from chalicelib.domain.model import Contact, Medium, Outcome, Party, Receipt, ReceiptState

LONGEST_SUBJECT = 998
STATES = {
    "Send": (ReceiptState.SENT, Outcome.OK),
    "Delivery": (ReceiptState.DELIVERED, Outcome.OK),
    "DeliveryDelay": (ReceiptState.SENT, Outcome.RECIPIENT),
    "Open": (ReceiptState.READ, Outcome.OK),
    "Bounce": (ReceiptState.FAILED, Outcome.RECIPIENT),
    "Complaint": (ReceiptState.DELIVERED, Outcome.RECIPIENT),
    "Reject": (ReceiptState.FAILED, Outcome.REQUEST),
    "Rendering Failure": (ReceiptState.FAILED, Outcome.REQUEST),
}
# A bounce for these is our message's own fault, not the mailbox's.
OUR_FAULT = frozenset(("ContentRejected", "AttachmentRejected", "MessageTooLarge"))
DETAILS = {
    "bounce": ("bounceType", "bounceSubType"),
    "complaint": ("complaintFeedbackType", "complaintSubType"),
    "deliveryDelay": ("delayType",),
}
BULK = frozenset(("bulk", "junk", "list"))
FAILED = "FAIL"


class Received:
    """One mail that SES received, and what it found out about it."""

    def __init__(self, notice: dict[str, Any]) -> None:
        self._notice = notice
        self._common = table(notice, "mail", "commonHeaders")
        self._headers: dict[str, str] = {}
        for one in items(notice, "mail", "headers"):
            self._headers.setdefault(text(one, "name").lower(), text(one, "value"))

    def automatic(self) -> bool:
        """True for what no person wrote to us: replies of machines, bulk mail, bounces (empty sender)."""
        submitted = self._headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
        sender = at(self._notice, "mail", "source")
        returned = self._headers.get("return-path", "").strip()
        bulk = self._headers.get("precedence", "").strip().lower() in BULK
        return submitted != "no" or bulk or sender in ("", "<>") or returned == "<>"

    def verdict(self, name: str) -> str:
        """PASS, FAIL, GRAY, PROCESSING_FAILED or DISABLED for `spam`, `virus`, `spf`, `dkim`, `dmarc`."""
        return text(self._notice, "receipt", f"{name}Verdict", "status")

    def contact(self, account: str) -> Contact:
        """The contact; Malformed without an id or without anybody to answer to."""
        number, person = text(self._notice, "mail", "messageId"), self._party()
        if not number or not person.address:
            raise Malformed("a mail without an id or a sender")
        body, place = self._body(number)
        return Contact(
            account=self._recipient(account),
            provider_id=number,
            party=person,
            text=body.text,
            medium=Medium.EMAIL,
            sent_at=moment(self._notice, "mail", "timestamp"),
            conversation=self._thread(),
            attachments=body.attachments,
            traits=self._traits(place if body.readable else "unreadable"),
        )

    def _party(self) -> Party:
        language = self._headers.get("content-language", "").partition(",")[0].strip()
        source = (
            text(self._common, "replyTo", 0),
            text(self._common, "from", 0),
            self._headers.get("from", ""),
        )
        first = next((one for one in source if one), "") or text(self._notice, "mail", "source")
        return mail.party(first, language)

    def _recipient(self, account: str) -> str:
        named = items(self._notice, "receipt", "recipients") or items(self._notice, "mail", "destination")
        mailboxes = [one for one in (text(one) for one in named) if one]
        ours = account.casefold()
        return next(
            (account for one in mailboxes if one.casefold() == ours), mailboxes[0] if mailboxes else account
        )

    def _body(self, number: str) -> tuple[mail.Mail, str]:
        action = table(self._notice, "receipt", "action")
        content = text(self._notice, "content")
        if not content:
            bucket, key = text(action, "bucketName"), text(action, "objectKey")
            return mail.Mail(), f"s3:{bucket}/{key}" if bucket and key else "missing"
        raw = content.encode("utf-8", "surrogatepass")
        if text(action, "encoding").upper() == "BASE64":
            try:
                raw = b64decode(raw + b"===")
            except ValueError:
                return mail.Mail(readable=False), ""
        return mail.read(raw, number), ""

    def _thread(self) -> str:
        for name in ("references", "in-reply-to", "message-id"):
            named = self._headers.get(name, "").split()
            if named:
                return named[0]
        return text(self._common, "messageId")

    def _traits(self, place: str) -> dict[str, str]:
        traits = {
            "subject": mail.decoded(text(self._common, "subject") or self._headers.get("subject", "")),
            "in_reply_to": self._headers.get("in-reply-to", ""),
            "message_id": text(self._common, "messageId") or self._headers.get("message-id", ""),
            "spam": FAILED if self.verdict("spam") == FAILED else "",
            "dmarc": FAILED if self.verdict("dmarc") == FAILED else "",
            "body": place,
        }
        return {name: value[:LONGEST_SUBJECT] for name, value in traits.items() if value}


def receipt(name: str, notice: dict[str, Any]) -> Receipt | None:
    """SES's word on a mail that we sent; None for an event that says nothing on its fate."""
    if name not in STATES:
        return None
    number = text(notice, "mail", "messageId")
    if not number:
        raise Malformed("an event without the mail's id")
    state, outcome = STATES[name]
    section = name[:1].lower() + name[1:]
    detail = "/".join(text(notice, section, part) for part in DETAILS.get(section, ()))
    if text(notice, "bounce", "bounceSubType") in OUR_FAULT:
        outcome = Outcome.REQUEST
    when = moment(notice, section, "timestamp") or moment(notice, "mail", "timestamp")
    return Receipt(provider_id=number, state=state, outcome=outcome, at=when, detail=detail.strip("/"))
