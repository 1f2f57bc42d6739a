"""Which part of a producer's JSON is what: dotted paths, the plan's `map.*` settings over our own shape."""

from collections.abc import Mapping
from typing import Any

from chalicelib.channels._json import at, clean, items, moment, table, text
from chalicelib.domain.model import Attachment, Party

PATHS = {
    "type": "type",
    "account": "data.account",
    "market": "data.market",
    "party": "data.customer.id",
    "name": "data.customer.name",
    "language": "data.customer.language",
    "text": "data.text",
    "conversation": "data.conversation_id",
    "attachments": "data.attachments",
    "sent_at": "data.sent_at",
    "fields": "data.fields",
}
_PREFIX = "map."
_TRAIT = "map.traits."


def dig(value: Any, path: str) -> Any:
    """What lies at `a.b.0.c` (a number is a position where a list lies), or None. Never raises."""
    for step in path.split("."):
        position = isinstance(value, list) and step.isascii() and step.isdigit()
        value = at(value, int(step[:9]) if position else step)
    return value


def scalar(value: Any) -> str:
    """A text, number or truth value as text; "" for everything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, float) else text(value)


class Mapped:
    """One event, read through the settings of its channel."""

    def __init__(self, event: Mapping[str, Any], settings: Mapping[str, str]) -> None:
        self._event, self._settings = event, settings

    def find(self, name: str) -> Any:
        """The value that the setting `map.<name>`, or else our own shape, points to."""
        return dig(self._event, self.path(name))

    def path(self, name: str) -> str:
        """Where `name` is looked for."""
        return self._settings.get(_PREFIX + name) or PATHS[name]

    def text(self, name: str) -> str:
        """The same as text, "" if it is no text or number."""
        return scalar(self.find(name))

    def party(self) -> Party:
        """The person; without an address when the event names none."""
        return Party(address=self.text("party"), name=self.text("name"), language=self.text("language"))

    def sent_at(self) -> Any:
        """The producer's time, or None."""
        return moment(self.find("sent_at"))

    def attachments(self) -> tuple[Attachment, ...]:
        """Each element with a `url`; a list of plain addresses is understood too."""
        found = [(text(one, "url") or text(one), one) for one in items(self.find("attachments"))]
        return tuple(
            Attachment(reference=url, media_type=text(one, "mime"), name=text(one, "name"))
            for url, one in found
            if url
        )

    def traits(self) -> dict[str, str]:
        """The form's fields, and what the settings `map.traits.<name>` point to."""
        traits = {clean(name): scalar(value) for name, value in table(self.find("fields")).items()}
        for setting, path in self._settings.items():
            if setting.startswith(_TRAIT):
                traits[setting.removeprefix(_TRAIT)] = scalar(dig(self._event, path))
        return {name: value for name, value in traits.items() if name and value}
