"""Evidence: plans, states and reports, from files to deployments."""
