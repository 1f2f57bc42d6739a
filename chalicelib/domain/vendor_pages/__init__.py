"""Vendors' status pages as values."""
