"""What is raised for options that cannot be carried out, apart from the options, which take longer to import."""

from __future__ import annotations


class Misuse(Exception):
    """An option that cannot be carried out as given: ends the run with code 2."""
