"""What was seen rather than declared: plans, states, credential reports and key listings."""
