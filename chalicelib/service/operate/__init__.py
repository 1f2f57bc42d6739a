"""What operators do: read and publish the plan, give orders, read health and contacts, try decisions. No HTTP here."""
