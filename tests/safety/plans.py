"""The plans that the safety machine publishes: rules explicit and implied, markets apart and together, fewer desks."""

from tests.world import CHANNELS

PAGE = """pages:
  alpha:
    format: statuspage
    url: https://status.alpha.example/summary.json
    every: 60s
    components: {Inbox: [box-a], Outbox: [box-c]}
    markets: {Europe: fr, America: us}
"""
MORE = """  box-c: {kind: webhook, provider: gamma, settings: {url: "https://c.example/in"}}
  box-d: {kind: webhook, market: us, provider: delta, settings: {url: "https://d.example/in"}}
"""
DESKS = """desks:
  desk-a: {channel: box-a, capacity: {concurrent: 10}}
  desk-b: {channel: box-b, capacity: {concurrent: 5}}
  desk-c: {channel: box-c, capacity: {concurrent: 4}}
  desk-d: {channel: box-d, capacity: {rate: 3}}
"""
PURPOSES = """purposes:
  alarm: {match: [{channel: shop, keywords: [fire]}], routes: ALARM, essential: true, single: "drawn so"}
  order: {match: [{channel: shop}], routes: ORDER, essential: true}
  advice: {match: [{channel: shop, keywords: [advice]}], routes: {fr: [desk-b]}}
"""


def plan(alarm, order, safety="", more=""):
    purposes = PURPOSES.replace("ALARM", alarm).replace("ORDER", order)
    return CHANNELS + MORE + DESKS + purposes + (f"safety:\n{safety}" if safety else "") + PAGE + more


PLANS = {
    "wide": plan("{world: [desk-a, desk-c]}", "{fr: [desk-a, desk-b, desk-c], us: [desk-d, desk-b]}"),
    "strict": plan(
        "{world: [desk-a, desk-b, desk-c]}",
        "{fr: [desk-a, desk-b, desk-c], us: [desk-d, desk-b]}",
        "  - {purpose: order, min_channels: 1, min_capacity: 5}\n  - {purpose: alarm, min_channels: 2}\n",
    ),
    "narrow": plan("{fr: [desk-c]}", "{world: [desk-b, desk-d]}", more="min_wait: 30s\n"),
    "quick": plan("{world: [desk-a, desk-b]}", "{world: [desk-a, desk-d]}", more="min_wait: 1s\n"),
}
SHARED = plan(
    "{world: [{desk: desk-a, share: 70}, {desk: desk-c, share: 30}]}",
    "{fr: [{desk: desk-a, share: 50}, {desk: desk-b, share: 30}, {desk: desk-c, share: 20}], us: [desk-d, desk-b]}",
    more="shares: {step: 20, every: 1m, floor: 15, ceiling: 80, well_for: 1m}\nmin_wait: 31s\n",
)
"""Of the machine that knows shares too."""
SCOPES = (
    "desk:desk-a", "desk:desk-b", "desk:desk-c", "desk:desk-d", "channel:box-a", "channel:box-b", "channel:box-c",
    "path:box-a#out#us", "path:box-b#out#us", "path:box-c#out#us", "path:box-c#out#fr", "path:box-d#out#us",
    "path:box-b#out#world",
)  # fmt: skip
