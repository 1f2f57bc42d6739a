"""What every kind must keep whose requests carry a proof: a secret of ours, or a signature made with it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels import Forged, Parsed
from chalicelib.http_types import Request
from tests.contract.channel_contract import LOOSE, SECRET, ChannelContract

FORMER = "the-former-secret-0123456789abcdef"
SECOND = timedelta(seconds=1)


class ProvenContract(ChannelContract):
    """For kinds whose requests carry a proof in a header that does not cover the body: an agreed secret."""

    secret_name: ClassVar[str]
    """The name, in `needs`, of the secret that signs."""
    proof_headers: ClassVar[tuple[str, ...]]
    """The headers, in lower case, without any of which there is no proof."""
    lives: ClassVar[timedelta | None] = None
    """How long a request is believed; None where the vendor puts no time under its proof."""

    def with_header(self, name: str, value: str | None) -> Request:
        """The genuine request with one header replaced, or taken away (None)."""
        request = self.sign(self.genuine())
        headers = {n: v for n, v in request.headers.items() if n != name}
        return replace(request, headers=headers if value is None else {**headers, name: value})

    def test_accepts_a_genuine_request(self) -> None:
        assert self.outcome(self.sign(self.genuine())) == "parsed"

    def test_refuses_another_secret(self) -> None:
        with pytest.raises(Forged):
            self.channel().verify(self.sign(self.genuine(), "some-other-secret-0123456789abcdef"), self.now)

    def test_accepts_each_of_several_secrets(self) -> None:
        config = self.config()
        config = replace(config, secrets={**config.secrets, self.secret_name: (SECRET, FORMER)})

        for secret in (SECRET, FORMER):
            request = self.sign(self.genuine(), secret)
            self.channel(config=config).verify(request, self.now)

        with pytest.raises(Forged):
            self.channel().verify(self.sign(self.genuine(), FORMER), self.now)

    def test_an_old_request_is_refused_where_its_time_is_proven(self) -> None:
        request, lives = self.sign(self.genuine()), self.lives or timedelta(days=30)

        early, late = (self._outcome_at(request, self.now + lives + step) for step in (-SECOND, SECOND))

        assert (early, late) == ("parsed", "forged" if self.lives else "parsed")

    def test_an_old_request_that_comes_again_has_the_same_ids(self) -> None:
        request, channel = self.sign(self.genuine()), self.channel()

        ids = [self._ids(channel.parse(request, self.now + age)) for age in (timedelta(), timedelta(days=30))]

        assert ids[0]
        assert ids[0] == ids[1]

    def _outcome_at(self, request: Request, now: datetime) -> str:
        try:
            self.channel().verify(request, now)
        except Forged:
            return "forged"
        return "parsed"

    @staticmethod
    def _ids(parsed: Parsed) -> list[str]:
        heard = [contact.provider_id for contact in parsed.contacts]
        return heard + [f"{each.reference} {each.provider_id}" for each in parsed.outcomes]

    def test_refuses_a_request_without_its_proof(self) -> None:
        for name in self.proof_headers:
            with pytest.raises(Forged):
                self.channel().verify(self.with_header(name, None), self.now)

    def test_refuses_hostile_header_values(self) -> None:
        for name in self.proof_headers:
            good = self.sign(self.genuine()).headers[name]
            for value in (
                "",
                " ",
                "é",
                "\udcff",
                "=",
                "sha256=",
                "v1,",
                "0" * 100_000,
                good[:-1],
                f"{good},{good}",
            ):
                with pytest.raises(Forged):
                    self.channel().verify(self.with_header(name, value), self.now)

    def test_a_refusal_does_not_tell_the_secret(self) -> None:
        with pytest.raises(Forged) as refused:
            self.channel().verify(self.sign(self.genuine(), FORMER), self.now)

        assert SECRET not in str(refused.value)
        assert FORMER not in str(refused.value)

    @LOOSE
    @given(body=st.binary(max_size=100), value=st.text(max_size=100))
    def test_a_random_proof_is_forged(self, body: bytes, value: str) -> None:
        request = self.sign(b"")
        proven = {**request.headers, **dict.fromkeys(self.proof_headers, value)}

        assert self.outcome(replace(request, body=body, headers=proven)) == "forged"


class SignedContract(ProvenContract):
    """For kinds whose proof is a signature over the raw body."""

    def test_refuses_a_request_changed_by_one_byte(self) -> None:
        body, channel = self.genuine(), self.channel()
        request = self.sign(body)

        for place in range(0, len(body), max(1, len(body) // 20)):
            damaged = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
            with pytest.raises(Forged):
                channel.verify(replace(request, body=damaged), self.now)

    def test_refuses_a_body_with_something_added_or_cut(self) -> None:
        body, channel = self.genuine(), self.channel()
        request = self.sign(body)

        for damaged in (body + b" ", body[:-1], b"", b" " + body):
            with pytest.raises(Forged):
                channel.verify(replace(request, body=damaged), self.now)
