"""The durability benchmark: contacts under fire, counted by somebody else; `python -m bench.durability`."""
