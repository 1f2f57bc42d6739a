"""Which language is spoken, and every sentence in it: the catalogue is words.toml."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "fr")
FROM_ENVIRONMENT = ("BASCULE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Sentences by dotted key, in one language."""

    language: str

    def __call__(self, key: str, /, **fields: object) -> str:
        """The sentence with its fields set. Raises KeyError for a key that the catalogue does not have."""
        return catalogue()[key][LANGUAGES.index(self.language)].format(**fields)

    def known(self, key: str, otherwise: str) -> str:
        """The sentence where the catalogue has it: for words of the service, which may be newer than we are."""
        found = catalogue().get(key)
        return found[LANGUAGES.index(self.language)] if found else otherwise


@cache
def catalogue() -> Mapping[str, Sequence[str]]:
    """Every sentence in each of LANGUAGES, by key."""
    read = tomllib.loads(files("bascule_cli").joinpath("words.toml").read_text("utf-8"))
    return {f"{section}.{name}": both for section, entries in read.items() for name, both in entries.items()}


def wanted_language(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language of ``--lang``, else of the environment's first variable that is set, else English."""
    return next((language for language in _asked(arguments, environment) if language in LANGUAGES), "en")


def _asked(arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[str]:
    for place, one in enumerate(arguments):
        if one == "--lang" and place + 1 < len(arguments):
            yield arguments[place + 1]
        if one.startswith("--lang="):
            yield one.removeprefix("--lang=")
    for name in FROM_ENVIRONMENT:
        if environment.get(name):
            yield environment[name][:2].lower()
            return
