"""The daily account in words, in French and English."""

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]
LANGUAGES = ("fr", "en")
WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "missed": "Le {day}, vous avez manqué {missed} contacts sur {of} ; {late} sont arrivés en retard.",
        "unseen": "Le {day}, {seen} contacts ont été vus ; ce qu'ils sont devenus n'est pas connu.",
        "none": "Le {day}, aucun contact n'a été vu.",
        "channel": "{channel} : {seen} contacts vus, {missed} manqués, {late} en retard.",
        "channel_unseen": "{channel} : {seen} contacts vus.",
        "hour": "  entre {at} et {end} UTC : {missed} manqués et {late} en retard sur {seen}.",
        "away": "  {path} en panne de {since} à {until} UTC.",
        "would": "  Bascule aurait confié les contacts manqués à : {desks}.",
        "would_all": "  Bascule aurait confié les contacts à : {desks}.",
        "nobody": "personne (rappel proposé)",
        "lasting": "maintenant",
        "before": "avant",
        "cannot": "Ce que ce compte ne peut pas savoir :",
        "never_came": "  - les contacts qui ne nous sont jamais parvenus, car un canal en panne n'envoie rien ;",
        "present_way": "  - ce que sont devenus les contacts des canaux sans forward_to ;",
        "after_taken": "  - ce que le dispositif actuel a fait de ce qu'il a accepté ;",
        "too_many": "  - les contacts au-delà de ceux qu'une réponse compte.",
    },
    "en": {
        "missed": "On {day} you missed {missed} contacts of {of}; {late} came late.",
        "unseen": "On {day} {seen} contacts were seen; what became of them is not known.",
        "none": "On {day} no contact was seen.",
        "channel": "{channel}: {seen} contacts seen, {missed} missed, {late} late.",
        "channel_unseen": "{channel}: {seen} contacts seen.",
        "hour": "  between {at} and {end} UTC: {missed} missed and {late} late of {seen}.",
        "away": "  {path} was down from {since} to {until} UTC.",
        "would": "  Bascule would have given the missed contacts to: {desks}.",
        "would_all": "  Bascule would have given the contacts to: {desks}.",
        "nobody": "nobody (call-back offered)",
        "lasting": "now",
        "before": "before",
        "cannot": "What this account cannot know:",
        "never_came": "  - contacts that never reached us: a channel that is down sends nothing;",
        "present_way": "  - what became of contacts on channels without forward_to;",
        "after_taken": "  - what the present way did with what it took;",
        "too_many": "  - contacts beyond those that one answer counts.",
    },
}


def in_words(account: Json, language: str) -> str:
    """The account as a short text."""
    words = WORDS[language]
    lines = [_headline(account, words)]
    for channel in account["channels"]:
        lines += _of_channel(channel, words)
    if account["cannot_know"]:
        lines += [words["cannot"], *(words[each] for each in account["cannot_know"])]
    return "\n".join(lines) + "\n"


def _headline(account: Json, words: Mapping[str, str]) -> str:
    told = {"day": account["day"], "seen": account["seen"]}
    if not account["seen"]:
        return words["none"].format(**told)
    if account["missed"] is None:
        return words["unseen"].format(**told)
    return words["missed"].format(
        **told, missed=account["missed"], late=account["late"], of=account["passed_on"]
    )


def _of_channel(channel: Json, words: Mapping[str, str]) -> Iterator[str]:
    known = channel["missed"] is not None
    yield words["channel" if known else "channel_unseen"].format(**channel)
    for hour in channel["hours"]:
        if hour["missed"] or hour["late"]:
            at = hour["at"][11:16]
            yield words["hour"].format(**{**hour, "at": at, "end": f"{int(at[:2]) + 1:02}:00"})
    for spell in channel["away"]:
        since, until = (
            _clock(spell["opened_at"], words["before"]),
            _clock(spell["closed_at"], words["lasting"]),
        )
        yield words["away"].format(path=spell["path"], since=since, until=until)
    name, key = ("would", "missed_would_have_gone_to") if known else ("would_all", "would_have_gone_to")
    if channel[key]:
        desks = ", ".join(f"{one['name'] or words['nobody']} ({one['contacts']})" for one in channel[key])
        yield words[name].format(desks=desks)


def _clock(at: str | None, otherwise: str) -> str:
    return at[:16].replace("T", " ") if at else otherwise
