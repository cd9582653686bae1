"""Users with their keys: who is one user, which keys meet at him, and what holds of a single key."""
