"""What the service says of single faults, in the reader's language: the catalogue is faults.toml."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

VALUE = "{}"
LONGEST = 2_000
"""Characters of a message that is looked up: patterns with several values take long on what is no sentence."""
Pairs = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A fault and its place, "" for the whole document, in the service's words."""

    place: str
    message: str

    def __str__(self) -> str:
        """One line."""
        return self.spoken("en")

    def spoken(self, language: str) -> str:
        """One line in a language."""
        message = spoken(self.message, language)
        return f"{self.place}: {message}" if self.place else message


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A pattern of what the service says, what it begins with before any value, and the same in French."""

    pattern: re.Pattern[str]
    sign: str
    french: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Whole sentences, the more telling first; what may stand before one and after one; and single words."""

    begin: Sequence[Sentence]
    fault: Sequence[Sentence]
    end: Sequence[Sentence]
    words: Mapping[str, str]


def spoken(message: str, language: str) -> str:
    """The message in French where the catalogue has it; else as the service says it."""
    if language != "fr" or len(message) > LONGEST:
        return message
    known, before, after = catalogue(), "", ""
    for one in known.begin:
        if found := one.pattern.match(message):
            before, message = _french(one, found), message[found.end() :]
    for one in known.end:
        start = message.rfind(one.sign)
        if start >= 0 and (found := one.pattern.fullmatch(message, start)):
            after, message = _french(one, found), message[:start]
    matches = ((one, one.pattern.fullmatch(message)) for one in known.fault)
    told = next((_french(one, found) for one, found in matches if found), message)
    return before + told + after


@cache
def catalogue() -> Catalogue:
    """What faults.toml says."""
    read = tomllib.loads(files("bascule_cli").joinpath("faults.toml").read_text("utf-8"))
    return Catalogue(
        begin=_sentences(read["begin"]), fault=_sentences(read["fault"]), end=_sentences(read["end"]),
        words=dict(read["word"]),
    )  # fmt: skip


def _sentences(pairs: Pairs) -> Sequence[Sentence]:
    telling = sorted(pairs, key=lambda pair: -len(pair[0].replace(VALUE, "")))
    return [
        Sentence(
            sign=english.partition(VALUE)[0],
            pattern=re.compile(re.escape(english).replace(re.escape(VALUE), "(.*?)"), re.DOTALL),
            french=french,
        )
        for english, french in telling
    ]


def _french(sentence: Sentence, found: re.Match[str]) -> str:
    return sentence.french.format(*map(_value, found.groups()))


def _value(text: str) -> str:
    """A value: one of the service's own words, or what somebody wrote."""
    return catalogue().words.get(text, text)
