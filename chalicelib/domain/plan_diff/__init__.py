"""What differs between two plans, by meaning: for machines and for people."""
