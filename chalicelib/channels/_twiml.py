"""TwiML for voice (Say, Gather, Dial, Enqueue, Hangup pages; 2010-04-01), safe from any text put into it."""

import re
from collections.abc import Mapping

from chalicelib.channels import Step, StepAction

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# Our language -> Twilio's, and a voice that speaks it.
_VOICES = {
    "fr": ("fr-FR", "Polly.Lea"),
    "en": ("en-GB", "Polly.Amy"),
    "de": ("de-DE", "Polly.Vicki"),
    "es": ("es-ES", "Polly.Lucia"),
    "it": ("it-IT", "Polly.Carla"),
    "nl": ("nl-NL", "Polly.Lotte"),
}
_NOUNS = {"number": "Number", "sip": "Sip", "client": "Client", "address": "Number"}
_LONGEST_SAY = 3000
_LONGEST_MESSAGE = 1600
_RING = (5, 600)


def spoken(words: str, language: str) -> str:
    """A whole document that says the words and hangs up."""
    return _response(_say(words, language), "<Hangup/>")


def written(step: Step) -> str:
    """A whole document that answers a message with the step's words."""
    return _response(_element("Message", {}, _escape(step.say[:_LONGEST_MESSAGE])))


def document(step: Step | None) -> str:
    """The document for a step; an empty one, which ends the call, when there is none."""
    if step is None:
        return _response()
    if step.action is StepAction.CONNECT:
        return _response(_say(step.say, step.language), _connect(step))
    if step.action is StepAction.QUEUE:
        return _response(_say(step.say, step.language), _enqueue(step))
    if step.action is StepAction.LEAD_ON:
        return _response(_element("Redirect", {"method": "POST"}, _escape(step.next_url)))
    if step.action is StepAction.OFFER:
        return _response(_gather(step))
    return spoken(step.say, step.language)


def _connect(step: Step) -> str:
    """Ring the desk. A desk that is a queue takes the caller in: dialling one would reach another caller."""
    if _queue(step):
        return _enqueue(step)
    name = next((name for name in _NOUNS if step.target.get(name)), "")
    if not name:
        return "<Hangup/>"
    attributes = {
        "action": step.next_url,
        "answerOnBridge": "true",
        "method": "POST" if step.next_url else "",
        "timeout": str(max(_RING[0], min(step.ring, _RING[1]))),
    }
    return _element("Dial", attributes, _element(_NOUNS[name], {}, _escape(step.target[name])))


def _queue(step: Step) -> str:
    """The desk's queue; plans may name it by Twilio's verb or by its noun."""
    return step.target.get("queue", "") or step.target.get("enqueue", "")


def _enqueue(step: Step) -> str:
    name = _queue(step)
    if not name:
        return "<Hangup/>"
    attributes = {
        "action": step.next_url,
        "method": "POST" if step.next_url else "",
        "waitUrl": step.target.get("wait_url", ""),
    }
    return _element("Enqueue", attributes, _escape(name))


def _gather(step: Step) -> str:
    """One key, and the action is called even when none is pressed, so that silence reaches us too."""
    attributes = {
        "action": step.next_url,
        "actionOnEmptyResult": "true",
        "method": "POST",
        "numDigits": "1",
        "timeout": "5",
    }
    return _element("Gather", attributes, _say(step.say, step.language))


def _say(words: str, language: str) -> str:
    if not words.strip():
        return ""
    spoken_in, voice = _VOICES.get(language[:2].lower(), ("", ""))
    return _element("Say", {"language": spoken_in, "voice": voice}, _escape(words[:_LONGEST_SAY]))


def _element(name: str, attributes: Mapping[str, str], inside: str) -> str:
    given = "".join(f' {key}="{_escape(value)}"' for key, value in attributes.items() if value)
    return f"<{name}{given}>{inside}</{name}>"


def _escape(words: str) -> str:
    return _NOT_XML.sub("", words).translate(_ESCAPES)


def _response(*verbs: str) -> str:
    inside = "".join(verbs)
    return f"{_HEAD}<Response>{inside}</Response>" if inside else f"{_HEAD}<Response/>"
