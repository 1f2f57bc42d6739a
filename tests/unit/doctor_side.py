"""Twenty channels of every kind at one vendors' address, which is well, or has something planted."""

import json

from chalicelib.http_types import Call, Response
from infra.local.fakes.accounts import APP, SID, WABA, Accounts
from tests.unit.operations_side import Operations
from tests.world import SECRET

PUBLIC, BASE = "https://bascule.example", "https://vendors.example"
META = {"app_secret": ("s",), "verify_token": ("v",), "page_token": ("t",), "access_token": ("t",)}
OWN = {
    "messenger-fr": f'kind: messenger, account: "100", settings: {{app_id: "{APP}"}}',
    "whatsapp-fr": f'kind: whatsapp, account: "200", settings: {{app_id: "{APP}", business_account: "{WABA}"}}',
    "sms-fr": f'kind: twilio_sms, account: "+33199001234", settings: {{account_sid: {SID}}}',
    "phone-fr": f'kind: twilio_voice, account: "+33199001234", settings: {{account_sid: {SID}}}',
    "bot-fr": 'kind: telegram, account: "7012345678"',
    "mail-fr": "kind: ses_email, account: bonjour@shop.example, settings: {topic_arn: t, region: eu-west-3}",
    "desk-eu": 'kind: chatwoot, account: "1", settings: {inbox: aa, inbox_id: "12"}',
}
SECRETS = {
    "messenger-fr": META, "whatsapp-fr": META, "sms-fr": {"auth_token": ("a",)}, "phone-fr": {"auth_token": ("a",)},
    "bot-fr": {"bot_token": ("7012345678:t",), "secret_token": ("w",)}, "mail-fr": {},
    "desk-eu": {"api_token": ("k",), "webhook_secret": ("h",)},
}  # fmt: skip
MORE = [f"box-{number}" for number in range(20 - len(OWN))]


def plan(base: str = BASE, public: str = PUBLIC, *, weak: bool = False) -> str:
    """Well by every rule; `weak` plants a desk without opening hours."""
    channels = "".join(f'  {name}: {{{about}, base: "{base}"}}\n' for name, about in OWN.items())
    boxes = "".join(
        f'  {name}: {{kind: webhook, provider: p{n}, settings: {{url: "{base}/{name}"}}}}\n'
        for n, name in enumerate(MORE)
    )
    hours = "" if weak else ", hours: always"
    return f"""schema: 1
public_base_url: {public}
market: fr
languages: [fr, en]
hours:
  always: {{zone: Europe/Paris, open: {{mon-sun: ["00:00-24:00"]}}}}
channels:
{channels}{boxes}desks:
  a: {{channel: box-0, capacity: {{rate: 5}}, hours: always}}
  b: {{channel: box-1, capacity: {{rate: 5}}{hours}}}
purposes:
  all: {{match: [{{}}], routes: {{world: [a, b]}}, essential: true, offer: {{fr: x, en: x}}}}
"""


class Vendors:
    """The vendors as an Http."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts
        self.calls: list[Call] = []

    def send(self, call: Call) -> Response:
        self.calls.append(call)
        code, told = self.accounts.answer(call.method, call.url.removeprefix(BASE), call.body)
        return Response(code=code, body=json.dumps(told).encode(), headers=self.accounts.headers(), elapsed=9)


def practice(*, weak: bool = False) -> tuple[Operations, Accounts, Vendors]:
    """Operations on those channels."""
    api = Operations(plan(weak=weak))
    world = api.world
    accounts = Accounts(public=PUBLIC, now=world.clock.now)
    vendors = Vendors(accounts)
    world.wired.registry.http = vendors
    world.wired.http = vendors
    world.ports.secrets.channels |= {name: dict(found) for name, found in SECRETS.items()}
    world.ports.secrets.channels |= {name: {"secret": (SECRET,)} for name in MORE}
    return api, accounts, vendors


def codes(api: Operations) -> set[tuple[str, str]]:
    """(code, where) of all findings of the plan and of every channel, asked one after the other."""
    names = [one["channel"] for one in api.ask("GET", "/v1/doctor", role="operator").json["channels"]]
    found = api.ask("GET", "/v1/doctor", role="operator").json["findings"]
    for name in names:
        found += api.ask("GET", f"/v1/doctor/{name}", role="operator").json["findings"]
    return {(one["code"], one["where"]) for one in found}
