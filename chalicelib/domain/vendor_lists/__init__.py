"""Providers' own lists: how one is gone through after an outage, and what asking about a receipt has shown."""
