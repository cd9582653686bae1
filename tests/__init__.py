"""Tests from source text to findings, and the tools they are made with."""
