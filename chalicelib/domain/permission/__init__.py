"""Permission: who may change what is allowed, how often, and how a rule may be broken by two persons."""
