"""Queues, secrets and signed calls."""

import json

import pytest
from dead_letter_suite import elsewhere
from loopless import Recorder

from chalicelib.aws.secrets import SecretDocuments
from chalicelib.aws.signing import SigningHttp
from chalicelib.bells import read_ring
from chalicelib.http_types import Call, NotSent
from chalicelib.ports import Note, Ring, Unavailable


def taken(ports, queue: str) -> list[dict]:
    url = ports._names.queues[queue]
    answer = ports.clients("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    )
    return answer.get("Messages", [])


class TestQueues:
    def test_a_bell_rings_in_its_lane_and_reads_back(self, moto_ports):
        moto_ports.queues.bell(Ring(key="k1", lane="urgent", trace="00-ab"))
        moto_ports.queues.bell(Ring(key="k2", lane="unheard-of"))

        assert read_ring(taken(moto_ports, "urgent")[0]["Body"]) == Ring(
            key="k1", lane="urgent", trace="00-ab"
        )
        assert read_ring(taken(moto_ports, "normal")[0]["Body"]).key == "k2"

    def test_a_note_has_an_id_and_its_attributes(self, moto_ports):
        note = Note(queue="overflow", body="é😀", attributes={"channel": "messenger-fr", "trace": ""})

        identity = moto_ports.queues.put(note)

        message = taken(moto_ports, "overflow")[0]
        assert (message["MessageId"], message["Body"]) == (identity, "é😀")
        assert message["MessageAttributes"]["channel"]["StringValue"] == "messenger-fr"

    def test_what_was_handed_out_comes_again_when_it_is_asked_to(self, moto_ports):
        moto_ports.queues.put(Note(queue="evidence", body="early"))
        (first,) = taken(moto_ports, "evidence")
        hidden = taken(moto_ports, "evidence")

        moto_ports.queues.back("evidence", first["ReceiptHandle"], 0)

        assert hidden == []
        assert [message["Body"] for message in taken(moto_ports, "evidence")] == ["early"]

    @pytest.mark.parametrize(("queue", "handle"), [("evidence", "no handle of ours"), ("unheard-of", "x")])
    def test_what_cannot_be_asked_for_earlier_comes_when_it_comes(self, moto_ports, queue, handle):
        asked = []
        moto_ports.clients("sqs").meta.events.register(
            "before-parameter-build.sqs.ChangeMessageVisibility", lambda params, **_: asked.append(params)
        )

        moto_ports.queues.back(queue, handle, 5)

        assert len(asked) == (queue == "evidence")

    def test_a_bell_names_its_group_and_the_queue_takes_it(self, moto_ports):
        calls = []
        moto_ports.clients("sqs").meta.events.register(
            "before-parameter-build.sqs.SendMessage", lambda params, **_: calls.append(dict(params))
        )

        moto_ports.queues.bell(Ring(key="k1", lane="normal", group="desk-a"))
        moto_ports.queues.bell(Ring(key="k2", lane="normal"))
        moto_ports.queues.put(Note(queue="overflow", body="x"))

        assert [call.get("MessageGroupId") for call in calls] == ["desk-a", None, None]
        assert len(taken(moto_ports, "normal")) == 2

    def test_many_bells_go_ten_at_a_time_each_in_its_lane_with_its_delay_and_group(self, moto_ports):
        calls = []
        moto_ports.clients("sqs").meta.events.register(
            "before-parameter-build.sqs.SendMessageBatch", lambda params, **_: calls.append(params)
        )

        moto_ports.queues.bells([Ring(key=f"k{n}", lane="normal", group="desk-a") for n in range(12)])
        moto_ports.queues.bells([Ring(key="u", lane="urgent", delay=7), Ring(key="o", lane="odd")])

        entries = [entry for call in calls for entry in call["Entries"]]
        assert [len(call["Entries"]) for call in calls] == [10, 2, 1, 1]
        assert {read_ring(entry["MessageBody"]).key for entry in entries[:12]} == {f"k{n}" for n in range(12)}
        assert [entry.get("MessageGroupId") for entry in entries] == ["desk-a"] * 12 + [None, None]
        assert [entry.get("DelaySeconds") for entry in entries[12:]] == [7, None]
        assert read_ring(taken(moto_ports, "normal")[0]["Body"]).key in {f"k{n}" for n in range(12)} | {"o"}

    def test_a_dead_letter_queue_that_is_not_configured_is_unavailable(self, moto_ports):
        elsewhere(moto_ports)

    @pytest.mark.parametrize("text", ["", "x", "[]", "1", "{}", '{"key":"k"}', "null"])
    def test_what_is_no_bell_is_refused(self, text):
        with pytest.raises(ValueError, match="not a bell"):
            read_ring(text)


class Source:
    """A source of documents that can fail, and a clock."""

    def __init__(self) -> None:
        self.texts = {"channels": "{}", "operators": "{}"}
        self.down = False
        self.reads = 0
        self.now = 0.0

    def read(self, name: str) -> str:
        self.reads += 1
        if self.down:
            raise Unavailable("down")
        return self.texts[name]


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def secrets(source) -> SecretDocuments:
    return SecretDocuments(source.read, lambda: source.now)


class TestSecrets:
    def test_values_are_lists_or_single_and_absent_ones_are_empty(self, source, secrets):
        source.texts["channels"] = json.dumps(
            {"channels": {"a": {"app_secret": ["new", "old"], "token": "one"}}, "signing_keys": ["k2", "k1"]}
        )
        source.texts["operators"] = json.dumps({"operators": {"o1": {"hash": "h", "role": "viewer"}}})

        assert secrets.channel("a") == {"app_secret": ("new", "old"), "token": ("one",)}
        assert secrets.channel("b") == {}
        assert secrets.signing_keys() == (b"k2", b"k1")
        assert secrets.operators() == {"o1": {"hash": "h", "role": "viewer"}}

    def test_lists_in_a_tokens_entry_and_single_sign_on_come_from_the_operators_document(
        self, source, secrets
    ):
        oidc = {"issuer": "https://login.example", "roles": {"a": "viewer"}}
        entry = {"hash": "h", "role": "operator", "markets": ["fr", "uk"], "routes": []}
        source.texts["operators"] = json.dumps({"operators": {"o1": entry}, "oidc": oidc, "revoked": ["u"]})

        assert secrets.operators()["o1"] == {
            "hash": "h",
            "role": "operator",
            "markets": "fr,uk",
            "routes": "",
        }
        assert secrets.access() == {"oidc": oidc, "revoked": ["u"]}
        assert source.reads == 1

    def test_a_document_is_read_once_in_five_minutes(self, source, secrets):
        for source.now in (0.0, 100.0, 299.0):
            secrets.channel("a")
        assert source.reads == 1

        source.now = 300.0
        secrets.channel("a")

        assert source.reads == 2

    def test_operators_tokens_are_read_again_after_half_a_minute(self, source, secrets):
        for source.now in (0.0, 29.0):
            secrets.operators()
        assert source.reads == 1

        source.now = 30.0
        secrets.operators()

        assert source.reads == 2

    def test_known_secrets_stay_in_use_while_the_source_fails(self, source, secrets):
        source.texts["channels"] = '{"channels":{"a":{"s":"one"}}}'
        secrets.channel("a")
        source.down, source.now = True, 10_000.0

        assert [secrets.channel("a")["s"] for _ in range(5)] == [("one",)] * 5
        assert source.reads == 2

        source.down, source.now = False, 10_060.0
        source.texts["channels"] = '{"channels":{"a":{"s":"two"}}}'

        assert secrets.channel("a")["s"] == ("two",)

    @pytest.mark.parametrize("text", ["nonsense", "[1]", '{"channels":[]}', '{"channels":{"a":7}}', ""])
    def test_a_document_of_another_shape_holds_no_secrets_or_keeps_the_known(self, source, secrets, text):
        source.texts["channels"] = '{"channels":{"a":{"s":"one"}}}'
        secrets.channel("a")
        source.texts["channels"], source.now = text, 301.0

        assert secrets.channel("a") in ({}, {"s": ("one",)})

    def test_a_source_that_never_answered_is_unavailable(self, source, secrets):
        source.down = True

        for ask in (lambda: secrets.channel("a"), secrets.signing_keys, secrets.operators):
            with pytest.raises(Unavailable):
                ask()

    def test_a_mismatch_refreshes_once_a_minute_per_channel(self, source, secrets):
        secrets.channel("a")

        assert [secrets.refresh("a"), secrets.refresh("a"), secrets.refresh("b")] == [True, False, True]
        source.now = 60.0
        assert secrets.refresh("a")
        assert source.reads == 4

    def test_a_failed_refresh_says_so(self, source, secrets):
        source.down = True

        assert not secrets.refresh("a")

    def test_a_secret_without_a_value_yet_holds_nothing(self, moto_ports):
        assert moto_ports.secrets.channel("a") == {}
        assert moto_ports.secrets.operators() == {}

    def test_a_written_secret_is_read(self, moto_ports):
        document = json.dumps({"channels": {"a": {"s": "é"}}})
        moto_ports.clients("secretsmanager").put_secret_value(
            SecretId=moto_ports._names.channel_secrets, SecretString=document
        )

        assert moto_ports.secrets.channel("a") == {"s": ("é",)}


class TestSigning:
    def test_a_call_that_names_a_service_is_signed_for_its_region(self, moto_clients):
        inner = Recorder()
        url = "https://email.eu-west-1.amazonaws.com/v2/email/outbound-emails"

        SigningHttp(inner, moto_clients).send(Call(method="POST", url=url, body=b"{}", sign="ses"))

        sent = inner.calls[0]
        authorization = sent.headers["Authorization"]
        assert authorization.startswith("AWS4-HMAC-SHA256 Credential=")
        assert "/eu-west-1/ses/aws4_request" in authorization
        assert (sent.body, sent.url, sent.sign) == (b"{}", url, "")

    def test_another_host_is_signed_for_our_own_region(self, moto_clients):
        inner = Recorder()

        SigningHttp(inner, moto_clients).send(
            Call(method="GET", url="http://127.0.0.1:1/v2/email/account", sign="ses")
        )

        assert "/eu-west-3/ses/aws4_request" in inner.calls[0].headers["Authorization"]

    def test_every_other_call_passes_through_as_it_is(self, moto_clients):
        inner, call = Recorder(), Call(method="GET", url="https://desk.example/", headers={"X": "1"})

        SigningHttp(inner, moto_clients).send(call)

        assert inner.calls == [call]

    def test_without_credentials_nothing_is_sent(self, moto_clients, monkeypatch):
        inner = Recorder()

        class Nobody:
            region = "eu-west-3"

            class session:  # noqa: N801 - stands where the session stands
                @staticmethod
                def get_credentials() -> None:
                    return None

        with pytest.raises(NotSent, match="credentials"):
            SigningHttp(inner, Nobody()).send(Call(method="GET", url="https://x.example/", sign="ses"))
        assert inner.calls == []
