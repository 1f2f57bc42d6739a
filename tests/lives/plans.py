"""The plans of these lives: the whole one, one without a desk, one turned round, one without the shop."""

PLAN = """
schema: 1
public_base_url: https://bascule.example
market: fr
languages: [fr, en]
channels:
  shop: {kind: webhook, market: fr, settings: {url: "https://shop.example/in"}}
  box-a: {kind: webhook, provider: alpha, settings: {url: "https://a.example/in"}}
  box-b: {kind: webhook, provider: beta, settings: {url: "https://b.example/in"}}
  box-c: {kind: webhook, provider: gamma, settings: {url: "https://c.example/in"}}
desks:
  desk-a: {channel: box-a, target: {queue: sales}}
  desk-b: {channel: box-b, target: {queue: sales}, capacity: {rate: 2}}
  desk-c: {channel: box-c, target: {queue: sales}}
purposes:
  urgent: {match: [{keywords: [fire]}], routes: {fr: [desk-b, desk-a]}, lane: urgent, deadline: 4h}
  order: {match: [{channel: shop}], routes: {fr: [desk-a, desk-b, desk-c]}, lane: normal, deadline: 4h}
"""
SHOP = '  shop: {kind: webhook, market: fr, settings: {url: "https://shop.example/in"}}\n'
PLANS = {
    "whole": PLAN,
    "without desk-a": PLAN.replace("desk-b, desk-a", "desk-b").replace("desk-a, desk-b", "desk-b")
    .replace("  desk-a: {channel: box-a, target: {queue: sales}}\n", ""),
    "turned round": PLAN.replace("desk-a, desk-b, desk-c", "desk-c, desk-b, desk-a"),
    "without the shop": PLAN.replace(SHOP, "")
    .replace("{match: [{channel: shop}]", "{match: [{keywords: [text]}]"),
}  # fmt: skip
