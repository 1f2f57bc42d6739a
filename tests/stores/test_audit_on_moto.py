"""The audit command's reading of a stage: what was done to table or bucket behind our back, each found and named."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from examples import NOW, at

from chalicelib.aws.anchors import AwsAnchors, key_of
from chalicelib.aws.objects import Bucket
from chalicelib.domain.audit.rsa import read_key
from chalicelib.domain.audit.verify import Verification
from chalicelib.service.anchoring import Anchoring
from infra.audit import main
from infra.audit_book import DiskBook
from infra.audit_live import Live
from infra.audit_run import Span
from infra.audit_stage import look

FLIPS, ACTS = "flips#2026-11-21T20", "operations#2026-11-21T20"
STAGE = "prod"


class Stage:
    """A ledger of some hours with its anchors, and hands that reach into both."""

    def __init__(self, ports) -> None:
        self.ports, names = ports, ports._names
        self.table, self.bucket = names.ledger_table, names.anchor_bucket
        self.live = Live(
            clients=ports.clients, table=self.table, bucket=self.bucket, key=names.anchor_key, at_once=1
        )
        self.db, self.s3 = ports.clients("dynamodb"), ports.clients("s3")
        for minute in range(0, 240, 20):
            now = at(minute * 60)
            ports.ledger.append("flips", {"n": str(minute), "what": "é"}, now)
            ports.ledger.append("operations", {"what": "override"}, now)
            self.anchor(minute + 1)
        self.anchor(400)

    def anchor(self, minute):
        anchoring = Anchoring(ledger=self.ports.ledger, anchors=self.ports.anchors, stage=STAGE)
        return anchoring.run(at(minute * 60))

    def look(self, span=None, file=None, now=None):
        """Summary and lines."""
        span = span or Span()
        checking = Verification(
            stage=STAGE,
            keys=[read_key(self.live.public_key())],
            book=DiskBook(),
            wanted=span.__contains__,
            now=now,
        )
        return look(self.live, checking, span, file)

    def put(self, chain, seq, **changes):
        key = {"pk": {"S": chain}, "seq": {"N": seq}}
        found = self.db.get_item(TableName=self.table, Key=key).get("Item", key)
        self.db.put_item(TableName=self.table, Item={**found, **changes})

    def drop(self, chain, *seqs):
        for seq in seqs:
            self.db.delete_item(TableName=self.table, Key={"pk": {"S": chain}, "seq": {"N": str(seq)}})


@pytest.fixture
def stage(moto_ports, anchors):
    return Stage(moto_ports)


@pytest.fixture
def ports(moto_ports):
    return moto_ports


def test_an_honest_stage_is_whole(stage):
    found = stage.look(now=at(400 * 60))

    assert found["faults"] == 0
    assert (found["rows"], found["chains"], found["after_the_last"], found["strangers"]) == (24, 8, 0, 0)
    assert found["anchored_until"] == at(400 * 60).isoformat()


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (lambda s: s.put(FLIPS, "2", entry={"S": '{"n":"20","what":"e"}'}), f"{FLIPS}: entry 2 was changed"),
        (lambda s: s.put(FLIPS, "2", at={"N": "1"}), f"{FLIPS}: entry 2 was changed"),
        (lambda s: s.put(FLIPS, "2", at={"N": "9" * 30}), f"{FLIPS}: entry 2 is missing"),
        (lambda s: s.put(FLIPS, "2", entry={"S": "[" * 5_000}), f"{FLIPS}: entry 2 is missing"),
        (
            lambda s: s.put(FLIPS, "2", entry={"S": '[["n","20"],["what","é"]]'}),
            f"{FLIPS}: entry 2 is missing",
        ),
        (lambda s: s.put(FLIPS, "1.5"), f"{FLIPS}: entry 2 is missing or out of its order"),
        (lambda s: s.put(FLIPS, "0"), f"{FLIPS}: entry 1 is missing or out of its order"),
        (lambda s: s.drop(ACTS, 2), f"{ACTS}: entry 2 is missing"),
        (lambda s: s.drop(ACTS, 3), f"{ACTS}: 3 entries were anchored, and the last of them are gone"),
        (lambda s: s.drop(ACTS, 1, 2, 3), f"{ACTS}: 3 entries were anchored, and none is there"),
        (lambda s: s.ports.ledger.append("flips", {"n": "x"}, NOW), f"{FLIPS}: entry 4 is in no anchor"),
        (
            lambda s: s.ports.ledger.append("new", {"n": "x"}, at(3_600)),
            "new#2026-11-21T21: entry 1 is in no anchor",
        ),
        (
            lambda s: s.s3.delete_object(Bucket=s.bucket, Key=key_of(3)),
            "anchors: anchor 3 was written again or hidden",
        ),
        (
            lambda s: s.s3.put_object(Bucket=s.bucket, Key=key_of(3), Body=s.ports.anchors.read(2).encode()),
            "anchors: anchor 3 was written again or hidden",
        ),
    ],
)
def test_what_was_done_behind_our_back_is_named(stage, capsys, tamper, said):
    tamper(stage)

    found = stage.look()

    lines = capsys.readouterr().out.splitlines()
    assert found["faults"] == len(lines) == 1
    assert lines[0].startswith(said)


def test_some_hours_are_looked_at_alone(stage):
    stage.put(FLIPS, "2", entry={"S": "{}"})
    hours = [NOW.replace(minute=0, second=0, microsecond=0) + timedelta(hours=n) for n in range(5)]

    assert stage.look(Span(since=hours[1], until=hours[3]))["faults"] == 0
    assert stage.look(Span(since=hours[1], until=hours[3]))["chains"] == 4
    assert stage.look(Span(since=hours[0], until=hours[1]))["faults"] == 1


def test_what_was_saved_is_verified_without_aws_and_only_by_the_stages_own_key(stage, tmp_path, capsys):
    saved, key, other = tmp_path / "ledger.jsonl", tmp_path / "key.der", tmp_path / "other.der"
    with saved.open("w") as file:
        stage.look(file=file, now=at(400 * 60))
    key.write_bytes(stage.live.public_key())
    kms = stage.ports.clients("kms")
    strange = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    other.write_bytes(kms.get_public_key(KeyId=strange)["PublicKey"])

    whole = main(["--export", str(saved), "--key", str(key)])
    told = capsys.readouterr()
    forged = main(["--export", str(saved), "--key", str(other)])

    assert (whole, told.out) == (0, "whole\n")
    assert json.loads(told.err)["rows"] == 24
    assert forged == 1
    assert "anchor 1 is not signed by a key that you trust" in capsys.readouterr().out


def test_the_newest_anchor_is_found_by_a_container_that_starts_anew(stage):
    fresh = AwsAnchors(
        stage.ports.clients, Bucket(stage.ports.clients, stage.bucket), stage.ports._names.anchor_key
    )

    assert fresh.newest() == stage.ports.anchors.newest()
    assert fresh.newest()[0] == 13


def test_a_container_that_was_away_writes_after_what_others_wrote_meanwhile(stage, ports):
    away = AwsAnchors(ports.clients, Bucket(ports.clients, stage.bucket), ports._names.anchor_key)
    known = away.newest()
    ports.ledger.append("flips", {"n": "1"}, at(24_060))
    stage.anchor(401)
    ports.ledger.append("flips", {"n": "2"}, at(24_120))

    written = Anchoring(ledger=ports.ledger, anchors=away, stage=STAGE).run(at(24_130))

    assert (known[0], written.number) == (13, 15)
    assert stage.look()["faults"] == 0


def test_a_number_that_is_not_whole_breaks_no_tick(stage):
    stage.ports.ledger.append("flips", {"n": "now"}, at(24_100))
    stage.anchor(402)
    stage.put("flips#2026-11-22T02", "2.5")

    assert stage.anchor(403).broken == ("flips#2026-11-22T02",)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--export", "no such file", "--key", "x"], 3), ([], 2), (["--stage", "a", "--export", "b"], 2)],
)
def test_a_call_that_cannot_be_answered_says_so(arguments, code, capsys):
    try:
        found = main(arguments)
    except SystemExit as left:
        found = left.code

    assert found == code
    assert capsys.readouterr().err


def test_a_file_that_is_no_export_is_not_called_whole(tmp_path, capsys):
    (tmp_path / "key").write_bytes(b"no key")
    for number, text in enumerate(("", "{", "[]", '{"chain": "x"}', '{"anchor": 1, "text": "{}"}')):
        file = tmp_path / f"{number}.jsonl"
        file.write_text(text)

        assert main(["--export", str(file)]) == 3
        assert main(["--export", str(file), "--key", str(tmp_path / "key")]) == 3
    assert capsys.readouterr().out == ""


def test_progress_goes_where_no_script_reads(stage, capsys):
    stage.look(file=StringIO())

    assert capsys.readouterr().out == ""
