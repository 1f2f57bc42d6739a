"""Keeps contacts that a list has brought: the same rows as by the door, oldest first, a call-back for a missed call."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.channels import Channel, Parsed
from chalicelib.domain.model import Contact
from chalicelib.domain.outbox import Row
from chalicelib.domain.routing import Situation
from chalicelib.ports import Missing, Unavailable
from chalicelib.service.call_back import CallBacks
from chalicelib.service.canary_arrivals import sifted
from chalicelib.service.rows import contact_row, ring_for
from chalicelib.service.stores import Stores

TRAIT = "caught_up"
"""Marks such a contact, for agents and for the count; its value is the catch-up's id."""
APART = timedelta(milliseconds=1)
"""Between contacts of one second, which is all that a list tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """One piece's contacts on their way into the store."""

    stores: Stores
    situation: Situation
    channel: Channel
    now: datetime

    def keep(self, run: str, contacts: Iterable[Contact]) -> tuple[int, int]:
        """Store and ring them; how many were new to us, and how many known. Raises Unavailable: do it again.

        What an earlier try of this run has stored counts as new once more: the count is of the run.
        """
        new = known = 0
        for place, contact in enumerate(self._people(contacts)):
            marked = replace(contact, traits={**contact.traits, TRAIT: run})
            keep = self._call if contact.medium.waits else self._message
            stored = keep(marked, place * APART)
            ours = stored is None or stored.contact.traits.get(TRAIT) == run
            new, known = new + ours, known + (not ours)
        return new, known

    def _people(self, contacts: Iterable[Contact]) -> list[Contact]:
        """Oldest first, and none of our canaries: one that came by the list did not come by the door."""
        own = self.channel.config
        mine = [one for one in contacts if one.account in ("", own.account) and one.sent_at]
        parsed = Parsed(contacts=tuple(reversed(mine)))
        people = sifted(parsed, self.situation.plan, lambda _: own.id, self.stores.secrets, self.now).contacts
        return sorted(people, key=lambda one: one.sent_at or self.now)

    def _row(self, contact: Contact, apart: timedelta) -> Row:
        """Decided and due as of now; its place among the person's contacts is the provider's time."""
        row = contact_row(self.channel.config.id, contact, self.situation, self.now)
        at = min((contact.sent_at or self.now) + apart, self.now)
        return replace(row, accepted_at=at)

    def _message(self, contact: Contact, apart: timedelta) -> Row | None:
        row = self._row(contact, apart)
        stored = self.stores.contacts.add(row)
        if stored is None or stored.contact.traits.get(TRAIT):
            with suppress(Unavailable):  # the sweeper finds the row
                self.stores.queues.bell(ring_for(row))
        return stored

    def _call(self, contact: Contact, apart: timedelta) -> Row | None:
        """A call that we know was answered by our own document; one that we do not is called back."""
        row = self._row(contact, apart)
        try:
            stored = self.stores.contacts.get(row.key)
        except Missing:
            stored = None
        if stored is None or stored.contact.traits.get(TRAIT):
            language = self.channel.config.settings.get("language", "") or self.situation.plan.languages[0]
            backs = CallBacks(contacts=self.stores.contacts, queues=self.stores.queues)
            backs.owe(row, contact, self.situation, language, self.now + apart)
        return stored
