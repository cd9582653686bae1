"""Which access keys can IAM users have, which are active together, and for which inputs: answers from code alone."""

__version__ = "0.1.0"
