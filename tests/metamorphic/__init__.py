"""Metamorphic tests: a change to code that changes nothing about users and keys changes no finding. See README.md."""
