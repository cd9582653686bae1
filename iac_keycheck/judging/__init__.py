"""Rules: loaded, chosen, tested, written without code, and what they share in finding and in wording."""
