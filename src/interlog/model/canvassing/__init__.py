"""Canvassing: what is known of doors and of whoever is visited there, as plain data and rules."""
