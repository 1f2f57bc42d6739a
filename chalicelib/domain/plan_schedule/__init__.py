"""Publications that are planned for a time."""
