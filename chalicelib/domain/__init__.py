"""The pure part: values in, values out; no clock, no environment, no log, no vendor."""
