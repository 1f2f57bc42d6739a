"""Surges: how many come and how many people they are, what is too many to be usual, and what is made ready for it."""
