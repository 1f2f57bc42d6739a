"""/v1/channels/{channel}/catch-up, and what a loss report says of the provider's own list."""

import json
from datetime import timedelta
from urllib.parse import quote

import pytest

from chalicelib.domain.model import Outcome, ReceiptState
from chalicelib.service.catch_up_turns import stream_of
from chalicelib.web.loss_page import loss_page
from tests.unit.listing_side import Numbers
from tests.unit.operations_side import ROLES, Operations, down, operator
from tests.unit.test_vendor_lists import OUT, Answering

WAY = "/v1/channels/sms-fr/catch-up"


class NumbersApi(Operations):
    """The operations API of a world with a number."""

    def __init__(self, world: Numbers) -> None:
        self.world, self.ports = world, world.ports
        for role in ROLES:
            self.ports.secrets.tokens[role[0] + "1"] = operator(role)

    def report(self):
        return self.ask("GET", f"/v1/evidence/{quote(OUT, safe='')}").json


@pytest.fixture
def api():
    return NumbersApi(Numbers())


@pytest.fixture
def answering():
    return NumbersApi(Answering())


class TestVerb:
    def test_an_operator_has_what_was_missed_fetched_and_sees_what_came_of_it(self, api):
        api.world.deaf = True
        signed = api.world.text("hello")
        api.world.clock.advance(5)
        begun = api.ask("POST", WAY, role="operator")
        api.world.step()

        listed = api.ask("GET", WAY, role="viewer").json["catch_ups"]

        assert (begun.code, begun.json["from"]) == (202, None)
        assert [(one["id"], one["came"], one["fetched"]) for one in listed] == [
            (begun.json["id"], "whole", 1)
        ]
        assert api.world.row_of(signed).contact.text == "hello"

    def test_it_may_be_told_from_when_on(self, api):
        since = api.world.clock.now() - timedelta(hours=30)
        begun = api.ask("POST", WAY, {"from": since.isoformat()})
        for _ in range(30):
            api.world.step()

        (listed,) = api.ask("GET", WAY).json["catch_ups"]

        assert listed["from"] == begun.json["from"]

    @pytest.mark.parametrize("given", ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "yesterday", 5])
    def test_a_time_that_lies_too_far_back_or_ahead_is_refused(self, api, given):
        assert api.ask("POST", WAY, {"from": given}).problem == "bad-request"

    def test_a_kind_without_a_list_is_refused_with_the_reason(self, api):
        answer = api.ask("POST", "/v1/channels/box/catch-up")

        assert (answer.code, answer.problem) == (409, "unfit")
        assert "has no list" in answer.json["detail"]

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_channel_that_there_is_not_is_absent(self, api, method):
        assert api.ask(method, "/v1/channels/fax/catch-up").code == 404

    def test_a_viewer_may_look_and_not_ask(self, api):
        assert (api.ask("GET", WAY, role="viewer").code, api.ask("POST", WAY, role="viewer").code) == (
            200,
            403,
        )

    def test_while_the_queue_is_down_nothing_is_begun_or_written(self, api):
        with down(api.ports.queues):
            answer = api.ask("POST", WAY)

        assert answer.code == 503
        assert not api.ports.ledger.entries("operations", api.world.clock.now())
        assert not api.ports.ledger.entries(stream_of("sms-fr"), api.world.clock.now())


class TestReport:
    def test_delivered_there_and_never_told_is_our_own_webhooks_fault(self, answering):
        for number in range(6):
            answering.world.answer(number)
        answering.world.wait(90)

        report = answering.report()

        assert (report["blame"]["segment"], report["blame"]["because"]) == (
            "our_webhook",
            "their_list_has_them",
        )
        assert (report["reconciled"]["asked"], report["reconciled"]["delivered"], report["lost"]) == (
            6,
            6,
            [],
        )

    def test_what_is_on_its_way_is_no_loss_and_blames_nobody(self, answering):
        for number in range(6):
            answering.world.answer(number)
        for one in answering.world.sent_to_people():
            answering.world.fake.lists.settle(one["sid"], "sent")
        answering.world.wait(90)

        report = answering.report()

        assert (report["counts"]["unconfirmed"], report["lost"]) == (6, [])
        assert report["blame"]["because"] == "nothing_lost"

    def test_taken_and_unknown_to_the_list_is_the_platforms(self, answering):
        for number in range(6):
            answering.world.answer(number)
        for one in answering.world.sent_to_people():
            answering.world.fake.lists.forget(one["sid"])
        answering.world.wait(90)

        report = answering.report()

        assert (report["blame"]["segment"], report["blame"]["because"]) == (
            "platform",
            "their_list_lacks_them",
        )
        assert (report["reconciled"]["lost_of_asked"]["lost"], report["reconciled"]["unasked"]) == (6, 0)
        assert answering.ask("POST", f"/v1/evidence/{quote(OUT, safe='')}/verify", report).json["whole"]

    def test_failed_there_and_never_told_is_the_carriers(self, answering):
        for number in range(6):
            answering.world.answer(number)
        for one in answering.world.sent_to_people():
            answering.world.fake.lists.settle(one["sid"], "undelivered", error_code=30008)
        answering.world.wait(61)

        report = answering.report()

        assert (report["blame"]["segment"], report["blame"]["because"]) == ("carrier", "reported_failed")
        assert report["reconciled"]["failed"] == 6

    def test_a_receipt_that_the_list_denies_is_a_loss_and_said_to_be_a_lie(self, answering):
        from chalicelib.domain.vendor_lists.seen import audited  # noqa: PLC0415 - only here

        world = answering.world
        while not any(map(audited, world.keys)):
            world.answer(len(world.keys))
            world.hear(world.keys[-1], ReceiptState.DELIVERED, Outcome.OK)
        for one in world.sent_to_people():
            world.fake.lists.settle(one["sid"], "undelivered", error_code=30008)
        world.clock.advance(61)
        for key in world.keys:
            world.wired.delivery.answer(key)

        report = answering.report()

        assert report["reconciled"]["contradicted"] == 1
        assert [one["fate"] for one in report["lost"]] == ["failed"]

    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_the_page_says_what_the_list_said(self, answering, language):
        for number in range(4):
            answering.world.answer(number)
        answering.world.wait(90)

        page = loss_page(answering.report(), language)

        words = {"fr": "4 envois demandés, 4 remis", "en": "asked about 4 sends, 4 delivered"}
        assert words[language] in page
        assert json.dumps(answering.report())
