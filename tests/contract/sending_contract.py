"""What every kind that speaks to its provider must keep: probes for all, sends for those that can."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import pytest

from chalicelib.channels import SendFailed
from chalicelib.domain.model import Message, Outcome
from chalicelib.http_types import Call, MaybeSent, NotSent, Response
from tests.contract.channel_contract import ChannelContract
from tests.fakes_http import ScriptedHttp, reply

WORDS = "Nous revenons à 14 h 🚨 <b>\\/ « déjà »"


class ProbeContract(ChannelContract):
    """For every kind whose probe asks the provider over the network."""

    probes: ClassVar[Mapping[str, tuple[tuple[Response, ...], Outcome]]]
    """A name for the case: the provider's answers in order, and the outcome of the probe."""
    secrets_in_path: ClassVar[frozenset[str]] = frozenset()
    """Names of secrets for which the vendor's API knows no other place than the path of its addresses."""

    def told(self, words: str, *, but: frozenset[str] = frozenset()) -> list[str]:
        """The names of the secrets, without those of `but`, of which a value is in these words."""
        secrets = self.config().secrets
        return [
            name for name, values in secrets.items() if name not in but and any(v in words for v in values)
        ]

    def test_a_probe_reads_each_answer_of_the_provider(self) -> None:
        found = {name: self.channel(*script).probe(self.now) for name, (script, _) in self.probes.items()}

        assert {name: signal.outcome for name, signal in found.items()} == {
            n: o for n, (_, o) in self.probes.items()
        }
        assert all(signal.at == self.now and signal.latency > 0 for signal in found.values())

    def test_the_probe_table_has_the_cases_that_matter(self) -> None:
        codes = {response.code for script, _ in self.probes.values() for response in script}

        assert {401, 429, 500} <= codes
        assert Outcome.OK in {outcome for _, outcome in self.probes.values()}

    @pytest.mark.parametrize(
        "failure", [NotSent("refused"), MaybeSent("late")], ids=["not sent", "maybe sent"]
    )
    def test_a_probe_that_gets_no_answer_lets_the_door_say_so(self, failure: NotSent | MaybeSent) -> None:
        with pytest.raises(type(failure)):
            self.channel(failure).probe(self.now)

    def test_a_probe_goes_to_the_configured_base_and_tells_no_secret(self) -> None:
        script = next(s for s, outcome in self.probes.values() if outcome is Outcome.OK)
        channel = self.channel(*script)

        signal = channel.probe(self.now)

        assert isinstance(channel.http, ScriptedHttp)
        assert channel.http.calls
        for call in channel.http.calls:
            assert call.url.startswith(f"{self.config().base}/")
            assert self.told(call.url, but=self.secrets_in_path) == []
        assert self.told(signal.detail) == []


class SendingContract(ProbeContract):
    """For kinds that can send. `config().base` must be set."""

    accepted: ClassVar[tuple[Response, ...]]
    """The provider's answers, in order, when it takes the message."""
    accepted_id: ClassVar[str]
    """The id that it gives."""
    proves_sends: ClassVar[bool] = True
    """Whether a send bears a secret of the channel, or something made with it."""
    sends: ClassVar[Mapping[str, tuple[tuple[Response, ...], Outcome]]]
    """A name for the case: the provider's answers in order, and the outcome of the failed send."""

    def message(self, text: str = WORDS) -> Message:
        """A message that the kind can send."""
        raise NotImplementedError

    def spoken(self, calls: list[Call]) -> str:
        """The words as the provider would read them from our calls."""
        raise NotImplementedError

    def test_a_taken_message_has_the_providers_id(self) -> None:
        sent = self.channel(*self.accepted).send(self.message(), self.now)

        assert sent.provider_id == self.accepted_id

    def test_sends_every_character_to_the_configured_base(self) -> None:
        channel = self.channel(*self.accepted)

        channel.send(self.message(), self.now)

        assert isinstance(channel.http, ScriptedHttp)
        assert WORDS in self.spoken(channel.http.calls)
        assert all(call.url.startswith(f"{self.config().base}/") for call in channel.http.calls)

    def test_no_secret_is_in_an_address(self) -> None:
        channel = self.channel(*self.accepted)

        channel.send(self.message(), self.now)

        assert isinstance(channel.http, ScriptedHttp)
        assert self.told(" ".join(call.url for call in channel.http.calls), but=self.secrets_in_path) == []

    def test_a_send_uses_the_newest_of_two_secrets(self) -> None:
        newest = {name: values[:1] for name, values in self.config().secrets.items()}
        former = {name: (f"{value[:-4]}AAAA",) for name, (value,) in newest.items()}
        both = {name: (*newest[name], *former[name]) for name in newest}

        sent = [self._sent_with(secrets) for secrets in (newest, both)]

        assert self.proofs(sent[0]) == self.proofs(sent[1])
        assert (self._sent_with(former) != sent[0]) is self.proves_sends

    def proofs(self, calls: list[Call]) -> list[Call]:
        """The calls, with nothing but their proof by the newest secret; for kinds that prove by each one."""
        return calls

    def _sent_with(self, secrets: Mapping[str, tuple[str, ...]]) -> list[Call]:
        channel = self.channel(*self.accepted, config=replace(self.config(), secrets=secrets))
        channel.send(self.message(), self.now)
        assert isinstance(channel.http, ScriptedHttp)
        return channel.http.calls

    def test_each_refusal_speaks_against_the_right_side(self) -> None:
        assert {name: self._failure(script).outcome for name, (script, _) in self.sends.items()} == {
            name: outcome for name, (_, outcome) in self.sends.items()
        }

    def test_the_table_of_sends_has_the_cases_that_matter(self) -> None:
        codes = {response.code for script, _ in self.sends.values() for response in script}

        assert {401, 429, 500} <= codes
        assert {Outcome.OUTAGE, Outcome.THROTTLED, Outcome.AUTH} <= {
            outcome for _, outcome in self.sends.values()
        }

    def test_a_refusal_tells_neither_the_words_nor_a_secret(self) -> None:
        for script, _ in self.sends.values():
            told = str(self._failure(script))
            assert WORDS not in told
            assert self.told(told) == []

    def test_a_throttled_send_says_when_to_ask_again(self) -> None:
        scripts = [script for script, outcome in self.sends.values() if outcome is Outcome.THROTTLED]
        waits = [self._failure(script).retry_after for script in scripts]

        assert max(waits) > 0

    @pytest.mark.parametrize(
        "failure", [NotSent("refused"), MaybeSent("late")], ids=["not sent", "maybe sent"]
    )
    def test_a_send_without_an_answer_lets_the_door_say_so(self, failure: NotSent | MaybeSent) -> None:
        with pytest.raises(type(failure)):
            self.channel(failure).send(self.message(), self.now)

    @pytest.mark.parametrize("code", [502, 504, 520, 524])
    def test_words_that_left_to_a_gateway_that_gave_up_may_have_come_through(self, code: int) -> None:
        failed = self._failure((*self.accepted[:-1], reply(code, "<html>")))

        doubled = not self.channel().idempotent
        assert failed.outcome is (Outcome.UNKNOWN if doubled else Outcome.OUTAGE)

    def test_words_to_a_provider_that_is_away_did_not_come_through(self) -> None:
        failed = self._failure((*self.accepted[:-1], reply(503, "<html>")))

        assert failed.outcome is Outcome.OUTAGE

    def test_a_probe_of_a_gateway_that_gave_up_is_no_doubt(self) -> None:
        assert self.channel(reply(504, "<html>")).probe(self.now).outcome is Outcome.OUTAGE

    def _failure(self, script: tuple[Response, ...]) -> SendFailed:
        with pytest.raises(SendFailed) as failed:
            self.channel(*script).send(self.message(), self.now)
        return failed.value
