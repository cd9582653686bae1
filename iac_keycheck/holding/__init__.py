"""What holds findings back: marks in code, those of other tools, and lists of what is known."""
