"""Shares: how a route's contacts are parted among desks that are alike, and how that shifts while one is in trouble."""
