"""Rows that nobody can take now: where they wait, and who goes next when somebody can."""
