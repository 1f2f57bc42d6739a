"""Every format keeps the contract, and says of its samples what a person reads there."""

from datetime import UTC, datetime, timedelta

import pytest
from page_contract import NOW, PageContract, sample, states

from chalicelib.domain.vendor_pages.page import PageState
from chalicelib.pages import Unreadable, formats, reader

OK, DEGRADED, PARTIAL = PageState.OK, PageState.DEGRADED, PageState.PARTIAL
DOWN, MAINTENANCE, UNKNOWN = PageState.DOWN, PageState.MAINTENANCE, PageState.UNKNOWN


def at(*numbers):
    return datetime(2026, 11, *numbers, tzinfo=UTC)


class TestStatuspage(PageContract):
    format_ = "statuspage"

    def test_components_have_their_own_state_and_never_that_of_the_page(self):
        page = self.read(sample("statuspage-v2-2026_11-summary.json"))

        assert states(page) == {
            "europe": PARTIAL, "programmable voice": DOWN, "sms": OK, "north america": OK, "console": MAINTENANCE,
            "fax": UNKNOWN,
        }  # fmt: skip
        assert page.component("Programmable Voice").regions == {"europe": DOWN, "north america": OK}
        assert page.component("Video").state is UNKNOWN
        assert page.updated_at == at(21, 19, 58, 12)

    def test_open_incidents_and_planned_work_name_their_components(self):
        page = self.read(sample("statuspage-v2-2026_11-summary.json"))

        [incident], [planned] = page.incidents, page.maintenances
        assert (incident.id, incident.state, incident.since) == ("i1", DOWN, at(21, 19, 31))
        assert incident.components == {"programmable voice"}
        assert (planned.start, planned.end, planned.components) == (at(23, 1), at(23, 3, 30), {"sms"})

    def test_the_words_of_other_makers_of_the_format_are_understood(self):
        body = b'{"components": [{"id": "1", "name": "API", "status": "full_outage"}], "scheduled_maintenances": ['
        page = self.read(
            body
            + b'{"id": "m", "name": "x", "event_updates": [{"affected_components": [{"name": "API"}]}]}]}'
        )

        assert (states(page), page.maintenances[0].components) == ({"api": DOWN}, {"api"})


class TestIncidentIo(PageContract):
    format_ = "incidentio"

    def test_the_structure_lists_what_is_well_too(self):
        page = self.read(sample("incidentio-v1-2026_11-proxy.json"))

        assert states(page) == {"inbound": OK, "transactional": DEGRADED, "api": OK}
        assert page.component("inbound").regions == {"mail": OK}
        assert page.component("Other").state is UNKNOWN
        assert [i.components for i in page.incidents] == [{"transactional"}]
        assert [(m.start, m.end, m.components) for m in page.maintenances] == [
            (at(24, 22), at(25, 1), {"inbound"})
        ]

    def test_the_widget_names_troubles_only(self):
        page = self.read(sample("incidentio-v1-2026_11-widget.json"))

        assert (page.component("API").state, page.component("Inbound").state) == (DOWN, OK)
        assert page.updated_at == at(21, 19, 30)


class TestInstatus(PageContract):
    format_ = "instatus"

    def test_components_with_their_group_as_region(self):
        page = self.read(sample("instatus-v3-2026_11-components.json"))

        assert states(page) == {"live chat": PARTIAL, "bots": OK}
        assert page.component("live chat").regions == {"europe": PARTIAL}

    def test_a_summary_is_searched_by_words_and_its_indicator_is_not_believed(self):
        page = self.read(sample("instatus-v3-2026_11-summary.json"))

        assert (page.component("Live chat").state, page.component("Bots").state) == (DOWN, UNKNOWN)
        assert page.incidents[0].since == at(21, 19, 10)
        assert (page.maintenances[0].start, page.maintenances[0].end) == (at(22, 2), at(22, 3, 30))

    def test_a_summary_that_is_up_says_so_of_everything(self):
        assert self.read(b'{"page": {"status": "UP"}}').component("Bots").state is OK


class TestSlack(PageContract):
    format_ = "slackstatus"

    def test_services_named_by_open_incidents_are_in_trouble_and_all_others_well(self):
        page = self.read(sample("slackstatus-v2.0.0-2026_11-active.json"))

        found = [
            page.component(name).state
            for name in ("Messaging", "apps/integrations/apis", "Search", "Huddles")
        ]
        assert found == [PARTIAL, PARTIAL, OK, OK]
        assert [m.components for m in page.maintenances] == [{"huddles"}]
        assert page.updated_at == at(21, 19, 40)

    def test_a_calm_page_has_no_date_that_could_grow_old(self):
        page = self.read(b'{"status": "ok", "date_updated": "2025-01-01T00:00:00Z", "active_incidents": []}')

        assert (page.component("Messaging").state, page.updated_at) == (OK, None)

    def test_an_unknown_word_for_the_whole_page_makes_all_of_it_unknown(self):
        page = self.read(b'{"status": "elated", "active_incidents": []}')

        assert page.component("Messaging").state is UNKNOWN


class TestZendesk(PageContract):
    format_ = "zendeskstatus"

    def test_services_are_followed_through_both_kinds_of_links(self):
        page = self.read(sample("zendeskstatus-2026_11-active.json"))

        found = [page.component(name).state for name in ("Support", "Chat", "Explore", "Talk")]
        assert found == [DEGRADED, DOWN, OK, OK]
        assert [(m.components, m.start, m.end) for m in page.maintenances] == [
            ({"explore"}, at(25, 2), at(25, 4))
        ]

    def test_an_incident_is_over_when_it_is_gone(self):
        assert self.read(b'{"data": [], "included": []}').component("Support").state is OK


class TestMeta(PageContract):
    format_ = "metastatus"

    def test_services_go_by_name_and_by_id(self):
        page = self.read(sample("metastatus-2026_11-orgs.json"))

        names = (
            "Messenger Platform",
            "messenger-platform",
            "Cloud API",
            "Webhooks",
            "ads-manager",
            "Business messaging",
        )
        assert [page.component(name).state for name in names] == [DOWN, DOWN, OK, UNKNOWN, DEGRADED, UNKNOWN]

    def test_outages_that_are_not_resolved_are_open(self):
        page = self.read(sample("metastatus-2026_11-outages.json"))

        assert [page.component(name).state for name in ("cloud-api", "templates")] == [PARTIAL, OK]

    def test_the_feed_is_the_second_source(self):
        page = self.read(sample("metastatus-2026_11-feed.rss"))

        assert (page.component("Cloud API").state, page.component("Webhooks").state) == (DOWN, OK)
        assert page.updated_at == at(21, 19, 50)


class TestStatusIo(PageContract):
    format_ = "statusio"

    def test_containers_are_regions(self):
        page = self.read(sample("statusio-1.0-2026_11-status.json"))

        assert states(page) == {"sip trunks": DOWN, "portal": OK, "vault": UNKNOWN}
        assert page.component("sip trunks").regions == {"paris": DOWN, "london": OK}
        assert [(i.id, i.state) for i in page.incidents] == [("in1", DOWN)]
        assert [(m.start, m.components) for m in page.maintenances] == [(at(26, 1), {"sip trunks"})]


class TestFeed(PageContract):
    format_ = "feed"

    def test_the_newest_word_of_an_incident_decides_and_old_ones_are_history(self):
        page = self.read(sample("feed-2.0-2026_11-history.rss"))

        assert [(i.title, i.state) for i in page.incidents] == [("Inbox API is unreachable", DOWN)]
        assert [m.title for m in page.maintenances] == ["Widget upgrade"]
        assert [page.component(name).state for name in ("Inbox API", "Reports", "Export", "box")] == [
            DOWN,
            OK,
            OK,
            OK,
        ]

    def test_entries_of_one_id_are_folded_to_the_newest(self):
        page = self.read(sample("feed-rfc4287-2026_11-history.atom"))

        assert [page.component(name).state for name in ("SMS", "WhatsApp")] == [OK, DEGRADED]

    def test_an_entry_left_open_is_forgotten_after_three_days(self):
        body = sample("feed-rfc4287-2026_11-history.atom")

        later = reader("feed").read(body, NOW + timedelta(days=4))

        assert later.component("WhatsApp").state is OK


def test_every_format_has_its_contract():
    covered = {cls.format_ for cls in PageContract.__subclasses__()}

    assert covered == set(formats())


@pytest.mark.parametrize("name", ["", "_xml", "nope", "../feed", "feed.read", "__init__"])
def test_a_format_that_is_none_is_unreadable(name):
    with pytest.raises(Unreadable):
        reader(name)
