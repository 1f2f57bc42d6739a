"""From evidence to scores: the machines of health, and what feeds them besides sends and probes."""
