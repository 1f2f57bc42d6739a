"""Several regions with one home: where it is, whose writes count, and what was done twice at a taking-over."""
