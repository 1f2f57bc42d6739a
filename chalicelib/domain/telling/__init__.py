"""What is told of flips, and to whom it was told already."""
