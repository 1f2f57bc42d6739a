"""What a stage with several regions does more than one with a single region."""
