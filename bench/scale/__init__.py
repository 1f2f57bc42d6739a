"""What the shipped settings carry, and its price: a fluid model and a check by events; see docs/performance.md."""
