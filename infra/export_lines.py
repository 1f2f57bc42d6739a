"""An export's lines: one table item each as JSON, a person's in a box beside what is left of it without them."""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from chalicelib.aws.rows import row_item, row_of
from chalicelib.aws.works import work_item, work_of
from chalicelib.domain.people.erasure import erased, scrubbed
from chalicelib.domain.upgrade.times import millis, moment
from infra.sealing import name_of, seal, unseal

Item = dict[str, Any]
ROW, WORK, SEND = "c", "w", "s#"
_KEPT = ("pk", "sk", "expires_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose an item is: the person's digest, their key, and when the row came that it belongs to."""

    digest: str
    key: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line read back. `person` is "" for an item that is nobody's; `at` is when its row came."""

    item: Item
    person: str = ""
    key_name: str = ""
    box: str = ""
    at: datetime | None = None

    @property
    def place(self) -> str:
        """What the box is tied to."""
        return f"{self.item['pk']}|{self.item.get('sk', '')}"

    def opened(self, key: bytes) -> Item:
        """The item as it was. Raises Sealed."""
        return item_of(unseal(key, self.box, self.place))


def plain_line(item: Item) -> str:
    """An item that is nobody's."""
    return text_of({"item": packed(item)})


def sealed_line(item: Item, owner: Owner, now: datetime) -> str:
    """A person's item: what of it is not theirs in clear, the whole of it in the box."""
    left = emptied(item, now)
    place = Line(item=left).place
    return text_of(
        {
            "item": packed(left), "person": owner.digest, "at": millis(owner.at),
            "key": name_of(owner.key), "box": seal(owner.key, text_of(packed(item)), place),
        }
    )  # fmt: skip


def read_line(text: str) -> Line:
    """What the two above wrote. Raises ValueError on anything else."""
    try:
        found = json.loads(text)
        return Line(
            item=unpacked(found["item"]), person=found.get("person", ""), key_name=found.get("key", ""),
            box=found.get("box", ""), at=moment(found["at"]) if "at" in found else None,
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError, ValueError) as odd:
        raise ValueError(f"no line of an export: {type(odd).__name__}") from odd


def emptied(item: Item, now: datetime) -> Item:
    """An item of the contacts table without its person: a row, its work, or a send; others are nobody's."""
    sort = item["sk"]
    if sort == ROW and "erased_at" not in item:
        return {name: item[name] for name in _KEPT if name in item} | row_item(erased(row_of(item), now))
    if is_work(sort):
        return item | work_item(scrubbed(work_of(item)))
    if sort.startswith(SEND):
        return {name: value for name, value in item.items() if name != "provider_id"}
    return item


def is_work(sort: str) -> bool:
    """True for the sort key of a row's work, in whichever term (chalicelib/aws/work_writes.py)."""
    return sort == WORK or sort.startswith(f"{WORK}#")


def row_key_of(item: Item) -> str:
    """The row that an item of the contacts table speaks of; "" for one that speaks of none."""
    if item["sk"] == ROW or is_work(item["sk"]):
        return str(item["pk"])
    return str(item["sk"].split("#")[1]) if item["sk"].startswith(SEND) else ""


def packed(item: Item) -> Item:
    """Bytes as `{"b64": ...}`; texts and whole numbers as they are."""
    return {
        name: {"b64": b64encode(value).decode()} if isinstance(value, bytes) else value
        for name, value in item.items()
    }


def unpacked(item: Item) -> Item:
    """`packed` undone."""
    return {
        name: b64decode(value["b64"]) if isinstance(value, dict) else value for name, value in item.items()
    }


def item_of(text: str) -> Item:
    """The item in a text of `text_of(packed(...))`."""
    return unpacked(json.loads(text))


def text_of(document: Item) -> str:
    """Canonical JSON on one line."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def fingerprint(item: Item) -> int:
    """A number of an item that adds up over a table in any order."""
    return int.from_bytes(sha256(text_of(packed(item)).encode()).digest()[:16])
