"""Bascule: accepts every inbound contact and routes it to a channel that works."""
