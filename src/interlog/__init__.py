"""Interlog: a self-hosted system of record for interactions."""
