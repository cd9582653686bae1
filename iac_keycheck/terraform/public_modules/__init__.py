"""What is known of public modules that make users and keys: our own sketch of each, as Terraform code beside this file.

A sketch has the inputs that decide which users, keys and console logins there are, with the defaults of that version,
and the outputs that name them. ``index.json`` says which sketch stands for which source and versions, oldest first.
"""

PREFIX = "public module "
"""What the directories of sketches begin with, which is no path of a file system."""


def is_sketch(directory: str) -> bool:
    """Whether a directory stands for a public module."""
    return directory.startswith(PREFIX)
