"""What the seam allows that no kind of today needs: keys fetched for a proof, a state without an address."""

from datetime import timedelta

import pytest

from chalicelib.channels import CallStep, CallWord, Channel, ChannelConfig, Forged, Invitation, Parsed
from chalicelib.domain.model import Contact, Medium, Message, Outcome, Party, Signal
from chalicelib.http_types import Answer, Call, MaybeSent, NotSent, Request, Response
from chalicelib.ports import Unavailable
from chalicelib.service.registry import prove
from chalicelib.service.tokens import read_state
from tests.world import PLAN, START, World


class Keyed(Channel):
    """Proves requests by keys that it has to fetch."""

    kind = "keyed"
    medium = Medium.VIDEO
    deadline = timedelta(seconds=3)

    def verify(self, request, now):
        keys = self.http.send(Call(method="GET", url="https://vendor.example/keys")).body
        if request.headers.get("authorization", "").encode() != keys:
            raise Forged("another key")

    def parse(self, request, now):
        return Parsed(ignored=1)

    def answer(self, verdict):
        return Answer()

    def probe(self, now):
        return Signal(outcome=Outcome.OK, at=now)

    def invite(self, message, now):
        return Invitation(link=f"https://meet.example/{message.key}", provider_id="7")


class Flow(Keyed):
    """Reads its answers as flat values, as a contact flow does."""

    def answer(self, verdict):
        return Answer(body=verdict.step.state)


class Keys:
    """A vendor's address for keys, which may be out of reach."""

    def __init__(self, fault=None):
        self.fault = fault

    def send(self, call):
        if self.fault:
            raise self.fault
        return Response(code=200, body=b"key")


def keyed(fault=None):
    return Keyed(ChannelConfig(id="keyed-fr"), Keys(fault))


@pytest.mark.parametrize("fault", [NotSent("refused"), MaybeSent("silence")])
def test_a_proof_whose_keys_are_out_of_reach_means_later_and_neither_genuine_nor_forged(fault):
    with pytest.raises(Unavailable, match="keyed-fr"):
        prove(keyed(fault), Request(headers={"authorization": "key"}), START)


def test_a_proof_by_fetched_keys_lets_in_and_refuses():
    prove(keyed(), Request(headers={"authorization": "key"}), START)

    with pytest.raises(Forged):
        prove(keyed(), Request(headers={"authorization": "other"}), START)


def test_an_invitation_has_a_link_and_an_id_to_end_the_meeting_by():
    made = keyed().invite(Message(key="k1", target={"topic": "Order"}, text=""), START)

    assert made == Invitation(link="https://meet.example/k1", provider_id="7")


def test_a_vendor_without_an_address_to_come_back_to_gets_the_calls_state_by_itself():
    world = World(PLAN.replace("target: {queue: sales}", "target: {queue: sales}, media: [voice, messaging]"))
    caller = Contact(account="", provider_id="c1", party=Party(address="+33612345678"), medium=Medium.VOICE)
    parsed = Parsed(contacts=(caller,), call=CallStep(word=CallWord.ARRIVED))
    flow = Flow(ChannelConfig(id="shop"), Keys())

    told = world.wired.acceptance.calls.step(flow, world.wired.situations.read(START), parsed, START)

    state = read_state(told.answer.body, world.ports.secrets.signing_keys())
    assert (state.desk, state.step) == ("desk-a", 0)
