"""What a caller hears when nothing could be decided."""

from chalicelib.channels import Channel, Standing, Step, StepAction, Verdict
from chalicelib.http_types import Answer
from chalicelib.web.words import say


def without_store(channel: Channel) -> Answer | None:
    """What a caller hears when the request could only be held: words in both languages; None for other media."""
    if not channel.medium.waits:
        return None
    words = f"{say('voice.notice', 'fr')} {say('voice.notice', 'en')}"
    step = Step(action=StepAction.NOTICE, say=words, language="fr")
    return channel.answer(Verdict(standing=Standing.DECIDED, step=step))
