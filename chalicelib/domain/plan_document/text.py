"""From text to a plain document: JSON when it begins with a brace, else YAML without its traps.

Of YAML 1.2's core only texts, numbers, true, false, null, lists and mappings are read: `no` is the text of a
country, 20:30 a time and 2026-12-25 a day's text; anchors, aliases, tags and second documents are refused.
"""

import json
import re
from typing import Any

from chalicelib.domain.plan_document.faults import Fault, PlanRefused, mapping

MOST_BYTES = 4 * 1024 * 1024
DEEPEST = 12
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}
_MERGE = "<<"


def document(text: str) -> Any:
    """The document in a text. Raises PlanRefused when there is none to read."""
    if len(text) > MOST_BYTES or len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise _refused(f"the plan is larger than {MOST_BYTES // 1024 // 1024} MB")
    return _json(text) if text.lstrip("\ufeff \t\r\n").startswith("{") else _yaml(text)


def _json(text: str) -> Any:
    try:
        return json.loads(text.lstrip("\ufeff"), object_pairs_hook=mapping, parse_constant=_no_constant)
    except RecursionError:
        raise _refused("the plan is nested too deeply") from None
    except ValueError as bad:
        raise _refused(f"the plan begins like JSON and is not: {bad}") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of a plan")


def _yaml(text: str) -> Any:
    import yaml  # noqa: PLC0415 - containers read compiled plans and never need it

    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            builder.take(type(event).__name__, event)
    except yaml.YAMLError as bad:
        raise _refused(f"the plan is no YAML: {' '.join(str(bad).split())[:300]}") from None
    return builder.result


class _Builder:
    """Builds the document from parser events with a stack of its own, so that depth costs no recursion."""

    def __init__(self) -> None:
        self.result: Any = None
        self._open: list[list[Any]] = []
        self._documents = 0

    def take(self, kind: str, event: Any) -> None:
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            raise _refused(f"{_line(event)}anchors and aliases are not read: write the value out")
        if kind == "ScalarEvent":
            self._add(_scalar(event))
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._start(event)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            done = self._open.pop()
            self._add(_mapped(done, event) if kind == "MappingEndEvent" else done)
        elif kind == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                raise _refused(f"{_line(event)}a plan is one document")

    def _start(self, event: Any) -> None:
        if event.tag:
            raise _refused(f"{_line(event)}tags are not read")
        if len(self._open) >= DEEPEST:
            raise _refused(f"{_line(event)}the plan is nested too deeply")
        self._open.append([])

    def _add(self, value: Any) -> None:
        if self._open:
            self._open[-1].append(value)
        else:
            self.result = value


def _mapped(values: list[Any], event: Any) -> dict[str, Any]:
    names = values[::2]
    if not all(isinstance(name, str | int) for name in names):
        raise _refused(f"{_line(event)}the mapping that ends here has a name that is no text")
    if _MERGE in names:
        raise _refused(f"{_line(event)}merge keys are not read: write the values out")
    return mapping([(str(name), value) for name, value in zip(names, values[1::2], strict=True)])


def _scalar(event: Any) -> Any:
    if event.tag:
        raise _refused(f"{_line(event)}tags are not read")
    text = event.value
    if event.style or not event.implicit[0]:
        return text
    if text.casefold() in _WORDS:
        return _WORDS[text.casefold()]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text


def _line(event: Any) -> str:
    return f"line {event.start_mark.line + 1}: "


def _refused(message: str) -> PlanRefused:
    return PlanRefused((Fault(path="", message=message),))
