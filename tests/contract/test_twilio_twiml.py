"""What the caller is given, compared with what Twilio's SDK builds."""

from xml.etree.ElementTree import Element, canonicalize, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from chalicelib.channels import Channel, Standing, Step, StepAction, Verdict, kind
from tests.contract.channel_contract import LOOSE
from tests.contract.twilio_side import URL, TwilioSide
from tests.fakes_http import ScriptedHttp

NEXT = f"{URL}?state=eyJ0IjoxfQ.c2ln&lang=fr"
SAY_FR = {"language": "fr-FR", "voice": "Polly.Lea"}


def channel() -> Channel:
    return kind("twilio_voice")(TwilioSide().config(), ScriptedHttp())


def read_xml(document: str) -> Element:
    return fromstring(document)  # noqa: S314 - the document is our own


def document(step: Step | None) -> str:
    """Our answer's body in canonical XML."""
    answer = channel().answer(Verdict(standing=Standing.DECIDED, step=step))
    assert (answer.code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    return canonicalize(answer.body)


@pytest.mark.parametrize("noun", ["number", "sip", "client"])
def test_connects_as_the_sdk_would(noun: str) -> None:
    address = {"number": "+33199009999", "sip": "sip:desk@pbx.example;a=b&c", "client": "léa"}[noun]
    ours = document(
        Step(
            action=StepAction.CONNECT,
            target={noun: address},
            next_url=NEXT,
            ring=25,
            say="À vous",
            language="fr",
        )
    )

    theirs, dial = VoiceResponse(), Dial(action=NEXT, method="POST", timeout=25, answer_on_bridge=True)
    theirs.say("À vous", **SAY_FR)
    getattr(dial, noun)(address)
    theirs.append(dial)
    assert ours == canonicalize(str(theirs))


@pytest.mark.parametrize("named", ["queue", "enqueue"])
@pytest.mark.parametrize("action", [StepAction.QUEUE, StepAction.CONNECT])
def test_a_queue_takes_the_caller_in_and_is_never_dialled(action: StepAction, named: str) -> None:
    target = {named: "accueil", "wait_url": "https://contact.example/musique"}

    ours = document(Step(action=action, target=target, next_url=NEXT))

    theirs = VoiceResponse()
    theirs.enqueue("accueil", action=NEXT, method="POST", wait_url="https://contact.example/musique")
    assert ours == canonicalize(str(theirs))


def test_offers_as_the_sdk_would() -> None:
    words = "Tapez 1 pour un SMS, 2 pour être rappelé"

    ours = document(Step(action=StepAction.OFFER, say=words, language="fr", next_url=NEXT))

    theirs = VoiceResponse()
    gather = Gather(num_digits=1, action=NEXT, method="POST", action_on_empty_result=True, timeout=5)
    gather.say(words, **SAY_FR)
    theirs.append(gather)
    assert ours == canonicalize(str(theirs))


def test_gives_notice_and_ends_as_the_sdk_would() -> None:
    notice, end, none = VoiceResponse(), VoiceResponse(), VoiceResponse()
    notice.say("We are closed", language="en-GB", voice="Polly.Amy")
    notice.hangup()
    end.hangup()

    closed = Step(action=StepAction.NOTICE, say="We are closed", language="en")
    assert document(closed) == canonicalize(str(notice))
    assert document(Step(action=StepAction.END)) == canonicalize(str(end))
    assert document(None) == canonicalize(str(none))


def test_a_desk_without_an_address_ends_the_call_with_its_words() -> None:
    connected, queued = (
        document(Step(action=action, target={"inbox": "7"}, say="Désolé", language="xx"))
        for action in (StepAction.CONNECT, StepAction.QUEUE)
    )

    theirs = VoiceResponse()
    theirs.say("Désolé")
    theirs.hangup()
    assert connected == queued == canonicalize(str(theirs))


def test_a_ring_stays_within_what_twilio_takes() -> None:
    target = {"number": "+33199009999"}

    rings = [
        read_xml(document(Step(action=StepAction.CONNECT, target=target, ring=ring)))[0].get("timeout")
        for ring in (0, 20, 9000)
    ]

    assert rings == ["5", "20", "600"]


def test_a_second_delivery_gets_the_same_document() -> None:
    voice = channel()
    step = Step(action=StepAction.CONNECT, target={"number": "+33199009999"}, next_url=NEXT)

    first, second = (
        voice.answer(Verdict(standing=s, step=step)) for s in (Standing.DECIDED, Standing.DUPLICATE)
    )

    assert first == second


@LOOSE
@given(words=st.text(max_size=60), url=st.text(max_size=40))
def test_no_text_can_break_the_document(words: str, url: str) -> None:
    step = Step(action=StepAction.OFFER, say=f"<Hangup/>{words}&", next_url=url, language=words)

    root = read_xml(channel().answer(Verdict(standing=Standing.DECIDED, step=step)).body)

    assert [element.tag for element in root.iter()] == ["Response", "Gather", "Say"]
    assert root.findtext("Gather/Say", "").startswith("<Hangup/>")
