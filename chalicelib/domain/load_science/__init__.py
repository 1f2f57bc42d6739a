"""Waiting lines: how many agents a stream of contacts needs, how long people wait, how many give up and try again."""
