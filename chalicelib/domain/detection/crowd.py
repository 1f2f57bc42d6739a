"""Customers' words that another way to reach us is dead, in French and English: which channel they name, if any."""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from chalicelib.domain.model import Medium

MOST_LETTERS = 600
"""Of a longer text only the beginning is read: who cannot reach us says so at once."""
MOST_NAMED = 2
"""A text that accuses more ways than these is noise."""
NAMES: Mapping[Medium, frozenset[str]] = {
    Medium.CHAT: frozenset({"chat", "tchat", "live chat", "livechat", "web chat"}),
    Medium.VOICE: frozenset(
        {"phone", "phone line", "hotline", "telephone", "ligne", "numero", "standard", "line"}
    ),
    Medium.EMAIL: frozenset({"email", "e mail", "mail", "courriel"}),
    Medium.SMS: frozenset({"sms", "texto", "text messages"}),
    Medium.VIDEO: frozenset({"video", "visio", "video call"}),
    Medium.MESSAGING: frozenset({"messaging", "messagerie"}),
}
"""What customers call a medium, folded as `folded` does it."""

_CUT = re.compile(r"[.!?;:,\n]+|\b(?:but|mais)\b")
_NOT_OURS = frozenset({"my", "mon", "ma", "mes", "our", "his", "her", "notre", "son", "sa", "un", "une", "a"})
_ELSEWHERE = re.compile(
    r"\b(?:if|whether|si|s il|quand|lorsque|suppose|hier|yesterday|last|ago|was|were|had been|etait|avait|used to|"
    r"fixed|repaire|repare|no longer (?:down|broken|dead)|plus en panne|again now|de nouveau bien)\b"
)
_WELL = re.compile(
    r"\b(?:works? (?:again|now|fine|well|great)|is (?:back|up again|working)|remarche|refonctionne|"
    r"(?:marche|fonctionne) (?:bien|tres bien|a nouveau|de nouveau|maintenant|parfaitement))\b"
)
_STILL = (
    r"(?:really |completely |totally |still |again |currently |just |always |all |vraiment |completement |"
    r"totalement |encore |toujours |de nouveau |actuellement )?"
)
_WHERE = r"(?: (?:on|of|sur|de) (?:your|the|votre|le) (?:site|website|page|app|application))?"
_BROKEN = re.compile(
    rf"^(?: (?:window|button|line|service|support|app|page|client|en ligne|du site))?{_WHERE}"
    r"(?: (?:is|s|are|seems|looks|appears|has been|est|semble|parait|a l air))(?: to be| etre)? " + _STILL +
    r"(?:dead|down|broken|offline|out of order|not (?:working|responding|loading|opening|connecting)|unresponsive|"
    r"crashing|frozen|en panne|hs|hors service|bloquee?|plantee?|cassee?|morte?|en rade|inaccessible|"
    r"injoignable)\b"
)  # fmt: skip
_FAILS = re.compile(
    rf"^(?: \w+)?{_WHERE} (?:(?:does|do|is|has|will|wo|ca|can)(?: not|nt|n t) " + _STILL + r"(?:even |seem to )?"
    r"(?:work|working|respond|responding|load|loading|open|opening|connect|connecting|answer|answering)\b"
    r"(?! (?:my|our|the|all|any|for me to))"
    r"|never (?:loads|opens|responds|works|connects|answers)\b(?! (?:my|our))"
    r"|(?:has )?stopped working\b|no longer works\b|(?:keeps )?crash(?:es|ing)\b|not working\b)"
)  # fmt: skip
_PAS = re.compile(
    rf"^(?: \w+)?{_WHERE}(?: ne| n)? (?:marche|marchent|fonctionne|fonctionnent|repond|repondent|charge|"
    r"s ouvre|s affiche|demarre)"
    r"(?: (?:toujours|meme|du tout|vraiment))? (?:pas|plus|jamais)\b"
    r"(?! (?:trop |si |tres )?mal\b)(?! a (?:mes|ma|mon|nos|notre|vos|la|toutes)\b)(?! aux\b)"
    r"|^ (?:bug|bugue|beugue?|plante|crashe)\b"
)  # fmt: skip
_NO_WAY = re.compile(
    r"(?:\b(?:cant|cannot|can t|can not|unable to|impossible to) (?:\w+ )?"
    r"(?:reach|use|open|access|contact|connect|get|log)"
    r"(?: (?:you|anyone|anybody|someone|through))?(?: (?:on|by|via|through|over|with|to|in))*"
    r"|\b(?:impossible|arrive pas|arrive plus|peux pas|peux plus|pouvons pas|pouvons plus|pas moyen|"
    r"reussis pas|parviens pas)"
    r" (?:a |de |d )?(?:vous |me )?(?:joindre|utiliser|ouvrir|acceder|contacter|ecrire|connecter|lancer|parler)"
    r"(?: (?:a quelqu un|quelqu un|personne))?(?: (?:sur|par|via|a|au|avec))?)"
    r"(?: (?:the|your|le|la|l|votre|vos|ce))?$"
)  # fmt: skip


def folded(text: str) -> str:
    """Small letters without accents; marks that cut sentences stay, apostrophes go, the rest is spaces."""
    plain = unicodedata.normalize("NFKD", text[:MOST_LETTERS].casefold().replace("\u2019", "'"))
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^\w.!?;:,\n]+", " ", kept.replace("n't", "nt"))


def complains(text: str) -> bool:
    """Cheap: may this text say that something does not work? Asked of every text, before the plan's names are."""
    return _MAYBE.search(folded(text)) is not None


def accused(text: str, names: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The channels that the text says do not work; `names` are each channel's names, folded.

    A channel named otherwise than as ours ("my phone") or as working again is not accused, nor any in a sentence
    about the past or a case that is only imagined; more than two in one text are noise.
    """
    said = folded(text)
    if _WELL.search(said):
        return frozenset()
    clauses = [" ".join(clause.split()) for clause in _CUT.split(said)]
    found = {
        channel
        for clause in clauses
        if not _ELSEWHERE.search(clause)
        for channel, called in names.items()
        if any(_dead(before, after) for name in called for before, after in _around(clause, name))
    }
    return frozenset(found) if len(found) <= MOST_NAMED else frozenset()


def _around(clause: str, name: str) -> Iterator[tuple[str, str]]:
    """What stands before and after each place where a name stands as a word."""
    padded, start = f" {clause} ", 0
    while (at := padded.find(f" {name} ", start)) >= 0:
        yield padded[:at].strip(), padded[at + len(name) + 1 :].rstrip()
        start = at + 1


def _dead(before: str, after: str) -> bool:
    last = before.rpartition(" ")[2]
    if last in _NOT_OURS:
        return False
    if last in ("le", "ce") and re.match(r" est mort\b", after):  # in French a cat may die
        return False
    said = any(pattern.match(after) for pattern in (_BROKEN, _FAILS, _PAS))
    return said or _NO_WAY.search(before) is not None


_MAYBE = re.compile(
    r"\b(?:dead|down|broken|offline|order|not|cant|cannot|unable|impossible|doesnt|dont|isnt|wont|never|stopped|longer|"
    r"crash\w*|frozen|unresponsive|panne|hs|hors|bloquee?|plantee?|plante|cassee?|morte?|rade|inaccessible|injoignable|"
    r"pas|plus|jamais|bugu?e?|beugu?e?)\b|n t\b"
)  # fmt: skip
