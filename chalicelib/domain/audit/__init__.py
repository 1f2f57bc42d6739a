"""Anchors of the ledger: its heads as they are kept outside of it, and the verification by them."""
