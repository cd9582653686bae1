"""How a report is shown: one module per format."""
