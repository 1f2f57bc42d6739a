"""audit: what stands in the ledger."""

VERBS = ()
