"""The plan of the local scene: seven kinds of channel, three desks, two lines, on this run's addresses."""

import json

from infra.local.fakes import Fakes
from infra.local.stack import REGION, Stack

MAILBOX = "bonjour@bascule.example"


def demo_plan(stack: Stack, fakes: Fakes) -> str:
    """The plan as an operator would write it, for these addresses."""
    told = {
        name: fakes[name].describe()
        for name in ("messenger", "whatsapp", "twilio", "chatwoot", "desk-a", "desk-b", "subscriber")
    }
    text = PLAN
    for name, own in told.items():
        text = text.replace(f"<{name}.base>", str(own["base"])).replace(
            f"<{name}.account>", str(own["account"])
        )
        text = text.replace(f"<{name}.settings>", json.dumps(own["settings"]))
    places = {
        "public": stack.api_url,
        "aws": stack.endpoint,
        "topic": stack.outputs["InboundMail"],
        "region": REGION,
    }
    for name, value in places.items():
        text = text.replace(f"<{name}>", value)
    return text.replace("<mailbox>", MAILBOX)


PLAN = """\
# The local scene. Addresses are those of this run; the accounts are fake providers on loopback.
schema: 1
public_base_url: <public>
market: fr
languages: [fr, en]
home: <region>
min_wait: 1s  # a play is faster than a night at work, where five seconds keep two hands from each other's switch

channels:
  # where people contact us
  messenger-fr:
    {kind: messenger, account: "<messenger.account>", market: fr, base: "<messenger.base>",
     settings: <messenger.settings>,
     door: {url: "https://m.me/bascule", labels: {fr: Messenger, en: Messenger}}}
  whatsapp-fr:
    {kind: whatsapp, account: "<whatsapp.account>", market: fr, base: "<whatsapp.base>",
     settings: <whatsapp.settings>,
     door: {url: "https://wa.me/33100000000", labels: {fr: WhatsApp, en: WhatsApp}}}
  sms-fr:
    {kind: twilio_sms, account: "<twilio.account>", market: fr, base: "<twilio.base>", settings: <twilio.settings>,
     door: {url: "sms:<twilio.account>", labels: {fr: SMS, en: Text us}}}
  phone-fr:
    {kind: twilio_voice, account: "<twilio.account>", market: fr, base: "<twilio.base>", settings: <twilio.settings>,
     door: {url: "tel:<twilio.account>", labels: {fr: Téléphone, en: Call us}}}
  mail-fr:
    {kind: ses_email, account: "<mailbox>", market: fr, base: "<aws>",
     settings: {topic_arn: "<topic>", region: <region>},
     door: {url: "mailto:<mailbox>", labels: {fr: E-mail, en: E-mail}}}
  shop: {kind: webhook, market: fr}
  # where agents answer
  box-a: {kind: webhook, provider: alpha, base: "<desk-a.base>"}
  box-b: {kind: webhook, provider: beta, base: "<desk-b.base>"}
  chatwoot-eu: {kind: chatwoot, account: "<chatwoot.account>", base: "<chatwoot.base>", settings: <chatwoot.settings>}

desks:
  paris: {channel: box-a, capacity: {rate: 50}, media: [messaging, sms, email, chat]}
  lille: {channel: box-b, capacity: {rate: 50}, media: [messaging, sms, email, chat]}
  nantes: {channel: chatwoot-eu, capacity: {rate: 5}, media: [messaging, sms, email, chat]}
  line-1: {channel: phone-fr, target: {number: "+33155500001"}, media: [voice], ring: 15}
  line-2: {channel: phone-fr, target: {number: "+33155500002"}, media: [voice], ring: 15}

purposes:
  hotline:
    match: [{channel: phone-fr}]
    lane: urgent
    essential: true
    routes: {fr: [line-1, line-2, paris, lille]}
  order:
    match: [{}]
    lane: normal
    essential: true
    deadline: 4h
    routes: {fr: [paris, lille, nantes]}

safety:
  - {purpose: order, min_channels: 2}

subscribers:
  ops-room: {url: "<subscriber.base>/announcements"}
"""
