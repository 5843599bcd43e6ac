"""How old may be what requests are answered with from memory."""

FRESH = 1.0
"""Seconds after which what was kept of the store is read again: so late another process's change counts."""
