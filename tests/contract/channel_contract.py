"""What every kind of channel must keep, whatever its vendor: inherit it and say what is genuine.

A kind's test file holds ``class TestMessenger(SignedContract, BatchContract, SendingContract)``, from
signed_contract.py, this file and sending_contract.py, and then tests of the vendor's own traits. Instead of
SignedContract, a kind whose proof does not cover the body inherits ProvenContract, and one whose sender the
platform vouches for ChannelContract; one that cannot send but has a probe over the network inherits
ProbeContract instead of SendingContract.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from inspect import getattr_static
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.channels import (
    Capability,
    Channel,
    ChannelConfig,
    Forged,
    Malformed,
    MissingSetting,
    Parsed,
    Refusal,
    Standing,
    Verdict,
    kind,
)
from chalicelib.http_types import Request
from tests.contract.changes import changed_json, deep_json
from tests.fakes_http import Scripted, ScriptedHttp

SAMPLES = Path(__file__).parent.parent / "samples"
SECRET = "the-newest-secret-0123456789abcdef"
LOOSE = settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)
STANDINGS = frozenset(
    {(Standing.DECIDED, None), (Standing.DUPLICATE, None), (Standing.OVERLOADED, None)}
    | {(Standing.REFUSED, refusal) for refusal in Refusal}
)


class ChannelContract:
    """For every kind. Override the attributes and the methods that have no default."""

    kind: ClassVar[str]
    now: ClassVar[datetime] = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    sample: ClassVar[str]
    """Name of a file in tests/samples that holds at least one contact; no secret is in it."""
    samples: ClassVar[tuple[str, ...]] = ()
    """Names of further sample files: each must be readable whole, without a fault."""
    unknown_event: ClassVar[bytes]
    """A genuine body with an event of a kind that nobody knows yet."""
    answers: ClassVar[Mapping[tuple[Standing, Refusal | None], int]]
    """The HTTP code of the answer to each standing (all of STANDINGS)."""
    accounts: ClassVar[frozenset[str]]
    """Our own addresses at the provider that the sample's contacts name."""

    def config(self) -> ChannelConfig:
        """A complete configuration; the secret that signs is SECRET."""
        raise NotImplementedError

    def sign(self, body: bytes, secret: str = SECRET) -> Request:
        """The request as the vendor makes it at `self.now`; signed by its own SDK where there is one."""
        raise NotImplementedError

    def changed(self, body: bytes) -> st.SearchStrategy[bytes]:
        """Damaged copies of a genuine body; override it where bodies are not JSON."""
        return changed_json(body)

    def channel(self, *responses: Scripted, config: ChannelConfig | None = None) -> Channel:
        """The channel under test; its network says `responses` in order."""
        return kind(self.kind)(config or self.config(), ScriptedHttp(responses))

    def genuine(self) -> bytes:
        """The main sample's bytes; override it where the sample is in the test file."""
        return (SAMPLES / self.sample).read_bytes()

    def read(self, body: bytes) -> Parsed:
        """What the channel makes of a genuine body: verified, then parsed."""
        request, channel = self.sign(body), self.channel()
        channel.verify(request, self.now)
        return channel.parse(request, self.now)

    def test_what_says_later_needs_no_configured_channel(self) -> None:
        overloaded = self.channel().answer(Verdict(standing=Standing.OVERLOADED))

        assert overloaded == kind(self.kind).later
        assert not 200 <= overloaded.code < 300

    def test_reads_every_sample_without_a_fault(self) -> None:
        further = [(SAMPLES / name).read_bytes() for name in self.samples]
        read = [self.read(body) for body in (self.genuine(), *further)]

        assert [parsed.faults for parsed in read] == [()] * len(read)
        assert read[0].contacts

    def test_every_contact_says_who_wrote_to_which_account_and_when(self) -> None:
        contacts = self.read(self.genuine()).contacts

        assert {contact.account for contact in contacts} == self.accounts
        assert all(contact.provider_id and contact.party.address for contact in contacts)
        assert all(contact.sent_at is None or contact.sent_at.tzinfo is UTC for contact in contacts)

    def test_a_second_delivery_has_the_same_ids(self) -> None:
        first, second = self.read(self.genuine()), self.read(self.genuine())

        assert [c.provider_id for c in first.contacts] == [c.provider_id for c in second.contacts]
        assert first.receipts == second.receipts

    def test_ids_within_one_request_are_distinct(self) -> None:
        ids = [(contact.account, contact.provider_id) for contact in self.read(self.genuine()).contacts]

        assert len(set(ids)) == len(ids)

    def test_ignores_an_event_of_unknown_kind(self) -> None:
        parsed = self.read(self.unknown_event)

        assert (parsed.contacts, parsed.receipts, parsed.outcomes, parsed.signals) == ((), (), (), ())
        assert (parsed.ignored, parsed.faults) == (1, ())

    def test_has_its_own_answer_to_every_standing(self) -> None:
        channel = self.channel()

        given_codes = {
            pair: channel.answer(Verdict(standing=pair[0], refusal=pair[1])).code for pair in STANDINGS
        }

        assert given_codes == dict(self.answers)

    def test_declares_a_capability_if_and_only_if_it_has_the_method(self) -> None:
        cls = kind(self.kind)

        own = {c for c in Capability if getattr_static(cls, c.value) is not getattr_static(Channel, c.value)}

        assert cls.capabilities == own

    def test_names_the_setting_that_is_missing(self) -> None:
        config = self.config()

        for setting in (s for s in kind(self.kind).needs if s.required):
            bare = replace(
                config,
                settings={n: v for n, v in config.settings.items() if n != setting.name},
                secrets={n: v for n, v in config.secrets.items() if n != setting.name},
            )
            with pytest.raises(MissingSetting, match=setting.name):
                self.channel(config=bare)

    def test_is_found_by_its_name_and_has_a_deadline(self) -> None:
        cls = kind(self.kind)

        assert cls.kind == self.kind
        assert cls.deadline.total_seconds() > 0

    def test_no_secret_shows_in_its_representation(self) -> None:
        channel = self.channel()

        shown = f"{channel!r} {channel}"

        assert not [v for values in self.config().secrets.values() for v in values if v in shown]

    @LOOSE
    @given(body=st.binary(max_size=300))
    def test_genuine_nonsense_is_malformed_or_parsed_but_nothing_else(self, body: bytes) -> None:
        request = self.sign(body)

        assert self.outcome(request) in {"parsed", "malformed", "forged"}

    @LOOSE
    @given(choice=st.data())
    def test_a_damaged_sample_is_malformed_or_parsed_but_nothing_else(self, choice: st.DataObject) -> None:
        body = choice.draw(self.changed(self.genuine()))

        assert self.outcome(self.sign(body)) in {"parsed", "malformed", "forged"}

    @pytest.mark.parametrize(
        "body",
        [
            deep_json(),
            b'{"a":' * 50_000,
            b"NaN",
            b"\xff\xfe\x00",
            b"",
            b"null",
            b"9" * 10_000,
            b'{"entry":1e999}',
        ],
        ids=["deep", "open", "nan", "not UTF-8", "empty", "null", "huge number", "infinite"],
    )
    def test_a_poisonous_body_raises_nothing_unforeseen(self, body: bytes) -> None:
        assert self.outcome(self.sign(body)) in {"parsed", "malformed", "forged"}

    def outcome(self, request: Request) -> str:
        """What became of a request in one word; anything that is no ChannelError fails the test."""
        channel = self.channel()
        try:
            channel.verify(request, self.now)
            parsed = channel.parse(request, self.now)
        except Forged:
            return "forged"
        except Malformed:
            return "malformed"
        # Raises for a lone surrogate anywhere: no store could keep what was read.
        json.dumps(asdict(parsed), default=str, ensure_ascii=False).encode()
        return "parsed"


class BatchContract(ChannelContract):
    """For kinds whose one request may hold several elements."""

    mixed: ClassVar[bytes]
    """A genuine body with one malformed element among good ones."""
    good: ClassVar[int]
    """How many contacts its good elements make."""

    def test_a_malformed_element_costs_only_itself(self) -> None:
        parsed = self.read(self.mixed)

        assert (len(parsed.contacts), len(parsed.faults)) == (self.good, 1)
