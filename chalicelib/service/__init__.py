"""The verbs: each puts ports around domain functions, in order."""
