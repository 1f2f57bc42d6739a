"""The doctor reads a company's own pages: does each still lead to the channel that it is there for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.doctor.mention import leads_to
from chalicelib.http_types import NotSent, Response
from chalicelib.service.redirects import MOST_REDIRECTS
from tests.unit.doctor_side import codes, plan, practice

CONTACT, HELP = "https://shop.example/contact?lang=fr", "https://crm.example/help"
LINK = "https://m.me/shop"
DOOR = f'door: {{url: "{LINK}", labels: {{fr: Messenger, en: Messenger}}, pages: ["{CONTACT}", "{HELP}"]}}'
GOOD = Response(code=200, body=f'<a href="{LINK}">Messenger</a>'.encode())


class Site:
    """The company's pages before the vendors."""

    def __init__(self, vendors):
        self.vendors, self.pages, self.asked = vendors, {CONTACT: GOOD, HELP: GOOD}, []

    def send(self, call):
        if "vendors.example" in call.url:
            return self.vendors.send(call)
        self.asked.append((call.method, call.url))
        page = self.pages.get(call.url, Response(code=404))
        if isinstance(page, Exception):
            raise page
        return page


@pytest.fixture
def shown():
    api, _, vendors = practice()
    site = Site(vendors)
    api.world.wired.http = site
    text = plan().replace("  messenger-fr: {kind: messenger,", f"  messenger-fr: {{{DOOR}, kind: messenger,")
    api.world.publish(text)
    return api, site


def findings(api):
    found = api.ask("GET", "/v1/doctor/messenger-fr", role="operator").json["findings"]
    return [(one["code"], one["severity"], one["about"]) for one in found]


def test_pages_that_have_the_link_are_well_and_only_read(shown):
    api, site = shown

    assert codes(api) == set()
    assert site.asked == [("GET", CONTACT), ("GET", HELP)]


def test_a_page_that_no_longer_has_the_link_is_named_and_mended_pages_are_over(shown):
    api, site = shown
    site.pages[HELP] = Response(code=200, body=b'<a href="https://m.me/shop.old">Messenger</a>')

    assert findings(api) == [("site_outdated", "warning", f"{HELP} has no link to {LINK}")]
    site.pages[HELP] = GOOD
    assert findings(api) == []


def test_a_page_that_cannot_be_read_is_another_finding_and_the_others_are_still_read(shown):
    api, site = shown
    site.pages[CONTACT] = NotSent("refused")

    assert findings(api) == [("site_unread", "warning", f"{CONTACT}: refused")]
    site.pages[CONTACT] = Response(code=503)
    site.pages[HELP] = Response(code=200)
    assert findings(api) == [
        ("site_outdated", "warning", f"{HELP} has no link to {LINK}"),
        ("site_unread", "warning", f"{CONTACT} answered 503"),
    ]


def test_a_redirect_within_the_site_is_followed_and_one_elsewhere_is_not(shown):
    api, site = shown
    site.pages[HELP] = Response(code=301, headers={"location": "/fr/help"})
    site.pages["https://crm.example/fr/help"] = GOOD
    assert findings(api) == []

    site.pages[HELP] = Response(code=301, headers={"location": "https://other.example/help"})
    site.pages["https://other.example/help"] = GOOD
    assert [one[0] for one in findings(api)] == ["site_unread"]
    assert ("GET", "https://other.example/help") not in site.asked

    site.asked.clear()
    site.pages[HELP] = Response(code=302, headers={"location": HELP})
    assert [one[0] for one in findings(api)] == ["site_unread"]
    assert site.asked.count(("GET", HELP)) == MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    ("link", "page"),
    [
        (LINK, "<a href='HTTPS://M.me/Shop/'>"),
        (LINK, '<a href="//m.me/shop?ref=help">'),
        (LINK, "window.open('https:\\/\\/m.me\\/shop')"),
        ("https://wa.me/33100?text=a&lang=fr", '<a href="https://wa.me/33100?text=a&amp;lang=fr">'),
        ("tel:+33123456789", '<a href="tel:+33 1 23-45-67-89">'),
        ("tel:+33123456789", '<a href="tel:%2B33123456789">'),
        ("sms:+33123456789?body=x", '<a href="sms:+33.1.23.45.67.89">'),
        ("mailto:hi@shop.example", '<a href="mailto:Hi@shop.example?subject=x">'),
        ("mailto:hi@shop.example", "&#104;i&#64;shop.example"),
    ],
)
def test_a_link_is_known_however_a_page_spells_it(link, page):
    assert leads_to(page, link)


@pytest.mark.parametrize(
    ("link", "page"),
    [
        (LINK, ""),
        (LINK, '<a href="https://m.me/shop2">'),
        (LINK, '<a href="https://m.me/shop.old">'),
        (LINK, '<a href="https://m.me/shop/other">'),
        (LINK, '<a href="https://em.me/shop">'),
        ("tel:+33123456789", '<a href="tel:+331234567890">'),
        ("tel:+33123456789", "call +33123456788"),
        ("mailto:hi@shop.example", '<a href="mailto:not.hi@shop.example">'),
        ("mailto:hi@shop.example", '<a href="mailto:hi@shop.example.org">'),
    ],
)
def test_another_link_is_not_taken_for_it(link, page):
    assert not leads_to(page, link)


@given(st.text(), st.sampled_from([LINK, "tel:+33123456789", "mailto:a@b.example"]), st.text(max_size=50))
def test_a_page_with_the_link_between_quotes_leads_there_whatever_else_it_says(before, link, after):
    assert leads_to(f'{before} "{link}" {after}', link)


@pytest.mark.parametrize(
    ("pages", "fault"),
    [
        (
            '["http://shop.example/x"]',
            "must be an https:// address in ASCII, without user, fragment or spaces",
        ),
        (
            '["https://me:pw@shop.example/"]',
            "must be an https:// address in ASCII, without user, fragment or spaces",
        ),
        (
            '["https://shop.example/#top"]',
            "must be an https:// address in ASCII, without user, fragment or spaces",
        ),
        (
            '["https://shop.example/a b"]',
            "must be an https:// address in ASCII, without user, fragment or spaces",
        ),
        ("[7]", "pages[0]"),
        (str([f"https://shop.example/{n}" for n in range(6)]), "must be at most 5"),
    ],
)
def test_what_is_no_page_is_refused_with_its_place(shown, pages, fault):
    api, _ = shown
    text = plan().replace(
        "  messenger-fr: {kind: messenger,",
        f'  messenger-fr: {{door: {{url: "{LINK}", labels: {{fr: x, en: x}}, pages: {pages}}}, kind: messenger,',
    )

    refused = api.ask("POST", "/v1/plan/check", body=text, role="viewer")

    assert refused.json["valid"] is False
    assert any(fault in f"{one['path']} {one['message']}" for one in refused.json["faults"]), refused.json
    assert all(one["path"].startswith("channels.messenger-fr.door.pages") for one in refused.json["faults"])
