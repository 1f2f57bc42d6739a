"""Persons: how one is forgotten."""
