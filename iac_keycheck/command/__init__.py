"""The command line: its options and settings, what a run does with them, and where output goes."""
