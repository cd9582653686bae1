"""Fuzzing: any bytes that a front end is given must end in a report. See README.md."""
