"""Looking on without sending: who only looks on, which rows were only seen, what a day looked like."""
