"""A plan as a document: read with every fault noted, and written back."""
