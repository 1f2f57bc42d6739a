"""plan schedule."""

VERBS = ()
