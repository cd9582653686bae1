"""Mutation testing of the core: does a fixture notice when the code is made wrong? See README.md."""
