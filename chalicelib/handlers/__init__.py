"""Chalice blueprints and Lambda entry points: read the event, call a service, answer."""
