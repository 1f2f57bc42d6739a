"""What can be shown afterwards: losses, their segment, spells, availability; chained and sealed."""
