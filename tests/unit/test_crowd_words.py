"""Which sentences say that another way to reach us is dead: real complaints, innocent ones, hostile ones."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.detection.crowd import NAMES, accused, complains, folded
from chalicelib.domain.model import Medium

CHANNELS = {
    "chat": NAMES[Medium.CHAT] | {"acme live"},
    "phone": NAMES[Medium.VOICE],
    "mail": NAMES[Medium.EMAIL],
    "messenger": frozenset({"messenger"}),
}
COMPLAINTS = {
    "Your chat is dead": "chat",
    "your chat is down again": "chat",
    "The live chat isn't working.": "chat",
    "The chat on your site doesn\u2019t load": "chat",
    "le chat sur votre site ne marche pas": "chat",
    "Hello, the chat doesn't work since this morning": "chat",
    "chat does not respond": "chat",
    "chat not working": "chat",
    "I can't reach you on Messenger": "messenger",
    "I cannot reach anyone by phone": "phone",
    "Unable to open the chat!!": "chat",
    "Acme Live keeps crashing": "chat",
    "your hotline is out of order": "phone",
    "my order 123 is late, and nobody answers: your phone line is dead": "phone",
    "I tried everything but your messenger never responds": "messenger",
    "Votre chat ne marche pas": "chat",
    "le chat marche pas": "chat",
    "Bonjour, le tchat ne fonctionne plus depuis ce matin": "chat",
    "Le chat ne répond plus, que faire ?": "chat",
    "votre ligne est en panne": "phone",
    "votre numéro est injoignable": "phone",
    "Impossible de vous joindre par téléphone": "phone",
    "je n\u2019arrive pas à vous joindre sur Messenger": "messenger",
    "Messenger est HS !": "messenger",
    "votre messenger est toujours planté": "messenger",
    "le chat s'ouvre pas": "chat",
    "le chat bug": "chat",
}
INNOCENT = [
    "My chat is dead",
    "mon chat est mort",
    "le chat est mort ce matin, le v\u00e9t\u00e9rinaire passe",
    "my phone is dead, sorry for the delay",
    "ma ligne est en panne, pouvez-vous appeler ma voisine ?",
    "le chat marche bien, merci",
    "The chat works fine",
    "your chat is not down",
    "votre chat n'est pas en panne",
    "le chat n'est plus en panne",
    "your chat was dead yesterday, now it works again",
    "What shall I do if the chat is down?",
    "que faire si le chat ne marche pas",
    "le chat ne marche pas mal",
    "le chat ne répond pas à mes questions",
    "The phone does not answer my needs",
    "I cannot open the attachment in your e-mail, what is the password of the file",
    "the blender doesn't work",
    "la livraison n'est pas arriv\u00e9e",
    "please chat with me, my blender is broken",
    "I bought a phone, it is dead",
    "the phone I bought from you is dead",
    "dead chat dead chat",
    "not",
    "",
]
HOSTILE = [
    "your chat is dead. your phone is dead. your mail is dead. your messenger is dead",
    "\u202eyour chat is\u0000 de\u200bad",
    "<script>your chat</script>",
    "chat " * 5_000,
    "your chat is " * 3_000 + "dead",
    "ne " * 9_000 + "marche pas",
    "can t reach " * 2_000,
    "\ud800 your \udfff chat",
    "\ufdfa" * 10_000,
]


@pytest.mark.parametrize(("text", "named"), COMPLAINTS.items())
def test_a_complaint_names_the_channel(text, named):
    assert accused(text, CHANNELS) == {named}
    assert complains(text)


@pytest.mark.parametrize("text", INNOCENT)
def test_an_innocent_sentence_names_none(text):
    assert accused(text, CHANNELS) == frozenset()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_names_none_and_costs_little(text):
    began = time.process_time()

    assert accused(text, CHANNELS) == frozenset()
    assert not complains(text) or len(folded(text)) < 20_000
    assert time.process_time() - began < 0.1


def test_two_channels_in_one_text_are_believed():
    assert accused("Your chat is dead and your phone is dead", CHANNELS) == {"chat", "phone"}


@given(st.text(max_size=800))
def test_no_text_breaks_the_matcher(text):
    assert accused(text, CHANNELS) <= CHANNELS.keys()
