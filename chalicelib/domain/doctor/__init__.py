"""What may be wrong with accounts, webhooks, queues and the plan before anybody notices, and what to do about it."""
