"""Who somebody is by a signed token, and how much anybody may ask."""
