"""What an announcement says to people, in French and English."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.domain.takeover import STORED
from chalicelib.domain.telling.alerts import Alert
from chalicelib.domain.telling.event import spelled
from chalicelib.domain.telling.flips import Chapter, News
from chalicelib.domain.telling.story import Story

LANGUAGES = ("fr", "en")
FLIPS: Mapping[News, tuple[str, str]] = {
    News.OPENED: ("{path} est en panne ({because}).", "{path} is down ({because})."),
    News.FLAPPING: (
        "{path} retombe en panne peu après son retour : il bascule. Prochain message quand ce sera fini.",
        "{path} is down again soon after its return: it flaps. The next message comes when that is over.",
    ),
    News.RETURNED: ("{path} est de retour ({because}).", "{path} is back ({because})."),
}
OTHER = ("{path} : {before} -> {after} ({because}).", "{path}: {before} -> {after} ({because}).")
PLANNED = ("Travaux prévus. ", "Planned work. ")
ENDED = (
    "{path} : l'incident est clos, {count} départ(s) depuis {began}.",
    "{path}: the trouble is over, {count} departure(s) since {began}.",
)
ALERTS: Mapping[Alert, tuple[str, str]] = {
    Alert.MISSING: ("Plus aucune mesure de : {subjects}.", "No evidence any more of: {subjects}."),
    Alert.LASTING: ("En panne depuis plus de 24 h : {subjects}.", "Down for more than 24 h: {subjects}."),
    Alert.UNPROVEN: (
        "Secours sans preuve depuis 7 jours : {subjects}.",
        "Fallback not proven for 7 days: {subjects}.",
    ),
    Alert.PROBER: (
        "Trop d'échecs à la fois, chez des fournisseurs sans lien : nos sondes sont en doute : {subjects}.",
        "Unrelated providers fail at once: our own probes are in doubt: {subjects}.",
    ),
    Alert.OVERRUN: (
        "Toujours en panne après la fin des travaux prévus : {subjects}.",
        "Still down after the end of planned work: {subjects}.",
    ),
}
SERVED = ("Contacts de {purpose} ({market}) : {desk}.", "Contacts for {purpose} ({market}): {desk}.")
USABLE = ("Moyens de contact ({market}) : {ways}.", "Ways to reach us ({market}): {ways}.")
NOBODY = ("aucun bureau, rappel proposé", "no desk, call-back offered")


def flip_words(chapter: Chapter, instead: Mapping[str, Any]) -> dict[str, str]:
    """A flip's words by language: both states or names, the reason, and who serves now."""
    flip = chapter.flip
    named = {
        "path": flip.path,
        "because": flip.because,
        "before": flip.before or "?",
        "after": flip.after or "?",
    }
    said = FLIPS.get(chapter.news, OTHER)
    return {
        language: (PLANNED[at] if flip.planned else "") + said[at].format(**named) + _instead(instead, at)
        for at, language in enumerate(LANGUAGES)
    }


def ended_words(path: str, story: Story) -> dict[str, str]:
    """The words of a story's end."""
    named = {"path": path, "count": story.departures, "began": spelled(story.began)}
    return {language: ENDED[at].format(**named) for at, language in enumerate(LANGUAGES)}


def alert_words(alert: Alert, subjects: Mapping[str, datetime]) -> dict[str, str]:
    """The words of an alert."""
    named = ", ".join(sorted(subjects))
    return {language: ALERTS[alert][at].format(subjects=named) for at, language in enumerate(LANGUAGES)}


def _instead(instead: Mapping[str, Any], at: int) -> str:
    said = [
        SERVED[at].format(
            purpose=each["purpose"],
            market=each["market"],
            desk=NOBODY[at] if each["now"] == STORED else each["now"],
        )
        for each in instead["routes"]
    ]
    if "ways" in instead:
        usable = ", ".join(instead["ways"]["usable"]) or "-"
        said.append(USABLE[at].format(market=instead["ways"]["market"], ways=usable))
    return "".join(f" {each}" for each in said)
