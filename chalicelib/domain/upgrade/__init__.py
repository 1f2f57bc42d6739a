"""What lets one release stand beside the next: the schema of what they leave for each other."""
