"""What a caller hears, and what a vendor is told, when nothing could be decided."""

from datetime import datetime

from chalicelib.channels import Channel, Standing, Step, StepAction, UnknownKind, Verdict, kind
from chalicelib.http_types import Answer
from chalicelib.service.situation import NoSituation, SituationReader
from chalicelib.web.words import say

NOTICE = f"{say('voice.notice', 'fr')} {say('voice.notice', 'en')}"
"""In both languages: nobody looks at the plan for a call that can only be held."""


def without_store(channel: Channel) -> Answer | None:
    """What a caller hears when the request could only be held: words in both languages; None for other media."""
    if not channel.medium.waits:
        return None
    step = Step(action=StepAction.NOTICE, say=NOTICE, language="fr")
    return channel.answer(Verdict(standing=Standing.DECIDED, step=step))


def ask_again(situations: SituationReader, channel: str, now: datetime) -> Answer | None:
    """What makes the vendor behind a channel ask again; None where not even the kind of channel is known."""
    try:
        planned = situations.read(now).plan.channels.get(channel)
        return kind(planned.kind).later if planned else None
    except (NoSituation, UnknownKind):
        return None
