"""A loss report and its ledger, tampered with in every way: each shows, by the report alone or against the ledger."""

import copy
import json
from dataclasses import replace

import pytest

from chalicelib.domain.health import ClassHealth, Rules, demanded
from chalicelib.domain.model import EvidenceClass
from chalicelib.domain.proof.chain import chained
from chalicelib.domain.proof.report_seal import digest_of, faults_of, sealed
from infra.verify import main
from tests.unit.evidence_side import PATH, Mails
from tests.world import START


@pytest.fixture(scope="module")
def story():
    """A provider that lost half, on a path that went for it while another desk's did, too."""
    api = Mails()
    api.world.wired.believer.announce(flip_of_another())
    for number in range(40):
        api.send(number, receipt=number % 2 == 0)
    api.wait()
    return api


def flip_of_another():
    flip = demanded("box#out#world", EvidenceClass.HARD, ClassHealth(score=20_000), START, Rules())
    assert flip is not None
    return flip


@pytest.fixture
def report(story):
    """A fresh copy, as the API gave it."""
    return json.loads(json.dumps(story.report()))


def chain(report, name):
    return next(one for one in report["ledger"] if one["chain"].startswith(name))


def forged(report):
    """The forger makes a new digest for what was changed; our key for the signature he does not have."""
    return {**report, "digest": digest_of(report)}


def resigned(story, report):
    """An insider with our key signs what was changed."""
    bare = {name: value for name, value in report.items() if name not in ("digest", "signature")}
    return sealed(bare, story.ports.secrets.signing_keys())


def test_what_nobody_touched_is_whole(story, report):
    assert faults_of(report) == []
    assert story.verify(report) == {"whole": True, "faults": [], "attested": [], "at": report["at"]}


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r["counts"].update(missing=0),
        lambda r: r["lost"].pop(3),
        lambda r: r["lost"].reverse(),
        lambda r: r["lost"][0].update(fate="arrived"),
        lambda r: r["blame"].update(segment="desk"),
        lambda r: r.update(until="2030-01-01T00:00:00Z"),
        lambda r: r["ledger"].pop(),
    ],
    ids=["edit", "deletion", "reordering", "fate", "blame", "window", "chain"],
)
def test_a_change_that_keeps_the_digest_shows(report, change):
    change(report)

    assert (
        faults_of(report) == ["the report is not what its digest was made of"] or len(faults_of(report)) > 1
    )


def changed_entry(entries):
    entries[4]["entry"]["sent_at"] = "1"


def swapped(entries):
    entries[2], entries[3] = entries[3], entries[2]


def swapped_and_numbered(entries):
    swapped(entries)
    for number, one in enumerate(entries, 1):
        one["seq"] = number


def dropped(entries):
    del entries[5]


def dropped_and_numbered(entries):
    dropped(entries)
    for number, one in enumerate(entries, 1):
        one["seq"] = number


def first_dropped(entries):
    del entries[0]
    for number, one in enumerate(entries, 1):
        one["seq"] = number


@pytest.mark.parametrize(
    "tamper",
    [changed_entry, swapped, swapped_and_numbered, dropped, dropped_and_numbered, first_dropped],
    ids=lambda one: one.__name__,
)
def test_a_forger_who_makes_a_new_digest_is_found_by_the_chain(report, tamper):
    tamper(chain(report, "losses/")["entries"])

    assert [fault for fault in faults_of(forged(report)) if fault.startswith("losses/")]


def test_a_loss_taken_out_of_the_list_is_still_in_the_chain(report):
    gone = report["lost"].pop(3)

    assert faults_of(forged(report)) == [f"the ledger has the loss of {gone['key']}, and the report has not"]


def test_a_loss_that_was_invented_is_not_in_the_chain(report):
    report["lost"].append({**report["lost"][0], "key": "0" * 32})

    assert faults_of(forged(report)) == [f"the loss of {'0' * 32} is said to be in the ledger and is not"]


def test_a_tail_cut_off_shows_against_the_ledger_only(story, report):
    lost = chain(report, "losses/")["entries"].pop()
    report["lost"] = [one for one in report["lost"] if one["key"] != lost["entry"]["key"]]
    report["counts"]["missing"] -= 1

    assert faults_of(forged(report)) == []
    assert story.verify(forged(report))["faults"] == ["the report's digest was not signed by this stage"]
    assert story.verify(resigned(story, report))["whole"]  # it is what an earlier report would have been

    report["ledger"] = [one for one in report["ledger"] if not one["chain"].startswith("losses/")]
    report["lost"] = []
    found = story.verify(resigned(story, report))
    assert [fault for fault in found["faults"] if "leaves out" in fault]


def test_a_chain_made_up_anew_is_not_the_ledgers(story, report):
    excerpt, before = chain(report, "losses/"), None
    for one in excerpt["entries"]:
        entry = {**one["entry"], "key": "0" * 32}
        before = chained(excerpt["chain"], before, entry, story.world.clock.now())
        one.update(entry=entry, at=before.at.isoformat(), digest=before.digest)
    report["lost"] = [{**one, "key": "0" * 32} for one in report["lost"]]
    found = story.verify(resigned(story, report))

    assert not found["whole"]
    assert [fault for fault in found["faults"] if "the ledger differs at entry 1" in fault]
    assert [fault for fault in found["faults"] if "is not kept" in fault]


@pytest.fixture
def tampered(story, report):
    """The stored losses, and a way to put others in their place; put back afterwards."""
    name = chain(report, "losses/")["chain"]
    chains = story.ports.ledger._chains
    kept = list(chains[name])

    def put(change):
        chains[name] = change(list(kept))
        return story.verify(report)

    yield put
    chains[name] = kept


def test_a_ledger_that_was_changed_behind_our_back_shows(tampered):
    def edited(entries):
        return [replace(entries[0], entry={**entries[0].entry, "sent_at": "1"}), *entries[1:]]

    for change in (edited, lambda e: e[:3] + e[4:], lambda e: e[:-1], lambda e: e[::-1], lambda _: []):
        found = tampered(change)

        assert not found["whole"]
        assert [fault for fault in found["faults"] if fault.startswith("losses/")]


def test_a_ledger_that_has_grown_since_is_still_the_same(story, report):
    story.send(900, receipt=False)
    story.wait()

    found = story.verify(report)

    assert found["whole"]


def test_sends_that_are_kept_no_more_show(story, report):
    kept = story.ports.contacts._sent
    gone = next(key for key in kept if key[0] == PATH and key[1] == report["lost"][0]["key"])
    send = kept.pop(gone)

    found = story.verify(report)

    kept[gone] = send
    assert [fault for fault in found["faults"] if report["lost"][0]["key"] in fault]
    assert [fault for fault in found["faults"] if "the report counts" in fault]


def test_other_paths_are_in_the_chain_and_their_words_are_not(report):
    flips = chain(report, "flips#")["entries"]

    assert "entry" not in flips[0]
    assert any("entry" in one for one in flips)
    assert "box#out#world" not in json.dumps(report["ledger"])


def test_no_person_is_in_a_report(story, report):
    text = json.dumps(report)

    assert not [person for person in ("p1", "p39") if f'"{person}"' in text]
    assert "hello" not in text
    assert story.world.row("m1").contact.party.address not in [one["key"] for one in report["lost"]]


@pytest.mark.parametrize(
    "junk",
    [{"ledger": 7}, {"digest": None}, {"lost": [{}]}, {"from_ms": 10**20}, {"from_ms": 0}, {"path": "x"}],
)
def test_junk_is_no_report_and_no_crash(story, report, junk):
    found = story.verify({**forged({**report, **junk}), **junk})

    assert found["whole"] is False
    assert found["faults"]


def test_a_field_that_no_report_has_is_refused(story, report):
    reply = story.ask("POST", "/v1/evidence/mail%23out%23world/verify", {**report, "extra": 1})

    assert reply.code == 400


class TestTickets:
    def test_a_ticket_is_listed_with_the_losses_it_is_about(self):
        api = Mails()
        api.send(1, receipt=False)
        api.wait()
        report = api.report()

        given = api.ticket({"ticket": "INC-42", "digest": report["digest"]})

        api.world.clock.advance(1)
        told = api.report()["tickets"]
        assert given.code == 201
        assert [(one["ticket"], one["report"]) for one in told] == [("INC-42", report["digest"])]
        assert [one["ticket"] for one in api.verify(report)["attested"]] == ["INC-42"]

    def test_a_ticket_of_another_time_or_path_is_not_listed(self):
        api = Mails()
        before = {"from": "2026-02-20T09:00:00Z", "until": "2026-02-21T09:00:00Z"}
        api.ticket({"ticket": "OLD-1", **before})
        api.ticket({"ticket": "BOX-1"}, path="box#out#world")
        api.world.clock.advance(1)

        assert api.report()["tickets"] == []

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "ticket"),
            ({"ticket": ""}, "ticket"),
            ({"ticket": "a\nb"}, "ticket"),
            ({"ticket": "x" * 201}, "ticket"),
            ({"ticket": "T", "digest": "ff"}, "digest"),
            ({"ticket": "T", "from": "soon"}, "from"),
            ({"ticket": "T", "who": "me"}, "who"),
        ],
    )
    def test_what_is_wrong_with_a_ticket_is_named(self, body, field):
        reply = Mails().ticket(body)

        assert reply.code == 400
        assert field in reply.text

    def test_viewers_attach_nothing(self):
        assert Mails().ticket({"ticket": "T"}, role="viewer").code == 403


class TestCommand:
    def test_a_whole_report_is_said_to_be_whole(self, report, tmp_path, capsys):
        file = tmp_path / "report.json"
        file.write_text(json.dumps(report, indent=2))

        assert main([str(file)]) == 0
        assert capsys.readouterr().out == f"whole: {report['digest']}\n"

    def test_what_is_wrong_is_printed(self, report, tmp_path, capsys):
        bad = copy.deepcopy(report)
        bad["lost"].pop()
        file = tmp_path / "report.json"
        file.write_text(json.dumps(bad))

        assert main([str(file)]) == 1
        assert "digest" in capsys.readouterr().out

    def test_what_is_no_report_is_said_to_be_none(self, tmp_path, capsys):
        file = tmp_path / "report.json"
        file.write_text("[]")

        assert main([str(file)]) == 1
        assert "no loss report" in capsys.readouterr().out
        assert main([str(tmp_path / "absent.json")]) == 2
